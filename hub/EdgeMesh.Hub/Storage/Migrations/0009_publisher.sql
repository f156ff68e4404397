-- Who may sign images. Times are seconds since 1970-01-01 UTC.
CREATE TABLE publisher (
    name          TEXT PRIMARY KEY,
    key           TEXT NOT NULL UNIQUE, -- the Ed25519 public key in hex
    kinds         TEXT NOT NULL,        -- what it may sign, with commas between
    created       INTEGER NOT NULL
) STRICT;

-- The publisher's signature over the manifest's bytes, in base64url; its key in hex; the chain of statements that leads to it, with spaces
-- between. All empty where the hub made the manifest.
ALTER TABLE firmware ADD COLUMN signature TEXT NOT NULL DEFAULT '';
ALTER TABLE firmware ADD COLUMN publisher TEXT NOT NULL DEFAULT '';
ALTER TABLE firmware ADD COLUMN keys TEXT NOT NULL DEFAULT '';
ALTER TABLE ota_session ADD COLUMN signature TEXT NOT NULL DEFAULT '';
ALTER TABLE ota_session ADD COLUMN publisher TEXT NOT NULL DEFAULT '';
ALTER TABLE ota_session ADD COLUMN keys TEXT NOT NULL DEFAULT '';
