-- What representatives are judged by, down to the case.

-- DERIVED: what a job is to the scores. The first closing counts, for ever.
CREATE TABLE job_cases (
    doc           BLOB PRIMARY KEY,
    opened_at     INTEGER,
    opened_event  TEXT,
    asset         BLOB,
    fault_group   TEXT,
    job_type      TEXT,
    model_group   TEXT,
    batch         TEXT,
    in_warranty   INTEGER NOT NULL, -- when it was opened
    kind          TEXT NOT NULL,
    standing      TEXT NOT NULL,    -- counts, void or imported
    closed_at     INTEGER,
    closing_event TEXT,
    agency        BLOB,             -- whose the job was when it was closed
    visits        INTEGER NOT NULL, -- until it was closed
    parts_cost    INTEGER           -- rial; none where currencies mix
) STRICT, WITHOUT ROWID;
CREATE INDEX job_cases_of_device ON job_cases (asset, fault_group, opened_at)
    WHERE asset IS NOT NULL AND fault_group IS NOT NULL;

-- DERIVED: evidence. One row for each case that was judged, in its agency's
-- month (year * 100 + number). `measure` is the component's place in
-- scoring::ComponentKey::ALL, 10 for closed jobs, 11 for violations; `value` and
-- `weight` are units of 1e-12, but whole rials for the parts, whose weight
-- follows from the month's norm.
CREATE TABLE evidence (
    agency      BLOB NOT NULL,
    month       INTEGER NOT NULL,
    measure     INTEGER NOT NULL,
    case_id     BLOB NOT NULL,     -- of a job its id, else the text
    case_type   INTEGER NOT NULL,  -- place in scoring::CaseType
    origin      BLOB NOT NULL,     -- the job or trip whose rows are replaced together
    job         BLOB,
    outcome     INTEGER NOT NULL,  -- place in scoring::Outcome
    value       INTEGER NOT NULL,
    weight      INTEGER NOT NULL,
    mix         TEXT,              -- of parts: kind of job and group of models
    reason      TEXT,
    excluded_by BLOB,
    known_at    INTEGER NOT NULL,
    source      TEXT NOT NULL,
    PRIMARY KEY (agency, month, measure, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX evidence_by_origin ON evidence (origin);

-- DERIVED: what the evidence adds up to, kept up row by row.
CREATE TABLE month_facts (
    agency      BLOB NOT NULL,
    month       INTEGER NOT NULL,
    measure     INTEGER NOT NULL,
    numerator   INTEGER NOT NULL,
    denominator INTEGER NOT NULL,
    cases       INTEGER NOT NULL,
    PRIMARY KEY (agency, month, measure)
) STRICT, WITHOUT ROWID;
-- The network's sums are read from the index alone.
CREATE INDEX month_facts_by_month ON month_facts (month, measure, agency, numerator, denominator, cases);

-- DERIVED: what parts cost, by month, mix and agency: the network's norm.
CREATE TABLE month_parts (
    month  INTEGER NOT NULL,
    mix    TEXT NOT NULL,
    agency BLOB NOT NULL,
    jobs   INTEGER NOT NULL,
    cost   INTEGER NOT NULL,
    PRIMARY KEY (month, mix, agency)
) STRICT, WITHOUT ROWID;
CREATE INDEX month_parts_of_agency ON month_parts (month, agency);

-- SQL ONLY: the norm of a month as it was when the month was frozen.
CREATE TABLE frozen_norms (
    month INTEGER PRIMARY KEY,
    cells TEXT NOT NULL            -- JSON: mix, agency, jobs, cost
) STRICT;

-- SQL ONLY: months that were published (scoring::ScoreRecord as JSON).
CREATE TABLE score_records (
    agency BLOB NOT NULL,
    month  INTEGER NOT NULL,
    json   TEXT NOT NULL,
    settle_at INTEGER,             -- when its stage changes by itself; none: never, or after an answer
    PRIMARY KEY (agency, month)
) STRICT, WITHOUT ROWID;
CREATE INDEX score_records_by_month ON score_records (month);
CREATE INDEX score_records_to_settle ON score_records (settle_at) WHERE settle_at IS NOT NULL;

-- SQL ONLY: the evidence of each published version, JSON under zstd.
CREATE TABLE score_evidence (
    agency  BLOB NOT NULL,
    month   INTEGER NOT NULL,
    version INTEGER NOT NULL,      -- from 0
    rows    BLOB NOT NULL,
    PRIMARY KEY (agency, month, version)
) STRICT, WITHOUT ROWID;

-- SQL ONLY: published months whose figures have changed since; the timer empties it.
CREATE TABLE score_changes (
    agency BLOB NOT NULL,
    month  INTEGER NOT NULL,
    PRIMARY KEY (agency, month)
) STRICT, WITHOUT ROWID;

-- SQL ONLY: months that were frozen.
CREATE TABLE frozen_months (
    month     INTEGER PRIMARY KEY,
    frozen_at INTEGER NOT NULL
) STRICT;

-- SQL ONLY: what few surveys are drawn to, as it was when the month began
-- (scoring::Prior as JSON).
CREATE TABLE peer_priors (
    month   INTEGER PRIMARY KEY,
    json    TEXT NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

-- SQL ONLY: complaints and violations as the quality officer decided them; of
-- several decisions on one case the newest holds.
CREATE TABLE quality_decisions (
    id       INTEGER PRIMARY KEY,
    case_id  TEXT NOT NULL,
    what     TEXT NOT NULL,        -- complaint or violation
    job      BLOB,
    agency   BLOB NOT NULL,
    decision TEXT NOT NULL,        -- minor, major, critical, rejected; open, closed, accepted
    at       INTEGER NOT NULL,     -- when it counts
    note     TEXT NOT NULL,
    by       BLOB NOT NULL,
    made_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX quality_decisions_by_case ON quality_decisions (case_id, id);
CREATE INDEX quality_decisions_by_job ON quality_decisions (job) WHERE job IS NOT NULL;

-- SQL ONLY: cases that headquarters left out, and why.
CREATE TABLE score_exclusions (
    measure INTEGER NOT NULL,
    case_id BLOB NOT NULL,
    reason  TEXT NOT NULL,
    by      BLOB NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (measure, case_id)
) STRICT, WITHOUT ROWID;
