-- When a device was revoked, in seconds since 1970-01-01 UTC, and why; 0 for not.
ALTER TABLE device ADD COLUMN revoked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN revoked_reason TEXT NOT NULL DEFAULT '';
