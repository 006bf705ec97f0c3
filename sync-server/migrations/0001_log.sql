-- What was applied when.
CREATE TABLE migrations (
    number     INTEGER PRIMARY KEY,
    applied_at INTEGER NOT NULL
) STRICT;
