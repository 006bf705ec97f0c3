-- What was answered to a creation, by the key that the caller gave it.
CREATE TABLE idempotency_keys (
    user       BLOB NOT NULL REFERENCES users (id),
    key        TEXT NOT NULL,
    request    BLOB NOT NULL,          -- hash of what was asked
    answer     TEXT NOT NULL,          -- JSON
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Reference rows as they are searched, folded.
CREATE TABLE reference_search (
    row  INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id   BLOB NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (kind, id)
) STRICT;
CREATE VIRTUAL TABLE reference_fts USING fts5 (
    text, content = 'reference_search', content_rowid = 'row', tokenize = 'unicode61', prefix = '2 3'
);
CREATE TRIGGER reference_search_added AFTER INSERT ON reference_search BEGIN
    INSERT INTO reference_fts (rowid, text) VALUES (new.row, new.text);
END;
CREATE TRIGGER reference_search_removed AFTER DELETE ON reference_search BEGIN
    INSERT INTO reference_fts (reference_fts, rowid, text) VALUES ('delete', old.row, old.text);
END;
CREATE TRIGGER reference_search_changed AFTER UPDATE ON reference_search BEGIN
    INSERT INTO reference_fts (reference_fts, rowid, text) VALUES ('delete', old.row, old.text);
    INSERT INTO reference_fts (rowid, text) VALUES (new.row, new.text);
END;
