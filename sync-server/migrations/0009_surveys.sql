-- Surveys of closed jobs, the calls and links by which they are answered, and the
-- outgoing mail. All of it is SQL only: what a customer answered follows from no log.

-- Jobs closed at or before this position are not asked about any more. `rebuild`
-- replays them and must not make surveys of them.
CREATE TABLE surveys_begin (position INTEGER NOT NULL) STRICT;
INSERT INTO surveys_begin SELECT coalesce(max(position), 0) FROM commits;

-- One row for each job that was closed. Whom and what it is about is frozen when
-- the job is closed.
CREATE TABLE surveys (
    id              BLOB PRIMARY KEY,     -- follows from the job's id
    job             BLOB NOT NULL UNIQUE,
    position        INTEGER NOT NULL,     -- of the job's batch that last moved it
    round           INTEGER NOT NULL,     -- 1, and one more for each later closing without answers
    closing_event   BLOB NOT NULL,
    closed_at       INTEGER NOT NULL,     -- by the device that closed it
    agency          BLOB,
    technicians     TEXT NOT NULL,        -- JSON: who was on the completing visit
    bank            INTEGER REFERENCES rulebook (id), -- the questions; none for the built-in ones
    language        TEXT,                 -- the customer's, if known
    state           TEXT NOT NULL,        -- open, reopened, completed, unreachable, refused, void
    call_from       INTEGER NOT NULL,     -- not called before: the customer has a link
    completed_at    INTEGER,
    via             TEXT,                 -- link or call
    answered_by     BLOB REFERENCES users (id), -- the operator who wrote the answers down
    answers         TEXT,                 -- JSON: question -> answer
    rules           TEXT,                 -- the version of the rules by which the score was made
    score_units     TEXT,                 -- of 1e-12; none if too little was answered
    answered_weight INTEGER,
    asked_weight    INTEGER,
    agency_units    TEXT,                 -- mean of the questions about the representative
    staff_phone     INTEGER NOT NULL DEFAULT 0,
    job_void        INTEGER NOT NULL DEFAULT 0,
    annulled_by     BLOB REFERENCES users (id),
    annulled_at     INTEGER,
    annulled_reason TEXT,
    fate            TEXT NOT NULL DEFAULT 'stands' -- stands, annulled, staff_phone, job_void
) STRICT, WITHOUT ROWID;
CREATE INDEX surveys_by_closing ON surveys (closed_at, id);
CREATE INDEX surveys_by_agency ON surveys (agency, closed_at, id);
CREATE INDEX surveys_open ON surveys (closed_at, id) WHERE state = 'open';
CREATE INDEX surveys_by_call ON surveys (completed_at) WHERE via = 'call';

CREATE TABLE survey_technicians (
    technician BLOB NOT NULL,
    closed_at  INTEGER NOT NULL,
    survey     BLOB NOT NULL REFERENCES surveys (id),
    PRIMARY KEY (technician, closed_at, survey)
) STRICT, WITHOUT ROWID;
CREATE INDEX survey_technicians_by_survey ON survey_technicians (survey);

-- Calls that brought no answers. Only added to.
CREATE TABLE survey_attempts (
    id      INTEGER PRIMARY KEY,
    survey  BLOB NOT NULL REFERENCES surveys (id),
    round   INTEGER NOT NULL,
    outcome TEXT NOT NULL,                -- reached, no_answer, refused, wrong_number
    at      INTEGER NOT NULL,
    day     TEXT NOT NULL,                -- the civil date in the organisation's zone
    by      BLOB NOT NULL REFERENCES users (id),
    note    TEXT,
    key     TEXT,                         -- idempotency key of the request
    UNIQUE (by, key)
) STRICT;
CREATE INDEX survey_attempts_by_survey ON survey_attempts (survey, round);
CREATE INDEX survey_attempts_by_day ON survey_attempts (day);

-- What the quality officer decided. Only added to.
CREATE TABLE survey_decisions (
    id       INTEGER PRIMARY KEY,
    survey   BLOB NOT NULL REFERENCES surveys (id),
    decision TEXT NOT NULL,               -- annulled or restored
    reason   TEXT NOT NULL,
    by       BLOB NOT NULL REFERENCES users (id),
    at       INTEGER NOT NULL
) STRICT;
CREATE INDEX survey_decisions_by_survey ON survey_decisions (survey);

-- Telephone numbers of the staff, as they are compared: digits, without the
-- country's prefix. A survey under one of them counts for nobody.
CREATE TABLE staff_phones (
    number   TEXT PRIMARY KEY,
    whose    TEXT NOT NULL,
    added_by BLOB NOT NULL REFERENCES users (id),
    added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Outgoing mail. The address is forgotten once the mail is out.
CREATE TABLE mail (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,             -- survey, whose text is made when it is sent; or message
    about      BLOB,                      -- of a survey: which
    round      INTEGER,                   -- of a survey: which
    recipient  TEXT,
    subject    TEXT,
    body       TEXT,
    file_name  TEXT,
    file_type  TEXT,
    file       BLOB,
    state      TEXT NOT NULL,             -- queued, sent, dead, skipped
    attempts   INTEGER NOT NULL DEFAULT 0,
    queued_at  INTEGER NOT NULL,
    next_at    INTEGER NOT NULL,
    settled_at INTEGER,                   -- sent, given up or skipped
    problem    TEXT                       -- why it was not sent, the last time
) STRICT;
CREATE INDEX mail_due ON mail (next_at, id) WHERE state = 'queued';
CREATE INDEX mail_by_state ON mail (state, id);
