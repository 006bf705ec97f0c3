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

-- One-time codes by which a customer shows that an address is his. The digits follow from
-- the id and a key outside the database. A day later they are forgotten.
CREATE TABLE intake_codes (
    id       BLOB PRIMARY KEY,
    channel  TEXT NOT NULL,            -- email or sms
    address  TEXT NOT NULL,            -- to which it goes
    compared TEXT NOT NULL,            -- the address as addresses are compared
    language TEXT NOT NULL,
    made_at  INTEGER NOT NULL,
    tries    INTEGER NOT NULL,
    used_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX intake_codes_by_address ON intake_codes (channel, compared, made_at);
CREATE INDEX intake_codes_by_age ON intake_codes (made_at);

-- Who was let in to register requests and to see his own: by a code, or by a link of the desk.
CREATE TABLE intake_links (
    id       BLOB PRIMARY KEY,
    channel  TEXT NOT NULL,
    address  TEXT NOT NULL,
    compared TEXT NOT NULL,
    language TEXT NOT NULL,
    contact  BLOB REFERENCES contacts (id), -- of whom the desk says that the address is his
    made_by  BLOB,                     -- none: by a code
    made_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX request_subscribers_by_mail ON request_subscribers (lower(address)) WHERE channel = 'email';
-- A message that carries a code or such a link is written when it is sent.
ALTER TABLE sms ADD COLUMN kind TEXT NOT NULL DEFAULT 'request';
ALTER TABLE sms ADD COLUMN about BLOB;

-- A survey belongs to a case: a job, or a request that was closed without a visit, whose id
-- stands in `job` then.
ALTER TABLE surveys ADD COLUMN about TEXT NOT NULL DEFAULT 'job';

-- Corrective actions of every kind (R20, R117): on a request, its complaint file, or a fault
-- that comes again. What has neither a person nor a date was done when it was written down.
ALTER TABLE corrective_actions ADD COLUMN product TEXT;
ALTER TABLE corrective_actions ADD COLUMN fault TEXT;
ALTER TABLE corrective_actions ADD COLUMN owner BLOB REFERENCES users (id);
ALTER TABLE corrective_actions ADD COLUMN due_at INTEGER;
CREATE INDEX corrective_actions_due ON corrective_actions (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX corrective_actions_by_owner ON corrective_actions (owner) WHERE owner IS NOT NULL;
CREATE TRIGGER corrective_actions_stay BEFORE UPDATE ON corrective_actions BEGIN
    SELECT raise(ABORT, 'a corrective action is never changed');
END;
-- How each ended. Only added to.
CREATE TABLE corrective_ends (
    action  INTEGER PRIMARY KEY REFERENCES corrective_actions (id),
    outcome TEXT NOT NULL,
    by      BLOB NOT NULL,
    at      INTEGER NOT NULL
) STRICT;

-- A contract may have deadlines of its own; a request keeps whose deadlines were chosen for it.
ALTER TABLE contracts ADD COLUMN clocks TEXT NOT NULL DEFAULT '[]'; -- calendar::ClockPolicy, JSON
ALTER TABLE requests ADD COLUMN agreed BLOB REFERENCES contracts (id);

-- Sales agencies and sellers (R25, R48, R171): records of their own beside service agencies.
CREATE TABLE sales_agencies (
    id         BLOB PRIMARY KEY,
    name       TEXT NOT NULL,
    folded     TEXT NOT NULL,
    city       TEXT,
    phone      TEXT,
    created_at INTEGER NOT NULL,
    closed_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sales_agencies_by_name ON sales_agencies (folded) WHERE closed_at IS NULL;
CREATE TABLE sellers (
    id        BLOB PRIMARY KEY,
    agency    BLOB NOT NULL REFERENCES sales_agencies (id),
    name      TEXT NOT NULL,
    phone     TEXT,
    user      BLOB REFERENCES users (id), -- who signs in, if he does
    since     INTEGER NOT NULL,
    left_at   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX sellers_by_agency ON sellers (agency);
CREATE UNIQUE INDEX sellers_by_user ON sellers (user) WHERE user IS NOT NULL AND left_at IS NULL;
ALTER TABLE requests ADD COLUMN sales_agency BLOB REFERENCES sales_agencies (id);
CREATE INDEX requests_by_sales_agency ON requests (sales_agency) WHERE sales_agency IS NOT NULL;
