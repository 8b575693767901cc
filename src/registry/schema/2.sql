-- What a job's steps had to say, one row a part; kept when the job is over.
CREATE TABLE report (
    job  INTEGER NOT NULL REFERENCES job(id) ON DELETE CASCADE,
    part TEXT NOT NULL,
    at   INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (job, part)
) STRICT, WITHOUT ROWID;
