-- Reports are of the jobs closed in a month.
CREATE INDEX job_cases_by_closing ON job_cases (closed_at, agency) WHERE closed_at IS NOT NULL;

-- SQL ONLY: reports that are delivered by themselves.
CREATE TABLE report_schedules (
    id         INTEGER PRIMARY KEY,
    report     TEXT NOT NULL,      -- a report's name, or monthly
    agency     BLOB REFERENCES agencies (id),
    form       TEXT NOT NULL,      -- csv or xlsx
    language   TEXT NOT NULL,      -- fa, ru, en
    cadence    TEXT NOT NULL,      -- daily, weekly, monthly
    day        INTEGER NOT NULL,   -- of the month, or of the week from Saturday, which is 0
    hour       INTEGER NOT NULL,   -- in the organisation's zone
    recipients TEXT NOT NULL,      -- JSON: addresses
    to_folder  INTEGER NOT NULL,   -- 1: also as a file in the folder of reports
    unit       TEXT NOT NULL,      -- for whom
    made_by    BLOB NOT NULL REFERENCES users (id),
    made_at    INTEGER NOT NULL,
    next_at    INTEGER,            -- none once it was ended
    ended_by   BLOB REFERENCES users (id),
    ended_at   INTEGER
) STRICT;
CREATE INDEX report_schedules_due ON report_schedules (next_at) WHERE next_at IS NOT NULL;

-- SQL ONLY, append-only: what was delivered.
CREATE TABLE report_deliveries (
    id       INTEGER PRIMARY KEY,
    schedule INTEGER NOT NULL REFERENCES report_schedules (id),
    due_at   INTEGER NOT NULL,
    made_at  INTEGER NOT NULL,
    file     TEXT,                 -- its name
    bytes    INTEGER NOT NULL,
    letters  INTEGER NOT NULL,
    problem  TEXT,                 -- why it was not delivered
    UNIQUE (schedule, due_at)
) STRICT;
