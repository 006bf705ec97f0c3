-- The log of accepted changes, which is the truth, and what is derived from it.
-- Ids are 16 bytes, hashes 32, instants milliseconds since the epoch.

-- What was applied when.
CREATE TABLE migrations (
    number     INTEGER PRIMARY KEY,
    applied_at INTEGER NOT NULL
) STRICT;

-- The epoch, the server's own actor, the last job number given out.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- THE TRUTH ------------------------------------------------------------------

-- Every accepted batch takes the next position. `chain` is 8 bytes of a hash
-- over the one before, the position and what was accepted.
CREATE TABLE commits (
    position INTEGER PRIMARY KEY,
    doc      BLOB,                -- none for reference data
    chain    BLOB NOT NULL,
    at       INTEGER NOT NULL
) STRICT;

-- The accepted changes, byte for byte, each document's together.
CREATE TABLE change_log (
    doc      BLOB NOT NULL,
    position INTEGER NOT NULL,
    idx      INTEGER NOT NULL,    -- within the batch
    hash     BLOB NOT NULL UNIQUE,
    actor    BLOB NOT NULL,
    seq      INTEGER NOT NULL,
    bytes    BLOB NOT NULL,
    user     BLOB,                -- none for the server's own
    device   BLOB,
    for_user BLOB,                -- whose offered edit the office carried out
    late     INTEGER NOT NULL,    -- 1: the assignment had been withdrawn
    PRIMARY KEY (doc, position, idx),
    UNIQUE (doc, actor, seq)
) STRICT, WITHOUT ROWID;

-- Whose an actor is, for ever.
CREATE TABLE actors (
    actor  BLOB PRIMARY KEY,
    user   BLOB,
    device BLOB,
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The actor under which an office device writes; another after a restore.
CREATE TABLE office_actors (
    device BLOB NOT NULL,
    epoch  BLOB NOT NULL,
    actor  BLOB NOT NULL,
    PRIMARY KEY (device, epoch)
) STRICT, WITHOUT ROWID;

-- What became of each pushed change, until the device has written it down; the
-- refused ones stay.
CREATE TABLE verdicts (
    device   BLOB NOT NULL,
    hash     BLOB NOT NULL,
    doc      BLOB NOT NULL,
    outcome  BLOB NOT NULL,       -- wire::Outcome as CBOR
    final    INTEGER NOT NULL,    -- 1: refused for good
    at       INTEGER NOT NULL,
    acked_at INTEGER,
    PRIMARY KEY (device, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX verdicts_unacknowledged ON verdicts (device, at) WHERE acked_at IS NULL;

-- Refused edits that technicians ask the office to decide on.
CREATE TABLE offers (
    id          INTEGER PRIMARY KEY,
    device      BLOB NOT NULL,
    user        BLOB NOT NULL,
    doc         BLOB NOT NULL,
    kind        TEXT NOT NULL,
    hash        BLOB NOT NULL,
    command     TEXT NOT NULL,    -- domain::EditCommand as JSON
    remark      TEXT,
    made_at     INTEGER,          -- by the device's clock
    received_at INTEGER NOT NULL,
    code        TEXT,             -- why it was refused
    decision    TEXT,             -- approved or rejected
    decided_by  BLOB,
    decided_at  INTEGER,
    note        TEXT,
    position    INTEGER,          -- of the edit that carried it out
    UNIQUE (device, hash)
) STRICT;
CREATE INDEX offers_open ON offers (id) WHERE decision IS NULL;
CREATE INDEX offers_by_doc ON offers (doc);

-- What the office decided on conflicts.
CREATE TABLE conflict_decisions (
    conflict BLOB PRIMARY KEY,
    decision TEXT NOT NULL,       -- chosen, kept or seen
    chosen   TEXT,                -- the value, as JSON
    by       BLOB NOT NULL,
    at       INTEGER NOT NULL,
    note     TEXT
) STRICT, WITHOUT ROWID;

-- Parts, customers and assets: SQL only, sent to phones as they are.
CREATE TABLE reference (
    kind     TEXT NOT NULL,       -- part, customer, asset
    id       BLOB NOT NULL,
    account  BLOB,                -- a customer's own id; the customer of an asset
    json     TEXT,                -- none when it is gone
    position INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_by_position ON reference (kind, position);
CREATE INDEX reference_by_account ON reference (account) WHERE account IS NOT NULL;

-- DERIVED: `rebuild` makes all of it again from the log ----------------------

CREATE TABLE documents (
    doc      BLOB PRIMARY KEY,
    kind     TEXT NOT NULL,
    heads    BLOB NOT NULL,       -- sorted hashes, one after another
    position INTEGER NOT NULL,    -- of the last batch
    changes  INTEGER NOT NULL,
    bytes    INTEGER NOT NULL     -- of all its changes
) STRICT, WITHOUT ROWID;

-- Saved documents: a cache, never the truth.
CREATE TABLE snapshots (
    doc      BLOB PRIMARY KEY,
    position INTEGER NOT NULL,
    changes  INTEGER NOT NULL,
    saved    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What each person's phone holds: jobs, trips, and the accounts of the jobs.
CREATE TABLE membership (
    scope         BLOB NOT NULL,  -- the person
    item          BLOB NOT NULL,
    kind          TEXT NOT NULL,  -- job, trip, account
    entered_at    INTEGER NOT NULL,
    left_at       INTEGER,
    reason        TEXT,
    last_position INTEGER NOT NULL,
    account       BLOB,           -- of a job
    window_start  INTEGER,        -- of a job
    window_end    INTEGER,
    PRIMARY KEY (scope, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX membership_feed ON membership (scope, last_position, item);
CREATE INDEX membership_holders ON membership (item) WHERE left_at IS NULL;
CREATE INDEX membership_accounts ON membership (scope, account) WHERE left_at IS NULL AND account IS NOT NULL;

CREATE TABLE jobs (
    row             INTEGER PRIMARY KEY,
    doc             BLOB NOT NULL UNIQUE,
    kind            TEXT NOT NULL,
    number          TEXT,
    status          TEXT NOT NULL,
    status_since_at INTEGER,
    subject         TEXT NOT NULL,
    priority        TEXT,
    severity        TEXT,
    category        TEXT,
    type            TEXT,
    channel         TEXT,
    team            TEXT,
    owner           BLOB,
    account         BLOB,
    account_name    TEXT,
    contact_name    TEXT,
    contact_phone   TEXT,
    contact_mobile  TEXT,
    city            TEXT,
    zone            TEXT,
    address         TEXT,
    asset           BLOB,
    serial          TEXT,
    model           TEXT,
    technician      BLOB,
    representative  BLOB,
    window_start    INTEGER,
    window_end      INTEGER,
    created_by      BLOB,
    created_at      INTEGER,      -- by the author's device
    requested_at    INTEGER,      -- when the customer asked
    done_at         INTEGER,
    closed_at       INTEGER,
    received_at     INTEGER NOT NULL, -- the first batch, by the server
    updated_at      INTEGER NOT NULL, -- the last batch, by the server
    updated_by      BLOB,
    parts_count     INTEGER NOT NULL, -- not void
    parts_minor     INTEGER,      -- their price; none where currencies mix
    parts_currency  TEXT,
    labour_ms       INTEGER NOT NULL,
    events_count    INTEGER NOT NULL,
    notes_count     INTEGER NOT NULL,
    attachments_count INTEGER NOT NULL,
    misplaced_count INTEGER NOT NULL,
    position        INTEGER NOT NULL
) STRICT;
CREATE INDEX jobs_by_number ON jobs (number);
CREATE INDEX jobs_by_status ON jobs (status, row);
CREATE INDEX jobs_by_technician ON jobs (technician, row);
CREATE INDEX jobs_by_representative ON jobs (representative, row);
CREATE INDEX jobs_by_account ON jobs (account, row) WHERE account IS NOT NULL;
CREATE INDEX jobs_by_window ON jobs (window_start) WHERE window_start IS NOT NULL;
CREATE INDEX jobs_by_position ON jobs (position);

CREATE TABLE job_events (
    doc        BLOB NOT NULL,
    event      BLOB NOT NULL,
    kind       TEXT NOT NULL,
    at         INTEGER NOT NULL,
    tz         INTEGER NOT NULL,
    by         BLOB NOT NULL,
    reason     TEXT,
    until      INTEGER,
    lat        INTEGER,
    lon        INTEGER,
    team       TEXT,
    technician BLOB,
    misplaced  INTEGER NOT NULL,
    PRIMARY KEY (doc, event)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_parts (
    doc        BLOB NOT NULL,
    line       BLOB NOT NULL,
    part_no    TEXT NOT NULL,
    name       TEXT NOT NULL,
    quantity   INTEGER NOT NULL,  -- thousandths
    unit_minor INTEGER NOT NULL,
    currency   TEXT NOT NULL,
    serial_in  TEXT,
    serial_out TEXT,
    source     TEXT NOT NULL,
    coverage   TEXT NOT NULL,
    by         BLOB NOT NULL,
    void       TEXT,
    PRIMARY KEY (doc, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_labour (
    doc        BLOB NOT NULL,
    labour     BLOB NOT NULL,
    technician BLOB NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    PRIMARY KEY (doc, labour)
) STRICT, WITHOUT ROWID;

CREATE TABLE trips (
    doc              BLOB PRIMARY KEY,
    technician       BLOB NOT NULL,
    kind             TEXT,
    from_place       TEXT,
    to_place         TEXT,
    started_at       INTEGER,
    ended_at         INTEGER,
    distance_m       INTEGER,
    approval_request TEXT,
    note             TEXT,
    void             TEXT,
    receipts_count   INTEGER NOT NULL, -- not void
    received_at      INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    position         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX trips_by_technician ON trips (technician, doc);

CREATE TABLE trip_jobs (
    trip BLOB NOT NULL,
    job  BLOB NOT NULL,
    PRIMARY KEY (trip, job)
) STRICT, WITHOUT ROWID;
CREATE INDEX trip_jobs_by_job ON trip_jobs (job);

-- What cannot both hold. `id` follows from the rest, so that a rebuild gives
-- the same one and the decisions still fit.
CREATE TABLE conflicts (
    id            BLOB PRIMARY KEY,
    doc           BLOB NOT NULL,
    kind          TEXT NOT NULL,
    path          TEXT NOT NULL,
    mark          TEXT NOT NULL,  -- tells it from the next at the same place
    detail        TEXT NOT NULL,  -- JSON
    opened_at     INTEGER NOT NULL, -- position
    received_at   INTEGER NOT NULL,
    superseded_at INTEGER         -- position
) STRICT, WITHOUT ROWID;
CREATE INDEX conflicts_by_doc ON conflicts (doc);
CREATE INDEX conflicts_by_position ON conflicts (opened_at, id);

-- What is searched, folded, by the row of `jobs`.
CREATE TABLE job_search (
    row  INTEGER PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE job_fts USING fts5 (
    text, content = 'job_search', content_rowid = 'row', tokenize = 'unicode61', prefix = '2 3'
);
CREATE TRIGGER job_search_added AFTER INSERT ON job_search BEGIN
    INSERT INTO job_fts (rowid, text) VALUES (new.row, new.text);
END;
CREATE TRIGGER job_search_removed AFTER DELETE ON job_search BEGIN
    INSERT INTO job_fts (job_fts, rowid, text) VALUES ('delete', old.row, old.text);
END;
CREATE TRIGGER job_search_changed AFTER UPDATE ON job_search BEGIN
    INSERT INTO job_fts (job_fts, rowid, text) VALUES ('delete', old.row, old.text);
    INSERT INTO job_fts (rowid, text) VALUES (new.row, new.text);
END;
