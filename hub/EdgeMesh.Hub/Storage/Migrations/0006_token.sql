-- Tokens of the HTTP listener. Only their hashes: the hub cannot show one again. Times are seconds since 1970-01-01 UTC.
CREATE TABLE token (
    name          TEXT PRIMARY KEY,
    hash          BLOB NOT NULL UNIQUE, -- SHA-256 of the token: it is 256 random bits, which nobody guesses
    role          TEXT NOT NULL,
    created       INTEGER NOT NULL,
    expires       INTEGER NOT NULL      -- 0 for never
) STRICT;
