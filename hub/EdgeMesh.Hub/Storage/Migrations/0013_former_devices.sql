-- A device that is removed leaves its programs behind. To the next one of its id they are texts, and no approvals and no history of what it ran.
ALTER TABLE program_deployment ADD COLUMN former INTEGER NOT NULL DEFAULT 0;    -- 1: to an earlier device of this id

CREATE TABLE program_former (
    device        TEXT PRIMARY KEY,
    event         INTEGER NOT NULL      -- the last event that an earlier device of this id left
) STRICT;
