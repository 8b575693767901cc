-- One table of 3 million rows, about 450 MB with its key.
CREATE TABLE events (
  id bigint NOT NULL,
  account integer NOT NULL,
  kind text NOT NULL,
  amount numeric(12, 2),
  at timestamptz NOT NULL,
  note text
);
INSERT INTO events
SELECT n, n % 10007, (ARRAY['order', 'payment', 'refund', 'login'])[n % 4 + 1], (n % 100000) / 100.0,
  timestamptz '2025-01-01' + n * interval '7 seconds', 'note ' || md5(n::text) || md5((n * 7)::text)
FROM generate_series(1, 3000000) n;
ALTER TABLE events ADD PRIMARY KEY (id);
