-- What the dispatcher's board needs of a job besides: where it is, and how long it is
-- thought to take. Rows are made again from the log.
ALTER TABLE jobs ADD COLUMN lat INTEGER;               -- millionths of a degree
ALTER TABLE jobs ADD COLUMN lon INTEGER;
ALTER TABLE jobs ADD COLUMN estimated_minutes INTEGER;
CREATE INDEX jobs_unplanned ON jobs (row)
    WHERE (technician IS NULL OR window_start IS NULL) AND status NOT IN ('done', 'closed', 'cancelled');
INSERT OR REPLACE INTO meta (key, value) SELECT 'rebuild', x'01' FROM commits LIMIT 1;
