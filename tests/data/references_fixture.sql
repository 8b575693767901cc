CREATE EXTENSION citext;
CREATE DOMAIN address AS text CHECK (VALUE <> '');
CREATE DOMAIN doc AS jsonb;
CREATE TYPE pair AS (a text, b int);
CREATE TYPE place AS ENUM ('here', 'at abcdefghijklmnopqrst');
CREATE TABLE forms (id int PRIMARY KEY, t text, v varchar(200), c char(60), ci citext, j json, jb jsonb, x xml,
    ta text[], va varchar(100)[], ja jsonb[], ca citext[], d address, dj doc, n int, b bytea,
    g text GENERATED ALWAYS AS ('see ' || t) STORED, at timestamptz);
INSERT INTO forms VALUES (1, 'abcdefghijklmnopqrst and PROJ-1, not PROJ-12', 'https%3A%2F%2Fabcdefghijklmnopqrst.supabase.co%2Fx',
    'db.abcdefghijklmnopqrst.supabase.co', 'https://abcdefghijklmnopqrst.functions.supabase.co/f',
    '{ "u" : "https:\/\/abcdefghijklmnopqrst.supabase.co\/a", "n": 1.50, "t": "x\nabcdefghijklmnopqrst" }',
    '{"deep": "abcdefghijklmnopqrst", "n": 1.50, "abcdefghijklmnopqrst": [null, true]}', '<a href="https://abcdefghijklmnopqrst.supabase.co/b?c=1&amp;d">é</a>',
    '{{abcdefghijklmnopqrst,NULL},{"a \"abcdefghijklmnopqrst\", b","c\\d"}}', '{"PROJ-1",b}',
    ARRAY['{"k": "abcdefghijklmnopqrst"}', '5']::jsonb[], '{sb_secret_example_1}', 'postgresql://postgres.abcdefghijklmnopqrst:x@h:5432/postgres',
    '["PROJ-1"]', 1, 'abcdefghijklmnopqrst', DEFAULT, '2020-02-02');
INSERT INTO forms VALUES (2, 'xabcdefghijklmnopqrst APROJ-1 PROJ-12', 'https://other.supabase.co', 'PROJ-11', 'PROJ_1', '{"n": 1e2}',
    '{"PROJ-12": 1}', '<a/>', '{"",x}', '{}', '{}', NULL, 'x', '1', 2, '\x00ff', DEFAULT, '2020-02-02');
INSERT INTO forms (id) VALUES (3);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at = '2000-01-01'; RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON forms FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER calls AFTER DELETE ON forms FOR EACH ROW EXECUTE FUNCTION touch('https://abcdefghijklmnopqrst.supabase.co/f', 'sb_secret_example_1');
COMMENT ON TABLE forms IS 'as in abcdefghijklmnopqrst';
COMMENT ON COLUMN forms.t IS 'see abcdefghijklmnopqrst';

CREATE TABLE parent (ref text PRIMARY KEY);
CREATE TABLE child (id int PRIMARY KEY, host text REFERENCES parent);
INSERT INTO parent VALUES ('abcdefghijklmnopqrst'), ('other');
INSERT INTO child VALUES (1, 'abcdefghijklmnopqrst'), (2, NULL);
CREATE TABLE bare (t text);
INSERT INTO bare VALUES ('at abcdefghijklmnopqrst');
CREATE TABLE large (id int PRIMARY KEY, t text);
INSERT INTO large VALUES (1, repeat('long ', 1200000) || 'abcdefghijklmnopqrst');
CREATE TABLE mixed (id int PRIMARY KEY, o pair, "Odd ""name""" text);
INSERT INTO mixed VALUES (1, ROW('abcdefghijklmnopqrst', 1), 'sb_secret_example_1');
CREATE TABLE parts (id int PRIMARY KEY, t text) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (10);
INSERT INTO parts VALUES (1, 'PROJ-1'), (2, 'PROJ-2');

CREATE TABLE taken (id int PRIMARY KEY, u text UNIQUE DEFAULT 'https://abcdefghijklmnopqrst.supabase.co');
INSERT INTO taken VALUES (1, 'abcdefghijklmnopqrst'), (2, 'zyxwvutsrqponmlkjihg'), (3, 'a abcdefghijklmnopqrst');
CREATE TABLE late (id int PRIMARY KEY, u text UNIQUE DEFERRABLE INITIALLY DEFERRED);
INSERT INTO late VALUES (1, 'abcdefghijklmnopqrst'), (2, 'zyxwvutsrqponmlkjihg'), (3, 'a abcdefghijklmnopqrst');
CREATE TABLE tight (id int PRIMARY KEY, v varchar(20));
INSERT INTO tight VALUES (1, 'sb_secret_example_1'), (2, 'abcdefghijklmnopqrst');
CREATE TABLE strict (id int PRIMARY KEY, t text, CONSTRAINT strict_t_check CHECK (t = 'x' OR t = 'abcdefghijklmnopqrst'));
INSERT INTO strict VALUES (1, 'abcdefghijklmnopqrst'), (2, 'x');
ALTER TABLE strict ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON strict USING (t <> 'https://abcdefghijklmnopqrst.supabase.co');
CREATE INDEX partial ON child (id) WHERE host = 'abcdefghijklmnopqrst';
CREATE FUNCTION hook() RETURNS text LANGUAGE sql AS $$ SELECT 'https://abcdefghijklmnopqrst.supabase.co/functions/v1/f' $$;
CREATE VIEW linking AS SELECT 'https://abcdefghijklmnopqrst.supabase.co'::text AS u;
CREATE MATERIALIZED VIEW seen AS SELECT id, t FROM forms WHERE id <> 2;
CREATE MATERIALIZED VIEW above AS SELECT * FROM seen;
CREATE SCHEMA supabase_migrations;
CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY, statements text[]);
INSERT INTO supabase_migrations.schema_migrations VALUES ('1', '{"select ''abcdefghijklmnopqrst''"}');
