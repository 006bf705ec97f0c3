-- Attachments by the hash of their bytes. The bytes are files; a row says how
-- far an upload got and whose it is.
CREATE TABLE attachments (
    hash         BLOB PRIMARY KEY,
    length       INTEGER NOT NULL,     -- as the uploader said
    received     INTEGER NOT NULL,     -- bytes on disk
    user         BLOB NOT NULL REFERENCES users (id),
    device       BLOB NOT NULL REFERENCES devices (id),
    started_at   INTEGER NOT NULL,
    completed_at INTEGER               -- the hash was verified
) STRICT;
CREATE INDEX attachments_by_user ON attachments (user, started_at);
CREATE INDEX attachments_unfinished ON attachments (started_at) WHERE completed_at IS NULL;
