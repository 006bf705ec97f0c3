-- Who is barred is written outside the database too, after each change of people.
CREATE INDEX users_disabled ON users (id) WHERE disabled_at IS NOT NULL;
CREATE INDEX devices_revoked ON devices (id) WHERE revoked_at IS NOT NULL;
