-- What was learnt (R120, R149), and installations (R21-R25). SQL only.

-- Solutions. What technicians may read goes to phones as reference rows.
CREATE TABLE solutions (
    row         INTEGER PRIMARY KEY,
    id          BLOB NOT NULL UNIQUE,
    state       TEXT NOT NULL,         -- offered, approved, withdrawn
    title       TEXT NOT NULL,
    product     TEXT,
    fault       TEXT,
    text        TEXT NOT NULL,
    request     BLOB,
    job         BLOB,
    offered_by  BLOB NOT NULL,
    offered_at  INTEGER NOT NULL,
    decided_by  BLOB,
    decided_at  INTEGER,
    reason      TEXT,                  -- why it was withdrawn
    version     INTEGER NOT NULL
) STRICT;
CREATE INDEX solutions_by_state ON solutions (state, row);
CREATE VIRTUAL TABLE solution_search USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'unicode61', prefix = '2 3'
);
-- Append-only: each wording, by whom.
CREATE TABLE solution_versions (
    solution BLOB NOT NULL REFERENCES solutions (id),
    version  INTEGER NOT NULL,
    title    TEXT NOT NULL,
    product  TEXT,
    fault    TEXT,
    text     TEXT NOT NULL,
    by       BLOB NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (solution, version)
) STRICT, WITHOUT ROWID;

-- An installation belongs to a request of that type.
CREATE TABLE installations (
    request      BLOB PRIMARY KEY REFERENCES requests (id),
    status       TEXT NOT NULL,        -- desk::ProjectStatus
    lead         BLOB,
    template     TEXT,                 -- the version of the checklists by which it was made
    checklist    TEXT NOT NULL,        -- JSON: items with their answers
    warranty_months INTEGER NOT NULL,
    handover_job BLOB,                 -- the visit on which it was signed
    handed_over_at INTEGER,
    approved_by  BLOB,
    approved_at  INTEGER,
    warranty_until INTEGER,
    made_by      BLOB NOT NULL,
    made_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
