-- What devices were sent to connect with: until it is in use, and then until the next one is. Times are seconds since 1970-01-01 UTC.
CREATE TABLE identity (
    sequence      INTEGER PRIMARY KEY,  -- grows for ever: a device takes none that is not above the one in use
    device        TEXT NOT NULL,
    authority     INTEGER NOT NULL,     -- number of the newest authority in it
    serial        TEXT NOT NULL,        -- of the certificate in it; empty for none
    state         TEXT NOT NULL CHECK (state IN ('wanted', 'sent', 'stored', 'rejected', 'in_use')),
    sent          INTEGER NOT NULL
) STRICT;
CREATE INDEX identity_device ON identity (device, sequence);
