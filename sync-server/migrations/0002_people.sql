-- People, their devices and sessions. Ids are 16 bytes, instants milliseconds
-- since the epoch. Nothing here is a document: it is as of the last backup.

CREATE TABLE agencies (
    id         BLOB PRIMARY KEY,
    name       TEXT NOT NULL,
    folded     TEXT NOT NULL UNIQUE,   -- the name as it is compared
    city       TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id              BLOB PRIMARY KEY,
    name            TEXT NOT NULL,          -- signs in
    folded          TEXT NOT NULL UNIQUE,   -- the name as it is compared
    display_name    TEXT NOT NULL,
    role            TEXT NOT NULL,
    agency          BLOB REFERENCES agencies (id),
    password_hash   TEXT,                   -- PHC text; none for who only enrols by code
    session_version INTEGER NOT NULL DEFAULT 1,
    created_at      INTEGER NOT NULL,
    disabled_at     INTEGER
) STRICT;
CREATE INDEX users_by_agency ON users (agency) WHERE agency IS NOT NULL;

CREATE TABLE devices (
    id             BLOB PRIMARY KEY,
    user           BLOB NOT NULL REFERENCES users (id),
    name           TEXT NOT NULL,
    kind           TEXT NOT NULL,           -- phone or browser
    created_at     INTEGER NOT NULL,
    seen_at        INTEGER NOT NULL,        -- coarse: the last sign-in, refresh or renewal
    revoked_at     INTEGER,
    strikes        INTEGER NOT NULL DEFAULT 0,
    quarantined_at INTEGER
) STRICT;
CREATE INDEX devices_by_user ON devices (user);

-- One sign-in; its refresh tokens form a chain.
CREATE TABLE sessions (
    id         BLOB PRIMARY KEY,
    user       BLOB NOT NULL REFERENCES users (id),
    device     BLOB NOT NULL REFERENCES devices (id),
    generation INTEGER NOT NULL,            -- of the newest refresh token
    created_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at   INTEGER,
    ended_why  TEXT                         -- signed_out, reuse, revoked, replaced
) STRICT;
CREATE INDEX sessions_by_device ON sessions (device);
CREATE INDEX sessions_by_user ON sessions (user);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Every refresh token of a session that has not been swept, by its hash.
CREATE TABLE refresh_tokens (
    hash       BLOB PRIMARY KEY,
    session    BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    generation INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session);

-- One-time enrolment codes. The selector finds the row; only a keyed hash of
-- the rest is kept, and the key lies outside the database.
CREATE TABLE enrolment_codes (
    id         BLOB PRIMARY KEY,
    selector   TEXT NOT NULL UNIQUE,
    mac        BLOB NOT NULL,
    user       BLOB NOT NULL REFERENCES users (id),
    made_by    BLOB REFERENCES users (id),  -- none when made at the command line
    made_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,  -- wrong ones
    used_at    INTEGER,
    device     BLOB REFERENCES devices (id)
) STRICT;
CREATE INDEX enrolment_codes_by_user ON enrolment_codes (user);
