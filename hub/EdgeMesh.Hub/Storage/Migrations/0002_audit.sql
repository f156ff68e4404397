-- Who did what, when, from where, with which result. Times are milliseconds since 1970-01-01 UTC.
-- Each hash covers the entry and the hash before it.
CREATE TABLE audit (
    seq           INTEGER PRIMARY KEY,
    time          INTEGER NOT NULL,
    actor         TEXT NOT NULL,
    origin        TEXT NOT NULL,
    action        TEXT NOT NULL,
    subject       TEXT NOT NULL,
    outcome       TEXT NOT NULL,    -- ok, or the error code
    detail        TEXT NOT NULL,
    hash          TEXT NOT NULL
) STRICT;

-- Where the chain begins and ends: what was dropped for age, and the last entry, so that entries missing at either end are seen.
CREATE TABLE audit_end (name TEXT PRIMARY KEY CHECK (name IN ('anchor', 'head')), seq INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
INSERT INTO audit_end (name, seq, hash) VALUES
    ('anchor', 0, '0000000000000000000000000000000000000000000000000000000000000000'),
    ('head', 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TRIGGER audit_append_only_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_append_only_delete BEFORE DELETE ON audit WHEN old.seq > (SELECT seq FROM audit_end WHERE name = 'anchor')
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_end_grows BEFORE UPDATE ON audit_end WHEN new.seq < old.seq OR new.name <> old.name
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_end_stays BEFORE DELETE ON audit_end
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
