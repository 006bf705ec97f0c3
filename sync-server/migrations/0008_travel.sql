-- What journeys cost. Amounts are rial, distances metres, days and months as in
-- the organisation's time zone ('2026-11-21', '1405-08').

-- DERIVED: made again by `rebuild` from the log and from the tables below ------

-- What the price of a trip rests on, read off its document.
CREATE TABLE travel_trips (
    trip  BLOB PRIMARY KEY,
    facts TEXT NOT NULL            -- scoring::TripTravel as JSON
) STRICT, WITHOUT ROWID;

-- What a job says of the way to it.
CREATE TABLE travel_jobs (
    job    BLOB PRIMARY KEY,
    agency BLOB,
    device TEXT,
    fault  TEXT,
    facts  TEXT NOT NULL           -- scoring::JobTravel as JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX travel_jobs_by_device ON travel_jobs (device, fault)
    WHERE device IS NOT NULL AND fault IS NOT NULL;

-- The price of each trip by itself, before caps.
CREATE TABLE travel_prices (
    trip       BLOB PRIMARY KEY,
    technician BLOB NOT NULL,
    agency     BLOB,
    started_at INTEGER NOT NULL,   -- bounded by the server's receipt
    day        TEXT NOT NULL,
    month      TEXT NOT NULL,
    has_caps   INTEGER NOT NULL,   -- whether its tariff has caps beyond one trip
    basis      BLOB NOT NULL,      -- a hash of `price`
    price      TEXT NOT NULL       -- scoring::TripPrice as JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX travel_prices_by_month ON travel_prices (technician, month, started_at, trip);
CREATE INDEX travel_prices_by_agency ON travel_prices (agency, day);

-- What is paid of it, and how far it is.
CREATE TABLE travel_claims (
    trip            BLOB PRIMARY KEY,
    agency          BLOB,
    technician      BLOB NOT NULL,
    started_at      INTEGER NOT NULL,
    day             TEXT NOT NULL,
    month           TEXT NOT NULL,
    state           TEXT NOT NULL, -- draft, needs_review, auto_approved, approved, adjusted, rejected, settled, void
    total_minor     INTEGER NOT NULL, -- the amount that stands
    decided_at      INTEGER,
    decided_by      BLOB,
    decision_reason TEXT,
    violation       INTEGER NOT NULL,
    kind            TEXT NOT NULL,
    tariff          TEXT NOT NULL,
    chargeable_m    INTEGER NOT NULL,
    price_minor     INTEGER NOT NULL, -- by the tariff
    capped_minor    INTEGER NOT NULL, -- what the caps leave of it
    before_minor    INTEGER,       -- what had been decided before it changed
    estimate_minor  INTEGER,       -- what the phone showed to the customer
    estimate_tariff TEXT,
    prior_approval  TEXT NOT NULL, -- not_requested, requested, granted, refused
    settled_minor   INTEGER NOT NULL, -- in statements so far
    flags           TEXT NOT NULL, -- JSON
    reasons         TEXT NOT NULL, -- JSON: why a person has to look at it
    payers          TEXT NOT NULL  -- JSON: who pays how much of the amount
) STRICT, WITHOUT ROWID;
CREATE INDEX travel_claims_by_time ON travel_claims (started_at, trip);
CREATE INDEX travel_claims_by_state ON travel_claims (state, started_at, trip);
CREATE INDEX travel_claims_by_technician ON travel_claims (technician, started_at, trip);
CREATE INDEX travel_claims_by_agency ON travel_claims (agency, month, state);

-- The amount, shared among the jobs that the trip served.
CREATE TABLE travel_shares (
    trip  BLOB NOT NULL,
    job   BLOB NOT NULL,
    minor INTEGER NOT NULL,
    PRIMARY KEY (trip, job)
) STRICT, WITHOUT ROWID;
CREATE INDEX travel_shares_by_job ON travel_shares (job);

-- SQL ONLY: as of the last backup. Nothing of it is changed or taken away, but
-- for the scopes -----------------------------------------------------------------

-- How an agency travels, from one day on. Of two for one day the later counts.
CREATE TABLE travel_profiles (
    id             INTEGER PRIMARY KEY,
    agency         BLOB NOT NULL REFERENCES agencies (id),
    effective_from TEXT NOT NULL,
    json           TEXT NOT NULL,  -- scoring::TravelProfile
    made_by        BLOB,           -- none at the command line
    made_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX travel_profiles_by_agency ON travel_profiles (agency, effective_from, id);

-- How far it is from an agency's base to a place, one way, from one day on.
CREATE TABLE travel_distances (
    id             INTEGER PRIMARY KEY,
    agency         BLOB NOT NULL REFERENCES agencies (id),
    city           TEXT NOT NULL,
    zone           TEXT NOT NULL,  -- empty for all of the city
    folded_city    TEXT NOT NULL,
    folded_zone    TEXT NOT NULL,
    effective_from TEXT NOT NULL,
    one_way_m      INTEGER NOT NULL,
    made_by        BLOB,
    made_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX travel_distances_by_place
    ON travel_distances (agency, folded_city, folded_zone, effective_from, id);

-- What people decided on claims. It holds while the price is the one it was
-- decided on.
CREATE TABLE travel_decisions (
    id           INTEGER PRIMARY KEY,
    trip         BLOB NOT NULL,
    decision     TEXT NOT NULL,    -- approved, adjusted, rejected
    amount_minor INTEGER NOT NULL,
    reason       TEXT,
    basis        BLOB NOT NULL,
    reasons      TEXT NOT NULL,    -- JSON: why it had to be looked at
    agency       BLOB,
    folded_city  TEXT,             -- of the way that was approved with it
    folded_zone  TEXT,
    one_way_m    INTEGER,
    by           BLOB NOT NULL,
    at           INTEGER NOT NULL
) STRICT;
CREATE INDEX travel_decisions_by_trip ON travel_decisions (trip, id);
CREATE INDEX travel_decisions_by_place ON travel_decisions (agency, folded_city, folded_zone)
    WHERE one_way_m IS NOT NULL;

-- What people decided on long trips before them; it answers the words in which
-- approval was asked for.
CREATE TABLE travel_approvals (
    id       INTEGER PRIMARY KEY,
    trip     BLOB NOT NULL,
    decision TEXT NOT NULL,        -- granted, refused
    request  TEXT NOT NULL,
    reason   TEXT,
    by       BLOB NOT NULL,
    at       INTEGER NOT NULL
) STRICT;
CREATE INDEX travel_approvals_by_trip ON travel_approvals (trip, id);

-- What was settled, for an agency and a month. A later one brings what came late.
CREATE TABLE travel_statements (
    id      INTEGER PRIMARY KEY,
    agency  BLOB,
    month   TEXT NOT NULL,
    number  INTEGER NOT NULL,      -- 1, and more for the same month
    made_by BLOB NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX travel_statements_by_month
    ON travel_statements (coalesce(agency, x''), month, number);
CREATE TABLE travel_statement_lines (
    statement    INTEGER NOT NULL REFERENCES travel_statements (id),
    trip         BLOB NOT NULL,
    amount_minor INTEGER NOT NULL, -- what the claim comes to
    minor        INTEGER NOT NULL, -- less what earlier statements had paid
    payers       TEXT NOT NULL,    -- JSON, of `amount_minor`
    basis        BLOB NOT NULL,
    PRIMARY KEY (statement, trip)
) STRICT, WITHOUT ROWID;
CREATE INDEX travel_statement_lines_by_trip ON travel_statement_lines (trip, statement);

CREATE TRIGGER travel_decisions_stay BEFORE UPDATE ON travel_decisions
    BEGIN SELECT raise(ABORT, 'decisions are not changed'); END;
CREATE TRIGGER travel_decisions_remain BEFORE DELETE ON travel_decisions
    BEGIN SELECT raise(ABORT, 'decisions are not taken away'); END;
CREATE TRIGGER travel_approvals_stay BEFORE UPDATE ON travel_approvals
    BEGIN SELECT raise(ABORT, 'approvals are not changed'); END;
CREATE TRIGGER travel_approvals_remain BEFORE DELETE ON travel_approvals
    BEGIN SELECT raise(ABORT, 'approvals are not taken away'); END;
CREATE TRIGGER travel_statement_lines_stay BEFORE UPDATE ON travel_statement_lines
    BEGIN SELECT raise(ABORT, 'statements are not changed'); END;
CREATE TRIGGER travel_statement_lines_remain BEFORE DELETE ON travel_statement_lines
    BEGIN SELECT raise(ABORT, 'statements are not taken away'); END;

-- Which accounts of reference rows a technician's phone holds beside those of its
-- jobs: the agency (zeros for the organisation itself) with tariffs and distances,
-- and the technician with what became of the trips. `rebuild` makes memberships
-- of it.
CREATE TABLE reference_scopes (
    scope      BLOB NOT NULL,
    account    BLOB NOT NULL,
    entered_at INTEGER NOT NULL,   -- position
    left_at    INTEGER,
    PRIMARY KEY (scope, account)
) STRICT, WITHOUT ROWID;
INSERT INTO reference_scopes (scope, account, entered_at)
    SELECT id, coalesce(agency, zeroblob(16)), (SELECT coalesce(max(position), 0) FROM commits)
    FROM users WHERE role = 'technician'
    UNION ALL
    SELECT id, id, (SELECT coalesce(max(position), 0) FROM commits) FROM users WHERE role = 'technician';
INSERT INTO membership (scope, item, kind, entered_at, last_position)
    SELECT scope, account, 'account', entered_at, entered_at FROM reference_scopes;
