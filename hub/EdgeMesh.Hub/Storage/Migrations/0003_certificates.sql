-- Every certificate ever issued. Times are seconds since 1970-01-01 UTC.
CREATE TABLE certificate (
    serial        TEXT PRIMARY KEY,     -- hex, as X.509 has it
    kind          TEXT NOT NULL CHECK (kind IN ('authority', 'hub', 'device')),
    subject       TEXT NOT NULL,        -- the device's id; the authority's or the hub's name
    authority     INTEGER NOT NULL,     -- number of the authority that signed it
    issued        INTEGER NOT NULL,
    not_before    INTEGER NOT NULL,
    not_after     INTEGER NOT NULL,
    revoked       INTEGER NOT NULL DEFAULT 0,
    reason        TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX certificate_subject ON certificate (kind, subject);

-- The newest authority that each device was told to trust.
CREATE TABLE device_authority (device TEXT PRIMARY KEY, authority INTEGER NOT NULL) STRICT;
