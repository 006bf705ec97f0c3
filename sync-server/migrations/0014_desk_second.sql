-- The desk, second part. SQL only.

-- Mails of the maildir: those that are being read, so that one that ends the process is
-- known at the next start, and those that were put aside.
CREATE TABLE maildir (
    name     TEXT PRIMARY KEY,         -- the file's, as it lay in `new`
    attempts INTEGER NOT NULL,         -- how often reading it was begun with
    at       INTEGER NOT NULL,         -- when that was, or when it was put aside
    aside    TEXT                      -- why; none while it is being read
) STRICT, WITHOUT ROWID;
CREATE INDEX maildir_aside ON maildir (at) WHERE aside IS NOT NULL;
