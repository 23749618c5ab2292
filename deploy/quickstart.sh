#!/bin/bash
# Watches six simulated lines become a province's totals: installs, builds, starts two private brokers (plant and centre),
# a centre, two factories' gateways and all six line families.
#
#   deploy/quickstart.sh [--once] [--dir DIR] [--port-base N]
#
# Without --once it goes on until Ctrl-C and prints a table that renews. With --once it runs three hours of line time at
# full speed, kills a gateway and cuts the centre's broker off in between, waits until the centre has committed all, and
# compares every total of centre and edge with the lines' own ledgers: status 0 only when all are equal.
# DIR/endpoints.json tells scripts where everything is.
set -euo pipefail
cd "$(dirname "$0")/.."

once=false dir="" port_base=18830
while [ $# -gt 0 ]; do
  case "$1" in
    --once) once=true ;;
    --dir) dir=${2:?--dir needs a directory}; shift ;;
    --port-base) port_base=${2:?--port-base needs a number}; shift ;;
    --help|-h) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "$0: unknown option $1 (see --help)" >&2; exit 2 ;;
  esac
  shift
done

deploy/install-dependencies.sh
echo "building (the first time takes some minutes)..." >&2
build_log=$(mktemp)
if ! { cmake --preset release && cmake --build --preset release --target songhua-gateway songhua-central songhua-line; } >"$build_log" 2>&1; then
  grep -E "error|Error" "$build_log" >&2 || tail -n 20 "$build_log" >&2
  echo "$0: the build failed; all it said: $build_log" >&2
  exit 3
fi
rm -f "$build_log"
bin=$PWD/build/release/bin

own_dir=false
if [ -z "$dir" ]; then dir=$(mktemp -d /tmp/songhua.XXXXXX); own_dir=true; fi
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
if [ -e "$dir/centre.db" ]; then echo "$0: $dir holds a run already; name a new directory" >&2; exit 2; fi

pids=()
cleanup() {
  trap - EXIT INT TERM
  for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  if $own_dir; then rm -rf "$dir"; else echo "logs, store and ledger: $dir" >&2; fi
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# The next free loopback port, from the base on.
next_port=$port_base
free_port() {
  while (exec 3<>"/dev/tcp/127.0.0.1/$next_port") 2>/dev/null; do next_port=$((next_port + 1)); done
  free=$next_port
  next_port=$((next_port + 1))
}
free_port; plant=$free
free_port; uplink=$free
free_port; web=$free

broker=$(command -v mosquitto || echo /usr/sbin/mosquitto)
start_broker() {  # NAME PORT
  printf 'listener %s 127.0.0.1\nallow_anonymous true\nmax_queued_messages 1000000\nmax_inflight_messages 100\n' "$2" >"$dir/$1.conf"
  "$broker" -c "$dir/$1.conf" >>"$dir/$1.log" 2>&1 &
  started=$!; pids+=("$started")
}
cat >"$dir/central.toml" <<CONF
region = "220000"
store = "sqlite://$dir/centre.db"

[broker]
servers = ["tcp://127.0.0.1:$uplink"]

[http]
listen = "127.0.0.1:$web"
CONF

# Factory 1 makes vehicles and lasers, factory 2 rubber, fertilizer and satellites; each gateway hears its own site only.
lines_of() { if [ "$1" = 1 ]; then echo "auto railcar laser"; else echo "rubber fertilizer satellite"; fi; }
for n in 1 2; do
  mkdir -p "$dir/factory$n"
  cat >"$dir/factory$n/gateway.toml" <<CONF
id = "gw$n"
enterprise = "E$n"
store = "store"

[sparkplug]
host_id = "songhua$n"
servers = ["tcp://127.0.0.1:$plant"]
subscribe = ["spBv1.0/S$n/#"]

[forward]
servers = ["tcp://127.0.0.1:$uplink"]
cadence = "2s"

[http]
listen = ""
CONF
  "$bin/songhua-gateway" key -c "$dir/factory$n/gateway.toml" >"$dir/factory$n/gw$n.pub"
  "$bin/songhua-central" register gateway "E$n/gw$n" --key "$dir/factory$n/gw$n.pub" -c "$dir/central.toml" >/dev/null
done
"$bin/songhua-central" register import deploy/data/catalogue.toml -c "$dir/central.toml" >/dev/null
cat >"$dir/endpoints.json" <<CONF
{"plant_broker": "tcp://127.0.0.1:$plant", "centre_broker": "tcp://127.0.0.1:$uplink",
 "centre": {"config": "$dir/central.toml", "http": "http://127.0.0.1:$web/"},
 "gateways": [{"id": "gw1", "enterprise": "E1", "config": "$dir/factory1/gateway.toml", "ledger": "$dir/factory1/ledger.csv"},
              {"id": "gw2", "enterprise": "E2", "config": "$dir/factory2/gateway.toml", "ledger": "$dir/factory2/ledger.csv"}]}
CONF

start_broker plant "$plant"
start_broker uplink "$uplink"; uplink_pid=$started
"$bin/songhua-central" run -c "$dir/central.toml" >>"$dir/central.log" 2>&1 & pids+=($!)
start_gateway() { "$bin/songhua-gateway" run -c "$dir/factory$1/gateway.toml" >>"$dir/factory$1/gateway.log" 2>&1 & started=$!; pids+=("$started"); }
start_line() {  # FACTORY ARGUMENTS...
  local n=$1 line; shift
  local arguments=(run --broker "tcp://127.0.0.1:$plant" --site "S$n" --controller "C$n" --seed "$n" --primary-host "songhua$n"
    --nvram "$dir/factory$n/nvram" --ledger "$dir/factory$n/ledger.csv" --reconnect 100ms..1s)
  for line in $(lines_of "$n"); do arguments+=(--line "$line"); done
  "$bin/songhua-line" "${arguments[@]}" "$@" >>"$dir/factory$n/line.log" 2>&1 &
  started=$!; pids+=("$started")
}
start_gateway 1; gateway=$started
start_gateway 2
echo "page: http://127.0.0.1:$web/   endpoints: $dir/endpoints.json" >&2

# Every total of centre, edge and ledger side by side; a missing ledger row is 0.
compare() {
  "$bin/songhua-central" rollup -c "$dir/central.toml" --grain total --format csv >"$dir/centre.csv" 2>/dev/null || return 1
  for n in 1 2; do
    "$bin/songhua-gateway" rollup -c "$dir/factory$n/gateway.toml" --grain total --format csv >"$dir/factory$n/total.csv" 2>/dev/null || return 1
  done
  sqlite3 -batch ":memory:" >"$dir/compared.txt" <<SQL
.mode csv
.import '$dir/centre.csv' centre_rows
.import '$dir/factory1/total.csv' edge1
.import '$dir/factory2/total.csv' edge2
.import '$dir/factory1/ledger.csv' ledger1
.import '$dir/factory2/ledger.csv' ledger2
.mode column
.headers on
WITH counted(line, measure, product, market, place, quantity) AS (
       SELECT line, measure, product, market, 'centre', CAST(quantity AS INTEGER) FROM centre_rows
       UNION ALL SELECT line, measure, product, market, 'edge', CAST(quantity AS INTEGER) FROM edge1
       UNION ALL SELECT line, measure, product, market, 'edge', CAST(quantity AS INTEGER) FROM edge2
       UNION ALL SELECT line, measure, product, market, 'ledger', CAST(quantity AS INTEGER) FROM ledger1
       UNION ALL SELECT line, measure, product, market, 'ledger', CAST(quantity AS INTEGER) FROM ledger2),
     sums AS (
       SELECT line, measure, product, market, sum(quantity * (place = 'ledger')) AS ledger,
              sum(quantity * (place = 'edge')) AS edge, sum(quantity * (place = 'centre')) AS centre
       FROM counted
       WHERE measure LIKE 'output.%' OR measure LIKE 'dispatch.%' OR measure LIKE 'time.%' OR measure LIKE 'energy.%'
          OR measure IN ('labour.time', 'event.failures')
       GROUP BY 1, 2, 3, 4)
SELECT *, CASE WHEN ledger = edge AND ledger = centre THEN 'equal' ELSE 'DIFFERENT' END AS verdict FROM sums ORDER BY 1, 2, 3, 4;
SQL
  ! grep -q DIFFERENT "$dir/compared.txt" && grep -q equal "$dir/compared.txt"
}

if $once; then
  span=(--speed max --start 2019-03-01T08:30:00+08:00 --duration 3h)
  start_line 1 "${span[@]}"; line1=$started
  start_line 2 "${span[@]}"; line2=$started
  # Once the gateway knows the lines (a life counts from its first reading that was stored), trouble: the centre's broker
  # is cut off, the gateway killed, and both come back.
  for _ in $(seq 100); do
    known=$("$bin/songhua-gateway" rollup -c "$dir/factory1/gateway.toml" --grain total --format csv 2>/dev/null | grep -c ',output.good,' || true)
    [ "${known:-0}" -gt 0 ] && break
    sleep 0.1
  done
  kill -KILL "$uplink_pid"; wait "$uplink_pid" 2>/dev/null || true
  kill -KILL "$gateway"; wait "$gateway" 2>/dev/null || true
  echo "the centre's broker cut off; gateway gw1 killed and started again" >&2
  start_gateway 1
  for line in "$line1" "$line2"; do wait "$line" || { cat "$dir"/factory*/line.log >&2; exit 1; }; done
  start_broker uplink "$uplink"
  echo "the centre's broker is back" >&2
  # The lines say all their totals once more, to gateways that are surely there.
  for n in 1 2; do start_line "$n" "${span[@]}"; wait "$started" || { cat "$dir/factory$n/line.log" >&2; exit 1; }; done
  for n in 1 2; do "$bin/songhua-gateway" forward --drain -c "$dir/factory$n/gateway.toml"; done
  for _ in $(seq 60); do
    if compare; then
      cat "$dir/compared.txt"
      echo "all $(grep -c ' equal' "$dir/compared.txt") totals of centre and edge equal the lines' own ledgers"
      exit 0
    fi
    sleep 0.5
  done
  cat "$dir/compared.txt"
  echo "totals differ from the ledgers" >&2
  exit 1
fi

start_line 1
start_line 2
today=$(TZ=Asia/Shanghai date +%F)
while true; do
  sleep 5
  [ -t 1 ] && printf '\033[H\033[2J'
  for n in 1 2; do "$bin/songhua-gateway" status -c "$dir/factory$n/gateway.toml" || true; done
  "$bin/songhua-central" status -c "$dir/central.toml" || true
  "$bin/songhua-central" rollup -c "$dir/central.toml" --grain day --measure output.good --format table || true
  "$bin/songhua-central" indicators -c "$dir/central.toml" --period "$today" --indicator industrial_value_added --format table || true
done
