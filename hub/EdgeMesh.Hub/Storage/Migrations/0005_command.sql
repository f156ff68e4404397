-- Commands to devices, until they are answered and a while after. Times are seconds since 1970-01-01 UTC.
CREATE TABLE command (
    sequence      INTEGER PRIMARY KEY,  -- grows for ever: a device runs none that is not above the last it ran
    device        TEXT NOT NULL,
    name          TEXT NOT NULL,
    data          TEXT NOT NULL,        -- a JSON object
    state         TEXT NOT NULL,
    answer        TEXT,                 -- what the program answered, a JSON object
    code          TEXT NOT NULL DEFAULT '',
    reason        TEXT NOT NULL DEFAULT '',
    created       INTEGER NOT NULL,
    expires       INTEGER NOT NULL,
    updated       INTEGER NOT NULL
) STRICT;
CREATE INDEX command_device ON command (device, sequence);
