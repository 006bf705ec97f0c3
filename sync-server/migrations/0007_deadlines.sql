-- When things happened, and what was due when.

-- THE TRUTH: how far the device's clock was behind the server's at the exchange
-- that brought a batch, in milliseconds; none where nothing was measured. And
-- which changes a phone gave back after a restore: when they first came is lost.
ALTER TABLE commits ADD COLUMN clock_offset INTEGER;
ALTER TABLE change_log ADD COLUMN returned INTEGER NOT NULL DEFAULT 0;
-- Of an offered edit: the same of its exchange.
ALTER TABLE offers ADD COLUMN clock_offset INTEGER;

-- SQL ONLY, append-only: what a person decided on an instant that cannot be; of
-- several decisions the newest holds.
CREATE TABLE time_decisions (
    id           INTEGER PRIMARY KEY,
    doc          BLOB NOT NULL,
    event        BLOB NOT NULL,
    effective_at INTEGER NOT NULL,
    suspect      TEXT,                 -- what it was flagged with
    reason       TEXT NOT NULL,
    by           BLOB NOT NULL,
    at           INTEGER NOT NULL
) STRICT;
CREATE INDEX time_decisions_by_event ON time_decisions (doc, event, id);

-- SQL ONLY: the last exchange of a phone while somebody waited for its evidence,
-- and up to when all phones of a person have been heard.
CREATE TABLE device_heard (
    device BLOB PRIMARY KEY,
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE people_heard (
    user  BLOB PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- DERIVED, made again below: events with their instants. `at` is the device's,
-- `corrected_at` what follows from the log, `effective_at` that or what a person
-- decided.
DROP TABLE job_events;
CREATE TABLE job_events (
    doc          BLOB NOT NULL,
    event        BLOB NOT NULL,
    kind         TEXT NOT NULL,
    at           INTEGER NOT NULL,
    tz           INTEGER NOT NULL,
    by           BLOB NOT NULL,
    reason       TEXT,
    until        INTEGER,
    lat          INTEGER,
    lon          INTEGER,
    team         TEXT,
    technician   BLOB,
    misplaced    INTEGER NOT NULL,
    change       BLOB,                 -- the hash of the change that brought it
    received_at  INTEGER NOT NULL,
    offset_ms    INTEGER,
    corrected_at INTEGER NOT NULL,
    effective_at INTEGER NOT NULL,
    suspect      TEXT,                 -- why the instant cannot be; none: it can
    PRIMARY KEY (doc, event)
) STRICT, WITHOUT ROWID;

-- DERIVED: to which agency a job belonged since when.
CREATE TABLE job_units (
    doc    BLOB NOT NULL,
    since  INTEGER NOT NULL,
    agency BLOB,
    PRIMARY KEY (doc, since)
) STRICT, WITHOUT ROWID;

-- DERIVED: which clocks run on a job, by which rules.
CREATE TABLE job_clocks (
    doc      BLOB PRIMARY KEY,
    chosen   TEXT NOT NULL,            -- kind, type and account for which they were chosen
    rules    TEXT NOT NULL,            -- the version's name
    policies TEXT NOT NULL             -- calendar::ClockPolicy, JSON
) STRICT, WITHOUT ROWID;

-- DERIVED from the log, from what is SQL only, and from `settled_until` in `meta`:
-- each run of a clock from its start to its decision. What is still open stands
-- here as of its last fact.
CREATE TABLE clock_rounds (
    doc         BLOB NOT NULL,
    clock       TEXT NOT NULL,
    round       INTEGER NOT NULL,
    source      BLOB NOT NULL,         -- the event that started it
    started_at  INTEGER NOT NULL,
    due_at      INTEGER,               -- none while it waits or is void
    state       TEXT NOT NULL,         -- running, paused, met, breached, withdrawn
    paused_for  TEXT,
    used_ms     INTEGER NOT NULL,
    target_ms   INTEGER NOT NULL,
    decided_at  INTEGER,
    outcome     TEXT,                  -- met or breached
    answered_at INTEGER,               -- after the breach
    technician  BLOB,                  -- of a breach: whose phones may yet bring evidence
    evidence    TEXT,                  -- of a breach: pending or complete
    PRIMARY KEY (doc, clock, round)
) STRICT, WITHOUT ROWID;
CREATE INDEX clock_rounds_due ON clock_rounds (due_at) WHERE state = 'running';
CREATE INDEX clock_rounds_pending ON clock_rounds (technician) WHERE evidence = 'pending';
CREATE INDEX clock_rounds_open ON clock_rounds (doc) WHERE state IN ('running', 'paused');

-- SQL ONLY: what people were told of breaches, and who took them over.
CREATE TABLE escalations (
    id           INTEGER PRIMARY KEY,
    doc          BLOB NOT NULL,
    clock        TEXT NOT NULL,
    source       BLOB NOT NULL,
    due_at       INTEGER NOT NULL,
    opened_at    INTEGER NOT NULL,
    state        TEXT NOT NULL,        -- open or rescinded
    evidence     TEXT NOT NULL,
    answered_at  INTEGER,
    rescinded_at INTEGER,
    taken_by     BLOB,
    taken_at     INTEGER,
    reason       TEXT,
    UNIQUE (doc, clock, source, due_at)
) STRICT;
CREATE INDEX escalations_by_state ON escalations (state, id);

-- SQL ONLY, append-only: who or what did what to a deadline.
CREATE TABLE deadline_audit (
    id         INTEGER PRIMARY KEY,
    escalation INTEGER,
    doc        BLOB NOT NULL,
    what       TEXT NOT NULL,          -- breached, confirmed, answered_late, rescinded, taken_over, instant_decided
    by         BLOB,                   -- none: the server
    at         INTEGER NOT NULL,
    detail     TEXT NOT NULL           -- JSON
) STRICT;
CREATE INDEX deadline_audit_by_doc ON deadline_audit (doc, id);

-- SQL ONLY: what people are told, by role and agency or by name.
CREATE TABLE notices (
    id         INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    role       TEXT,
    agency     BLOB,                   -- with a role: only the people of this agency
    user       BLOB,
    doc        BLOB,
    detail     TEXT NOT NULL           -- JSON
) STRICT;
CREATE INDEX notices_by_role ON notices (role, agency, id);
CREATE INDEX notices_by_user ON notices (user, id) WHERE user IS NOT NULL;
CREATE INDEX notices_by_doc ON notices (doc) WHERE doc IS NOT NULL;
CREATE TABLE notice_reads (
    notice INTEGER NOT NULL REFERENCES notices (id),
    user   BLOB NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (notice, user)
) STRICT, WITHOUT ROWID;

-- Derived rows of a log that was there before are made at the next start.
INSERT OR REPLACE INTO meta (key, value) SELECT 'rebuild', x'01' FROM commits LIMIT 1;
