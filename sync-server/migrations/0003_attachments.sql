-- Attachments by the hash of their bytes. The bytes are files.

-- Whole and verified.
CREATE TABLE attachments (
    hash         BLOB PRIMARY KEY,
    length       INTEGER NOT NULL,
    user         BLOB NOT NULL REFERENCES users (id),   -- who brought it first
    device       BLOB NOT NULL REFERENCES devices (id),
    completed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Begun by a person within the last days, whole by now or not. Each person's
-- bytes are a file of their own until they are verified.
CREATE TABLE uploads (
    user       BLOB NOT NULL REFERENCES users (id),
    hash       BLOB NOT NULL,
    length     INTEGER NOT NULL,                        -- as the person said
    started_at INTEGER NOT NULL,
    PRIMARY KEY (user, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_by_age ON uploads (started_at);

-- Derived: which documents name which bytes.
CREATE TABLE document_blobs (
    doc  BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (doc, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_blobs_by_hash ON document_blobs (hash);
