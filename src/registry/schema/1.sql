-- Times are milliseconds since 1970, UTC.

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- What was last seen of an instance. A cache: the files and the providers are the truth.
CREATE TABLE instance (
    name           TEXT PRIMARY KEY,
    state          TEXT NOT NULL,
    note           TEXT,
    project_ref    TEXT,
    database_bytes INTEGER,
    tables         INTEGER,
    rows           INTEGER,
    last_activity  INTEGER,
    observed       INTEGER
) STRICT;

CREATE TABLE job (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    kind             TEXT NOT NULL,
    instance         TEXT NOT NULL,
    source           TEXT,
    args             TEXT NOT NULL,
    plan_hash        TEXT NOT NULL,
    state            TEXT NOT NULL,
    -- 'run', or 'undo' from the moment that a cancel begins: it never goes back
    work             TEXT NOT NULL DEFAULT 'run',
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    created          INTEGER NOT NULL,
    planned          INTEGER NOT NULL,
    started          INTEGER,
    ended            INTEGER,
    error            TEXT,
    hint             TEXT,
    summary          TEXT,
    -- the fence: rises with every worker, and every write of a worker names its own
    token            INTEGER NOT NULL DEFAULT 0,
    lease_until      INTEGER,
    worker_pid       INTEGER,
    worker_start     TEXT,
    worker_scope     TEXT,
    worker_listens   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX job_by_state ON job(state);

-- Instances that a job writes to: its own, and any other that it says.
CREATE TABLE claim (
    job      INTEGER NOT NULL REFERENCES job(id) ON DELETE CASCADE,
    instance TEXT NOT NULL,
    PRIMARY KEY (job, instance)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_by_instance ON claim(instance);

CREATE TABLE step (
    job        INTEGER NOT NULL REFERENCES job(id) ON DELETE CASCADE,
    n          INTEGER NOT NULL,
    stage      INTEGER NOT NULL,
    name       TEXT NOT NULL,
    title      TEXT NOT NULL,
    weight     INTEGER NOT NULL,
    state      TEXT NOT NULL DEFAULT 'pending',
    -- its run was begun at least once, so there may be something to undo
    touched    INTEGER NOT NULL DEFAULT 0,
    report     TEXT,
    checkpoint TEXT,
    started    INTEGER,
    ended      INTEGER,
    error      TEXT,
    PRIMARY KEY (job, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    job       INTEGER NOT NULL REFERENCES job(id) ON DELETE CASCADE,
    seq       INTEGER NOT NULL,
    provider  TEXT NOT NULL,
    kind      TEXT NOT NULL,
    source_id TEXT NOT NULL,
    target_id TEXT,
    state     TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (job, seq),
    UNIQUE (job, provider, kind, source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    instance TEXT,
    job      INTEGER,
    text     TEXT NOT NULL,
    data     TEXT
) STRICT;
CREATE INDEX event_by_instance ON event(instance, id);

CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL,
    hash    TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END;
CREATE TRIGGER audit_is_never_cut BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END;
