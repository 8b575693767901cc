-- Of a job that ended long ago its row, its claims and its steps stay: that it was there, and how
-- it ended. The rest is removed, and this says so.
ALTER TABLE job ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0;
CREATE INDEX job_not_pruned ON job(ended) WHERE pruned = 0;
CREATE INDEX event_by_job ON event(job);
