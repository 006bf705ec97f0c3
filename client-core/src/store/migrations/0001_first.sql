-- The phone's database, version 1. A migration's number is the value of
-- user_version once it has run. Blobs are ids of 16 bytes and hashes of 32;
-- instants are milliseconds since 1970 in UTC.

-- The installation: whose device this is, and under which actor it writes.
CREATE TABLE install (
    one            INTEGER PRIMARY KEY CHECK (one = 1),
    token          BLOB    NOT NULL,   -- 16 random bytes, also in the marker beside the database
    openings       INTEGER NOT NULL,   -- how often it was opened; also in the marker
    marker_change  TEXT    NOT NULL,   -- inode and change time of the marker, as text
    epoch          INTEGER NOT NULL,   -- raised when the database was restored, copied or forked
    actor          BLOB                -- the actor of new changes; null until somebody signs in
);

-- Every actor that this installation ever wrote under. Never shrinks: it tells
-- our own changes from other people's.
CREATE TABLE actors (
    actor     BLOB PRIMARY KEY,
    epoch     INTEGER NOT NULL,
    taken_at  INTEGER NOT NULL
) WITHOUT ROWID;

-- Who is signed in. A row without tokens is a person who signed out.
CREATE TABLE session (
    one                INTEGER PRIMARY KEY CHECK (one = 1),
    user               BLOB NOT NULL,
    login              TEXT NOT NULL,   -- the name that signs in
    name               TEXT NOT NULL,   -- the name that people see
    role               TEXT NOT NULL,
    device             BLOB NOT NULL,
    agency             BLOB,
    access_token       TEXT,
    access_expires_at  INTEGER,
    refresh_token      TEXT,
    signed_out         INTEGER NOT NULL DEFAULT 0
);

-- Where the phone stands in the server's feed.
CREATE TABLE feed (
    one              INTEGER PRIMARY KEY CHECK (one = 1),
    epoch            BLOB,
    cursor           BLOB,
    cold_pull        INTEGER NOT NULL DEFAULT 0,  -- number of the latest cold pull
    cold_running     INTEGER NOT NULL DEFAULT 0,  -- whether it has not ended yet
    clock_offset_ms  INTEGER,                     -- server's clock less the device's
    round_trip_ms    INTEGER,                     -- of the exchange that measured it
    measured_at      INTEGER,
    synced_at        INTEGER
);
INSERT INTO feed (one) VALUES (1);

-- Documents, each with all the changes that this phone holds.
CREATE TABLE documents (
    doc          BLOB PRIMARY KEY,
    kind         TEXT    NOT NULL,
    left_reason  TEXT,                 -- null while the document is in scope
    pulled       INTEGER NOT NULL,     -- the cold pull that brought it last
    saved        BLOB    NOT NULL
);

-- Jobs as lists show them; written in the transaction of the document.
CREATE TABLE jobs (
    row           INTEGER PRIMARY KEY,
    doc           BLOB    NOT NULL UNIQUE,
    in_scope      INTEGER NOT NULL,
    kind          TEXT    NOT NULL,
    status        TEXT    NOT NULL,
    over          INTEGER NOT NULL,
    number        TEXT    NOT NULL,
    subject       TEXT    NOT NULL,
    account       TEXT    NOT NULL,
    contact       TEXT    NOT NULL,
    phone         TEXT    NOT NULL,
    city          TEXT    NOT NULL,
    address       TEXT    NOT NULL,
    serial        TEXT    NOT NULL,
    model         TEXT    NOT NULL,
    priority      TEXT    NOT NULL,
    technician    BLOB,
    window_start  INTEGER,
    window_end    INTEGER,
    received_at   INTEGER,
    lat           INTEGER,
    lon           INTEGER,
    conflicts     INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    search_hash   BLOB    NOT NULL
);
CREATE INDEX jobs_by_window ON jobs (in_scope, window_start);
CREATE INDEX jobs_by_update ON jobs (in_scope, updated_at);

-- What is searched: folded text, found by the row of `jobs`.
CREATE VIRTUAL TABLE job_search USING fts5 (
    words, content = '', contentless_delete = 1, prefix = '2 3',
    tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TABLE trips (
    doc         BLOB PRIMARY KEY,
    in_scope    INTEGER NOT NULL,
    technician  BLOB    NOT NULL,
    kind        TEXT    NOT NULL,
    origin      TEXT    NOT NULL,
    destination TEXT    NOT NULL,
    started_at  INTEGER,
    ended_at    INTEGER,
    distance_m  INTEGER,
    void        TEXT,
    jobs        INTEGER NOT NULL,
    receipts    INTEGER NOT NULL
);
CREATE INDEX trips_by_start ON trips (started_at);
CREATE TABLE trip_jobs (
    trip  BLOB NOT NULL,
    job   BLOB NOT NULL,
    PRIMARY KEY (trip, job)
) WITHOUT ROWID;
CREATE INDEX trip_jobs_by_job ON trip_jobs (job);

-- Every edit made on this phone. Rows are never deleted.
--   pending      waits for the server's verdict
--   accepted     durable on the server
--   refused      refused by the server; code, path and message say why
--   unplayable   could not be made again after another one was refused
--   superseded   made again as `replaced_by`, or had no effect when made again
CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    doc          BLOB    NOT NULL,
    kind         TEXT    NOT NULL,
    hash         BLOB    NOT NULL UNIQUE,
    change       BLOB    NOT NULL,
    command      TEXT,                 -- null for a change found without its command
    at           INTEGER NOT NULL,
    tz_minutes   INTEGER NOT NULL,
    author       BLOB    NOT NULL,
    actor        BLOB    NOT NULL,
    state        TEXT    NOT NULL
                 CHECK (state IN ('pending', 'accepted', 'refused', 'unplayable', 'superseded')),
    code         TEXT,
    path         TEXT,
    message      TEXT,
    replays      INTEGER REFERENCES outbox (id),
    replaced_by  INTEGER REFERENCES outbox (id),
    resolution   TEXT CHECK (resolution IN ('discarded', 'corrected', 'offered')),
    settled_at   INTEGER
);
CREATE INDEX outbox_by_doc ON outbox (doc, state);
CREATE INDEX outbox_by_state ON outbox (state, id);

-- What a person has to look at.
CREATE VIEW needs_attention AS
    SELECT * FROM outbox WHERE state IN ('refused', 'unplayable') AND resolution IS NULL;

-- Edits that the technician asks the office to decide on.
CREATE TABLE offers (
    entry   INTEGER PRIMARY KEY REFERENCES outbox (id),
    remark  TEXT,
    sent    INTEGER NOT NULL DEFAULT 0
);

-- Verdicts that are written down and not yet acknowledged to the server.
CREATE TABLE verdict_acks (
    hash  BLOB PRIMARY KEY
) WITHOUT ROWID;

-- Documents of the server that could not be read, so that nothing is skipped
-- in silence.
CREATE TABLE problems (
    doc      BLOB PRIMARY KEY,
    code     TEXT    NOT NULL,
    message  TEXT    NOT NULL,
    at       INTEGER NOT NULL
) WITHOUT ROWID;

-- Attachments: the bytes lie in files named by their hash.
CREATE TABLE blobs (
    hash        BLOB PRIMARY KEY,
    size        INTEGER NOT NULL,
    mime        TEXT    NOT NULL,
    state       TEXT    NOT NULL
                CHECK (state IN ('to_upload', 'uploaded', 'to_download', 'downloaded', 'refused')),
    moved       INTEGER NOT NULL DEFAULT 0,  -- bytes known to be at the other end
    tries       INTEGER NOT NULL DEFAULT 0,
    code        TEXT,
    message     TEXT
) WITHOUT ROWID;
CREATE INDEX blobs_by_state ON blobs (state);

-- Reference rows from the feed: parts, customers, assets.
CREATE TABLE reference (
    row    INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL,
    id     BLOB NOT NULL,
    json   TEXT NOT NULL,
    UNIQUE (kind, id)
);
CREATE VIRTUAL TABLE reference_search USING fts5 (
    words, content = '', contentless_delete = 1, prefix = '2 3',
    tokenize = 'unicode61 remove_diacritics 2'
);
