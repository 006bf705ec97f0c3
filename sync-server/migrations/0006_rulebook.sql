-- What holds from which day: working calendars, deadline policies, tariffs,
-- rules of scoring, questions. SQL only. A row is never changed or taken away:
-- what was computed by it names it.
CREATE TABLE rulebook (
    id             INTEGER PRIMARY KEY,
    kind           TEXT NOT NULL,
    agency         BLOB REFERENCES agencies (id), -- none for the whole organisation
    subject        TEXT NOT NULL,                 -- a tariff's maker and vehicle; mostly empty
    effective_from TEXT NOT NULL,                 -- a civil date, in the organisation's zone
    version        TEXT NOT NULL,                 -- its name, as results show it
    json           TEXT NOT NULL,
    made_by        BLOB REFERENCES users (id),    -- none when made at the command line
    made_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX rulebook_by_kind ON rulebook (kind, agency, subject, effective_from);
CREATE TRIGGER rulebook_stays BEFORE UPDATE ON rulebook BEGIN
    SELECT raise(ABORT, 'a version is never changed');
END;
CREATE TRIGGER rulebook_is_kept BEFORE DELETE ON rulebook BEGIN
    SELECT raise(ABORT, 'a version is never taken away');
END;
