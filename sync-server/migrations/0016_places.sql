-- Events that fall on one instant follow each other as their authors saw them: the place
-- of an event among those of its job. Rows are made again from the log.
ALTER TABLE job_events ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
INSERT OR REPLACE INTO meta (key, value) SELECT 'rebuild', x'01' FROM commits LIMIT 1;
