-- Programs for devices, kept for ever: a row is written once, and what becomes of it are events. Times are seconds since 1970-01-01 UTC.
CREATE TABLE program (
    device        TEXT NOT NULL,
    version       INTEGER NOT NULL,     -- 1, 2, 3, … a device
    package       TEXT NOT NULL,        -- JSON: source, request, origin, scenario, findings, report, what the gates said
    sha256        TEXT NOT NULL,        -- of the package's bytes: what an approval is for
    created       INTEGER NOT NULL,
    PRIMARY KEY (device, version)
) STRICT;

CREATE TABLE program_event (
    id            INTEGER PRIMARY KEY,
    device        TEXT NOT NULL,
    version       INTEGER NOT NULL,
    time          INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    actor         TEXT NOT NULL,
    sha256        TEXT NOT NULL,        -- of the package that was meant
    session       INTEGER NOT NULL,     -- the update that it belongs to; 0 for none
    code          TEXT NOT NULL,
    reason        TEXT NOT NULL,
    FOREIGN KEY (device, version) REFERENCES program (device, version) ON UPDATE CASCADE
) STRICT;
CREATE INDEX program_event_device ON program_event (device, id);

-- One program on its way to, or on, its device: an update, and the watch over what it does there.
CREATE TABLE program_deployment (
    session       INTEGER PRIMARY KEY,  -- the update
    device        TEXT NOT NULL,
    version       INTEGER NOT NULL,
    manifest      TEXT NOT NULL,        -- base64url of the signed manifest's bytes
    signature     TEXT NOT NULL,
    previous      TEXT NOT NULL,        -- id@version of what ran before and is gone back to; empty for nothing
    state         TEXT NOT NULL,
    code          TEXT NOT NULL DEFAULT '',
    reason        TEXT NOT NULL DEFAULT '',
    until         INTEGER NOT NULL DEFAULT 0,
    faults        INTEGER NOT NULL DEFAULT 0,
    created       INTEGER NOT NULL,
    FOREIGN KEY (device, version) REFERENCES program (device, version) ON UPDATE CASCADE
) STRICT;
CREATE INDEX program_deployment_device ON program_deployment (device, session);

-- The device may be renamed; nothing else ever changes.
CREATE TRIGGER program_stays BEFORE UPDATE ON program
WHEN new.version IS NOT old.version OR new.package IS NOT old.package OR new.sha256 IS NOT old.sha256 OR new.created IS NOT old.created
BEGIN SELECT RAISE(ABORT, 'programs are kept as they were'); END;
CREATE TRIGGER program_kept BEFORE DELETE ON program
BEGIN SELECT RAISE(ABORT, 'programs are kept as they were'); END;
CREATE TRIGGER program_event_stays BEFORE UPDATE ON program_event
WHEN new.id IS NOT old.id OR new.version IS NOT old.version OR new.time IS NOT old.time OR new.kind IS NOT old.kind OR new.actor IS NOT old.actor
    OR new.sha256 IS NOT old.sha256 OR new.session IS NOT old.session OR new.code IS NOT old.code OR new.reason IS NOT old.reason
BEGIN SELECT RAISE(ABORT, 'programs are kept as they were'); END;
CREATE TRIGGER program_event_kept BEFORE DELETE ON program_event
BEGIN SELECT RAISE(ABORT, 'programs are kept as they were'); END;
