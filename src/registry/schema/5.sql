-- What was changed in an instance's .env, by whom. Values are sealed before they come here; prints
-- are keyed fingerprints of them, empty where there was no such key.

-- A name that is used again is another life: it inherits nothing. `born` is `created` in its
-- instance.toml, empty where that says nothing.
CREATE TABLE env_life (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    instance TEXT NOT NULL,
    born     TEXT NOT NULL,
    since    INTEGER NOT NULL,
    UNIQUE (instance, born)
) STRICT;

-- The values as they were last seen, so that what others change shows.
CREATE TABLE env_known (
    life   INTEGER NOT NULL REFERENCES env_life(id) ON DELETE CASCADE,
    key    TEXT NOT NULL,
    print  TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (life, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE env_change (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    life          INTEGER NOT NULL REFERENCES env_life(id) ON DELETE CASCADE,
    at            INTEGER NOT NULL,
    actor         TEXT NOT NULL,
    -- a verb, the screen, a job, or outside
    origin        TEXT NOT NULL,
    key           TEXT NOT NULL,
    before_print  TEXT,
    before_sealed BLOB,
    after_print   TEXT,
    after_sealed  BLOB,
    undoes        INTEGER,
    -- 0: the file is about to be written
    written       INTEGER NOT NULL
) STRICT;
CREATE INDEX env_change_by_life ON env_change(life, id);
