-- :tables small tables, each with a key, indexes, a reference, a sequence, a trigger, policies, a
-- view, rights and comments.
CREATE ROLE bench_reader;
CREATE SCHEMA work;
CREATE TYPE work.state AS ENUM ('new', 'open', 'done');
CREATE FUNCTION work.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changed := now(); RETURN NEW; END $$;
SELECT format($f$
CREATE TABLE work.t%1$s (
  id bigserial PRIMARY KEY,
  parent bigint,
  name text NOT NULL,
  state work.state NOT NULL DEFAULT 'new',
  tags text[] DEFAULT '{}',
  data jsonb,
  amount numeric(10, 2) CHECK (amount >= 0),
  size integer GENERATED ALWAYS AS (length(name)) STORED,
  changed timestamptz DEFAULT now()
);
INSERT INTO work.t%1$s (parent, name, state, tags, data, amount)
SELECT nullif(n / 2, 0), 'row ' || n || repeat(' x', 20), (ARRAY['new', 'open', 'done'])[n %% 3 + 1]::work.state,
  ARRAY['a', 'b' || n], jsonb_build_object('n', n, 'note', md5(n::text)), n / 7.0
FROM generate_series(1, 500 + %1$s %% 7 * 200) n;
CREATE INDEX ON work.t%1$s (name);
CREATE INDEX ON work.t%1$s (state, changed DESC);
CREATE INDEX ON work.t%1$s USING gin (data);
CREATE INDEX ON work.t%1$s (lower(name)) WHERE state = 'open';
ALTER TABLE work.t%1$s ADD FOREIGN KEY (parent) REFERENCES work.t%2$s (id);
CREATE TRIGGER touch BEFORE UPDATE ON work.t%1$s FOR EACH ROW EXECUTE FUNCTION work.touch();
ALTER TABLE work.t%1$s ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON work.t%1$s FOR SELECT TO bench_reader USING (state <> 'new');
CREATE POLICY writers ON work.t%1$s FOR UPDATE TO bench_reader USING (state = 'open') WITH CHECK (amount < 100);
GRANT SELECT ON work.t%1$s TO bench_reader;
COMMENT ON TABLE work.t%1$s IS 'table %1$s; small';
CREATE VIEW work.v%1$s AS SELECT id, name FROM work.t%1$s WHERE state = 'done';
$f$, n, greatest(n - 1, 1)) FROM generate_series(1, :tables) n
\gexec
CREATE MATERIALIZED VIEW work.totals AS SELECT state, count(*) FROM work.t1 GROUP BY state;
