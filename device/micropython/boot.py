# Nothing happens here: a board that cannot start its agent should still come up to its prompt.
