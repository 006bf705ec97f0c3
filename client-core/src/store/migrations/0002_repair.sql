-- Version 2: the server's word for what it gave, and comparing what both hold.

-- The server's word that it had accepted a document's changes up to some heads
-- (sorted hashes, one after another): shown to it when it has lost them.
CREATE TABLE receipts (
    doc    BLOB NOT NULL,
    heads  BLOB NOT NULL,
    mac    BLOB NOT NULL,
    PRIMARY KEY (doc, heads)
) WITHOUT ROWID;

-- The server's word for whose a foreign actor is; its own has nobody.
CREATE TABLE owners (
    actor   BLOB PRIMARY KEY,
    user    BLOB,
    device  BLOB,
    mac     BLOB NOT NULL
) WITHOUT ROWID;

-- Changes of others that the server had lost and would not take back: they came
-- out of their documents and are kept here.
CREATE TABLE set_aside (
    hash     BLOB PRIMARY KEY,
    doc      BLOB    NOT NULL,
    kind     TEXT    NOT NULL,
    change   BLOB    NOT NULL,
    at       INTEGER NOT NULL
) WITHOUT ROWID;

ALTER TABLE feed ADD COLUMN repair_due  INTEGER NOT NULL DEFAULT 0;  -- whether to compare
ALTER TABLE feed ADD COLUMN repaired_at INTEGER;                     -- when that was done last
ALTER TABLE feed ADD COLUMN backed_up   INTEGER NOT NULL DEFAULT 0;  -- the server's verified backup goes so far

-- Everything that this phone holds of it and the server accepted is at or before
-- this position; null while that is not known.
ALTER TABLE documents ADD COLUMN position INTEGER;
