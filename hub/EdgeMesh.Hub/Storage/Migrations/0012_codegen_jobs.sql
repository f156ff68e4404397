-- Programs asked for over MQTT, by the asker's own name for each. A job that has ended is kept for a while, so that it is done once. Times are seconds since 1970-01-01 UTC.
CREATE TABLE codegen_job (
    job           TEXT PRIMARY KEY,
    request       TEXT NOT NULL,                -- the request as it was read, JSON
    state         TEXT NOT NULL,
    version       INTEGER,                      -- of the program that was written
    session       INTEGER,                      -- of the update that brings it to the device
    code          TEXT NOT NULL DEFAULT '',
    reason        TEXT NOT NULL DEFAULT '',
    created       INTEGER NOT NULL,
    updated       INTEGER NOT NULL
) STRICT;
CREATE INDEX codegen_job_open ON codegen_job (created) WHERE state IN ('queued', 'working', 'deploying');
