-- The desk: units and who belongs to them, requests, what is done on them. SQL only:
-- as of the last backup. Ids are 16 bytes, instants milliseconds since the epoch.

-- Units of the organisation; support levels are rows, not code.
CREATE TABLE units (
    key        TEXT PRIMARY KEY,       -- as routing rules name it
    name       TEXT NOT NULL,
    level      INTEGER,                -- 1, 2, 3: where a request goes up; none for other units
    duties     TEXT NOT NULL,          -- JSON: what its members do (desk::Duty)
    escalates_to TEXT REFERENCES units (key),
    created_at INTEGER NOT NULL,
    closed_at  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE unit_members (
    id       INTEGER PRIMARY KEY,
    unit     TEXT NOT NULL REFERENCES units (key),
    user     BLOB NOT NULL REFERENCES users (id),
    is_head  INTEGER NOT NULL,
    since    INTEGER NOT NULL,
    added_by BLOB REFERENCES users (id),
    until    INTEGER,
    removed_by BLOB REFERENCES users (id)
) STRICT;
CREATE UNIQUE INDEX unit_members_now ON unit_members (unit, user) WHERE until IS NULL;
CREATE INDEX unit_members_by_user ON unit_members (user) WHERE until IS NULL;

-- What a person can do, when he is away, where he works.
CREATE TABLE skills (
    user    BLOB NOT NULL REFERENCES users (id),
    product TEXT NOT NULL,             -- as it is written
    folded  TEXT NOT NULL,
    level   INTEGER NOT NULL,          -- 1 beginner, 2 works alone, 3 teaches others
    by      BLOB,
    at      INTEGER NOT NULL,
    PRIMARY KEY (user, folded)
) STRICT, WITHOUT ROWID;
CREATE TABLE leave (
    id       INTEGER PRIMARY KEY,
    user     BLOB NOT NULL REFERENCES users (id),
    from_day TEXT NOT NULL,            -- civil dates, both included
    to_day   TEXT NOT NULL,
    reason   TEXT,
    by       BLOB,
    at       INTEGER NOT NULL,
    cancelled_at INTEGER
) STRICT;
CREATE INDEX leave_by_user ON leave (user, to_day);
CREATE TABLE working_areas (
    user   BLOB NOT NULL REFERENCES users (id),
    city   TEXT NOT NULL,
    zone   TEXT NOT NULL,              -- empty: the whole city
    folded TEXT NOT NULL,
    PRIMARY KEY (user, folded)
) STRICT, WITHOUT ROWID;

-- A customer's people. The account itself is a reference row, which phones get.
CREATE TABLE contacts (
    id         BLOB PRIMARY KEY,
    account    BLOB NOT NULL,
    name       TEXT NOT NULL,
    folded     TEXT NOT NULL,
    standing   TEXT NOT NULL,          -- contact, or authorised: speaks for the client (R161)
    phone      TEXT,
    mobile     TEXT,
    email      TEXT,
    channel    TEXT NOT NULL,          -- email, sms or none: how he wants to be told
    language   TEXT,
    by         BLOB,
    created_at INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT;
CREATE INDEX contacts_by_account ON contacts (account);
CREATE INDEX contacts_by_email ON contacts (email) WHERE email IS NOT NULL;

CREATE TABLE sites (
    id         BLOB PRIMARY KEY,
    account    BLOB NOT NULL,
    name       TEXT NOT NULL,
    address    TEXT,
    city       TEXT,
    zone       TEXT,
    lat        INTEGER,                -- millionths of a degree
    lon        INTEGER,
    created_at INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT;
CREATE INDEX sites_by_account ON sites (account);

-- Telephone numbers and serials as they are looked up, of accounts and contacts.
CREATE TABLE customer_numbers (
    digits  TEXT NOT NULL,
    account BLOB NOT NULL,
    source  BLOB NOT NULL,             -- the account or the contact
    PRIMARY KEY (digits, account, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_numbers_by_source ON customer_numbers (source);

-- Which record is now part of which. Undone by `parted_at`.
CREATE TABLE customer_merges (
    id        INTEGER PRIMARY KEY,
    account   BLOB NOT NULL,           -- the record that went
    into_account BLOB NOT NULL,
    moved     TEXT NOT NULL,           -- JSON: what moved with it, for the way back
    reason    TEXT NOT NULL,
    by        BLOB NOT NULL,
    at        INTEGER NOT NULL,
    parted_at INTEGER,
    parted_by BLOB
) STRICT;
CREATE UNIQUE INDEX customer_merges_now ON customer_merges (account) WHERE parted_at IS NULL;

-- Support contracts.
CREATE TABLE contracts (
    id          BLOB PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    account     BLOB NOT NULL,
    kind        TEXT NOT NULL,         -- support, temporary (R174), installation (R21)
    measure     TEXT NOT NULL,         -- hours, days, incidents, unlimited
    thousandths INTEGER NOT NULL,
    products    TEXT NOT NULL,         -- JSON: beginnings of product names; empty list: all
    starts_at   INTEGER NOT NULL,
    ends_at     INTEGER,
    terms       TEXT,
    made_by     BLOB,
    made_at     INTEGER NOT NULL,
    ended_at    INTEGER,               -- before its term
    ended_why   TEXT
) STRICT;
CREATE INDEX contracts_by_account ON contracts (account);
-- Append-only: what was taken from a contract, and what was given back.
CREATE TABLE contract_entries (
    id          INTEGER PRIMARY KEY,
    contract    BLOB NOT NULL REFERENCES contracts (id),
    request     BLOB,
    measure     TEXT NOT NULL,
    thousandths INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    by          BLOB,
    at          INTEGER NOT NULL
) STRICT;
CREATE INDEX contract_entries_by_contract ON contract_entries (contract);

CREATE TABLE requests (
    row             INTEGER PRIMARY KEY,
    id              BLOB NOT NULL UNIQUE,
    number          TEXT NOT NULL UNIQUE,
    kind            TEXT NOT NULL,     -- desk::RequestKind
    status          TEXT NOT NULL,     -- desk::RequestStatus
    channel         TEXT NOT NULL,     -- desk::Channel
    fields          TEXT NOT NULL,     -- JSON: what is known of it (sync_server::desk::RequestFields)
    subject         TEXT NOT NULL AS (fields ->> '$.subject'),
    account         TEXT AS (fields ->> '$.account'),
    serial          TEXT AS (fields ->> '$.serial'),
    product         TEXT AS (fields ->> '$.product'),
    priority        TEXT NOT NULL AS (coalesce(fields ->> '$.priority', 'normal')),
    contract        TEXT AS (fields ->> '$.contract'),
    unit            TEXT REFERENCES units (key),
    owner           BLOB,              -- who is accountable (R19, R132)
    controller      BLOB,              -- the registrar, or quality after a breach (R169)
    registered_by   BLOB,              -- none: the customer himself
    received_at     INTEGER NOT NULL,
    registered_at   INTEGER NOT NULL,
    promised_at     INTEGER,
    answered_at     INTEGER,           -- the last answer
    touched_at      INTEGER,           -- the first act of somebody at the desk
    finished_at     INTEGER,
    ended_at        INTEGER,           -- closed or cancelled
    result          TEXT,
    clock_rules     TEXT NOT NULL,     -- the version by which its clocks were chosen
    clocks          TEXT NOT NULL,     -- calendar::ClockPolicy, JSON
    version         INTEGER NOT NULL   -- counts its activities
) STRICT;
CREATE INDEX requests_by_status ON requests (status, row);
CREATE INDEX requests_by_unit ON requests (unit, status, row);
CREATE INDEX requests_by_owner ON requests (owner, status, row) WHERE owner IS NOT NULL;
CREATE INDEX requests_by_account ON requests (account, row) WHERE account IS NOT NULL;
CREATE INDEX requests_by_serial ON requests (serial, row) WHERE serial IS NOT NULL;
CREATE INDEX requests_promised ON requests (promised_at) WHERE promised_at IS NOT NULL;

CREATE VIRTUAL TABLE request_search USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'unicode61', prefix = '2 3'
);

-- Append-only: every act on a request, by whom and when.
CREATE TABLE request_activities (
    id      INTEGER PRIMARY KEY,
    request BLOB NOT NULL REFERENCES requests (id),
    at      INTEGER NOT NULL,          -- when it happened
    recorded_at INTEGER NOT NULL,
    by      BLOB,                      -- none: the customer, or the server
    author  TEXT NOT NULL,             -- desk, customer or server
    kind    TEXT NOT NULL,
    shown   INTEGER NOT NULL,          -- whether the customer sees it
    text    TEXT,
    until   INTEGER,
    unit    TEXT,
    job     BLOB,
    detail  TEXT NOT NULL              -- JSON
) STRICT;
CREATE INDEX request_activities_by_request ON request_activities (request, id);
CREATE INDEX request_activities_by_person ON request_activities (by, id) WHERE by IS NOT NULL;
CREATE TRIGGER request_activities_stay BEFORE UPDATE ON request_activities BEGIN
    SELECT raise(ABORT, 'an activity is never changed');
END;
CREATE TRIGGER request_activities_are_kept BEFORE DELETE ON request_activities BEGIN
    SELECT raise(ABORT, 'an activity is never taken away');
END;

-- What of it moves clocks, in the words of job events.
CREATE TABLE request_events (
    event    BLOB PRIMARY KEY,
    request  BLOB NOT NULL REFERENCES requests (id),
    kind     TEXT NOT NULL,
    at       INTEGER NOT NULL,
    by       BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX request_events_by_request ON request_events (request);

-- Which jobs a request has, and the batch of the job that last moved the request.
CREATE TABLE request_jobs (
    job      BLOB PRIMARY KEY,
    request  BLOB NOT NULL REFERENCES requests (id),
    made_by  BLOB NOT NULL,
    made_at  INTEGER NOT NULL,
    position INTEGER NOT NULL,
    status   TEXT NOT NULL             -- as the request last saw it
) STRICT, WITHOUT ROWID;
CREATE INDEX request_jobs_by_request ON request_jobs (request);

-- Who is told of what happens on a request, and how.
CREATE TABLE request_subscribers (
    request BLOB NOT NULL REFERENCES requests (id),
    channel TEXT NOT NULL,             -- email or sms
    address TEXT NOT NULL,
    digits  TEXT,                      -- of a number, as numbers are compared
    contact BLOB,
    language TEXT,
    PRIMARY KEY (request, channel, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_subscribers_by_digits ON request_subscribers (digits) WHERE digits IS NOT NULL;

-- Questions to technical support (R8).
CREATE TABLE solution_requests (
    id        INTEGER PRIMARY KEY,
    request   BLOB NOT NULL REFERENCES requests (id),
    unit      TEXT NOT NULL REFERENCES units (key),
    question  TEXT NOT NULL,
    asked_by  BLOB NOT NULL,
    asked_at  INTEGER NOT NULL,
    answer    TEXT,
    answered_by BLOB,
    answered_at INTEGER
) STRICT;
CREATE INDEX solution_requests_open ON solution_requests (unit, id) WHERE answered_at IS NULL;
CREATE INDEX solution_requests_by_request ON solution_requests (request);

-- Complaint files (R76-R79).
CREATE TABLE complaint_files (
    id          BLOB PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    request     BLOB NOT NULL UNIQUE REFERENCES requests (id),
    state       TEXT NOT NULL,         -- open, admitted, dismissed, decided, settled
    ground      TEXT,
    examined_by BLOB,
    examined_at INTEGER,
    handler     BLOB,
    due_at      INTEGER,
    agency      BLOB,                  -- whom it is about
    job         BLOB,
    decision    TEXT,
    decided_by  BLOB,
    decided_at  INTEGER,
    reason      TEXT,
    action      TEXT,                  -- the corrective action
    contacts    INTEGER NOT NULL DEFAULT 0,
    settled_at  INTEGER,
    settled_at_contact INTEGER,
    opened_by   BLOB,
    opened_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX complaint_files_by_state ON complaint_files (state, opened_at);
CREATE INDEX complaint_files_by_handler ON complaint_files (handler) WHERE handler IS NOT NULL;
CREATE INDEX complaint_files_by_agency ON complaint_files (agency, decided_at) WHERE agency IS NOT NULL;

-- Append-only: what was done about deviations, surveys, complaints (R20, R117).
CREATE TABLE corrective_actions (
    id      INTEGER PRIMARY KEY,
    about   TEXT NOT NULL,             -- request, survey, complaint, deadline
    subject BLOB NOT NULL,
    text    TEXT NOT NULL,
    by      BLOB NOT NULL,
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX corrective_actions_by_subject ON corrective_actions (about, subject);

-- Outgoing messages that are no mail, as `mail`.
CREATE TABLE sms (
    id        INTEGER PRIMARY KEY,
    request   BLOB,
    activity  INTEGER,
    recipient TEXT,
    body      TEXT,
    language  TEXT,
    state     TEXT NOT NULL,           -- queued, sent, skipped, dead
    attempts  INTEGER NOT NULL DEFAULT 0,
    queued_at INTEGER NOT NULL,
    next_at   INTEGER,
    settled_at INTEGER,
    problem   TEXT
) STRICT;
CREATE INDEX sms_due ON sms (next_at) WHERE state = 'queued';
CREATE UNIQUE INDEX sms_once ON sms (activity, recipient) WHERE activity IS NOT NULL;

-- What came in from outside, so that nothing is taken twice.
CREATE TABLE inbound (
    source      TEXT NOT NULL,         -- mail, or a webhook's name
    key         TEXT NOT NULL,         -- a message's id
    request     BLOB,
    outcome     TEXT NOT NULL,         -- request, reply, ignored
    sender      TEXT,                  -- as it is compared
    reason      TEXT,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (source, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX inbound_by_sender ON inbound (sender, received_at) WHERE sender IS NOT NULL;

-- Files that came with requests, each content once: in the transaction of the message
-- that brought it, so that neither is there without the other.
CREATE TABLE request_blobs (
    hash    BLOB PRIMARY KEY,
    content BLOB NOT NULL
) STRICT;
CREATE TABLE request_files (
    id         INTEGER PRIMARY KEY,
    request    BLOB NOT NULL REFERENCES requests (id),
    activity   INTEGER NOT NULL REFERENCES request_activities (id),
    hash       BLOB NOT NULL REFERENCES request_blobs (hash),
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes      INTEGER NOT NULL
) STRICT;
CREATE INDEX request_files_by_request ON request_files (request);

-- A notice can go to a unit.
ALTER TABLE notices ADD COLUMN unit TEXT;
CREATE INDEX notices_by_unit ON notices (unit, id) WHERE unit IS NOT NULL;
-- A letter about a request is written when it is sent; once for each activity and address.
CREATE UNIQUE INDEX mail_once ON mail (about, round, recipient) WHERE kind = 'request';
-- Customers and devices that are there already are to be found, too.
INSERT OR REPLACE INTO meta (key, value) SELECT 'rebuild', x'01' FROM reference LIMIT 1;
