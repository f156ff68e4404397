-- Times are seconds since 1970-01-01 UTC.
CREATE TABLE device (
    id            TEXT PRIMARY KEY,
    type          TEXT NOT NULL,
    secret        BLOB NOT NULL,
    created       INTEGER NOT NULL,
    last_seen     INTEGER NOT NULL DEFAULT 0,
    info          TEXT,             -- the last verified up/info, as JSON
    sequence      INTEGER NOT NULL DEFAULT 0,
    program_id    TEXT NOT NULL DEFAULT '',
    program_version TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE firmware (
    id            TEXT NOT NULL,
    version       TEXT NOT NULL,
    kind          TEXT NOT NULL,
    device_type   TEXT NOT NULL,
    size          INTEGER NOT NULL,
    sha256        TEXT NOT NULL,
    sequence      INTEGER NOT NULL,
    created       INTEGER NOT NULL,
    manifest      TEXT NOT NULL,    -- base64url of the manifest's exact bytes
    PRIMARY KEY (id, version)
) STRICT;

CREATE TABLE ota_session (
    session       INTEGER PRIMARY KEY AUTOINCREMENT,
    device        TEXT NOT NULL,
    firmware_id   TEXT NOT NULL,
    firmware_version TEXT NOT NULL,
    sha256        TEXT NOT NULL,
    manifest      TEXT NOT NULL,
    chunk_bytes   INTEGER NOT NULL,
    encoding      TEXT NOT NULL,
    state         TEXT NOT NULL,
    code          TEXT NOT NULL DEFAULT '',
    reason        TEXT NOT NULL DEFAULT '',
    created       INTEGER NOT NULL,
    updated       INTEGER NOT NULL
) STRICT;
CREATE INDEX ota_session_device ON ota_session (device, session);
-- One update a device at a time.
CREATE UNIQUE INDEX ota_session_open ON ota_session (device)
    WHERE state NOT IN ('rejected', 'failed', 'confirmed', 'rolled_back');

-- Grows only: the highest manifest sequence ever issued.
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
