#!/usr/bin/env bash
# Measures this program's copy against `pg_dump | psql` and, where it is installed, `pgcopydb clone`,
# in interleaved rounds on one private server, and prints medians, spread and ratios.
#
#   benches/compare.sh [d1|d2|rtt] [ROUNDS]
#
# d1   one table of 3 million rows, about 450 MB
# d2   400 small tables with all kinds of objects
# rtt  d2's kind, 40 tables, with 20 ms of round trip between this machine and both databases
#
# MOST=RATIO makes it fail where this program takes more than RATIO times as long as `pg_dump | psql`.
# `ahead` is this program's copy with the schema read before the time begins, as a clone does it while
# its project comes up; all else is timed as a whole process.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."
what=${1:-d1} rounds=${2:-9}
bin=${PGBIN:-$(pg_config --bindir 2>/dev/null || true)}
[ -x "$bin/postgres" ] || bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
[ -x "$bin/postgres" ] || { echo "No Postgres server on this machine; set PGBIN."; exit 1; }
work=$(mktemp -d) && chmod 700 "$work"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as=()
[ "$(id -u)" != 0 ] || as=(unshare --user --map-user=1000 --map-group=1000)
cleanup() {
  [ -z "${proxy:-}" ] || kill "$proxy" 2>/dev/null || true
  "${as[@]}" "$bin/pg_ctl" -D "$work/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT
"${as[@]}" "$bin/initdb" -D "$work/data" -U postgres -A trust >"$work/log" 2>&1
"${as[@]}" "$bin/pg_ctl" -D "$work/data" -w -l "$work/log" \
  -o "-p $port -k $work -c listen_addresses=127.0.0.1 ${PGOPTS:-}" start >/dev/null
export PGHOST=127.0.0.1 PGPORT=$port PGUSER=postgres
psql=("$bin/psql" -X -q -v ON_ERROR_STOP=1)

cargo build --release --bench copy --locked 2>/dev/null
ours=$(ls -t target/release/deps/copy-* | grep -v '\.d$' | head -1)

"${psql[@]}" postgres -c 'CREATE DATABASE source'
case $what in
  d1) "${psql[@]}" source -f benches/data/one_table.sql ;;
  d2) "${psql[@]}" source -v tables=400 -f benches/data/many_tables.sql ;;
  rtt) "${psql[@]}" source -v tables=40 -f benches/data/many_tables.sql ;;
  *) echo "unknown data set $what"; exit 2 ;;
esac
"${psql[@]}" source -c 'VACUUM ANALYZE' -c 'CHECKPOINT'
"${psql[@]}" source -Atc "SELECT 'source: ' || pg_size_pretty(pg_database_size('source')) || ', ' || count(*) || ' tables' FROM pg_class WHERE relkind = 'r' AND relnamespace >= 16384 OR relnamespace = 'public'::regnamespace AND relkind = 'r'"
via=$port
if [ "$what" = rtt ]; then
  python3 benches/delay_proxy.py "$port" 20 >"$work/proxy" & proxy=$!
  until [ -s "$work/proxy" ]; do sleep 0.05; done
  via=$(cat "$work/proxy")
fi
from="postgres://postgres@127.0.0.1:$via/source" to="postgres://postgres@127.0.0.1:$via/target"

run_pipe() { "$bin/pg_dump" "$from" | "$bin/psql" -X -q "$to" >/dev/null 2>&1; }
run_pgcopydb() {
  rm -rf "$work/pgcopydb"
  pgcopydb clone --source "$from" --target "$to" --dir "$work/pgcopydb" --table-jobs 2 --index-jobs 2 >"$work/pgcopydb.log" 2>&1
}
run_matriz() { "$ours" "$from" "$to" "$bin/pg_dump" ${JOBS:+"$JOBS"} "$@" >"$work/matriz.json" 2>"$work/matriz.log" || { cat "$work/matriz.log"; exit 1; }; }
run_ahead() { run_matriz --ahead; }
tools=(pipe matriz)
[ "$what" != rtt ] || tools+=(ahead)
if command -v pgcopydb >/dev/null; then tools+=(pgcopydb); else echo "pgcopydb isn't installed: left out"; fi
for round in $(seq "$rounds"); do
  for tool in "${tools[@]}"; do
    "${psql[@]}" postgres -c 'DROP DATABASE IF EXISTS target WITH (FORCE)' -c 'CREATE DATABASE target' -c CHECKPOINT 2>/dev/null
    begin=$EPOCHREALTIME
    status=0; "run_$tool" || status=$?
    end=$EPOCHREALTIME
    if [ "$status" != 0 ]; then
      # One that fails is named and has no time.
      echo "$tool failed in round $round (exit code $status)"
    elif [ "$tool" = ahead ]; then
      awk '$1 == "seconds" { print "ahead", $2 }' "$work/matriz.log" >>"$work/times"
    else
      awk -v a="$begin" -v b="$end" -v t="$tool" 'BEGIN { print t, b - a }' >>"$work/times"
    fi
  done
done
judged=0
python3 - "$work/times" "${MOST:-}" <<'PY' || judged=$?
import statistics, sys
times = {}
for line in open(sys.argv[1]):
    tool, seconds = line.split()
    times.setdefault(tool, []).append(float(seconds))
middle = {tool: statistics.median(all) for tool, all in times.items()}
for tool, all in times.items():
    print(f"{tool:9} median {middle[tool]:7.2f} s  [{min(all):.2f} .. {max(all):.2f}]  n={len(all)}"
          f"  matriz is {middle['matriz'] / middle[tool]:.2f} of it")
ours = middle.get("ahead", middle["matriz"]) / middle["pipe"]
if sys.argv[2] and ours > float(sys.argv[2]):
    sys.exit(f"{ours:.2f} of pg_dump | psql is more than {sys.argv[2]}")
PY
# Where the last round's time went, and the highest resident memory of its process.
grep -hE '^ +[0-9.]+ s|VmHWM' "$work/matriz.log" || true
exit "$judged"
