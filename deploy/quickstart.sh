#!/bin/bash
# Watches six simulated lines become exact totals: installs, builds, starts a private broker, a gateway and the lines.
#
#   deploy/quickstart.sh [--once] [--dir DIR] [--port-base N]
#
# Without --once it goes on until Ctrl-C and prints a table that renews. With --once it runs three hours of line time at
# full speed, kills the gateway in between, and compares every total with the lines' own ledger: status 0 only when all
# are equal. DIR/endpoints.json tells scripts where everything is.
set -euo pipefail
cd "$(dirname "$0")/.."

once=false dir="" port_base=18830
while [ $# -gt 0 ]; do
  case "$1" in
    --once) once=true ;;
    --dir) dir=${2:?--dir needs a directory}; shift ;;
    --port-base) port_base=${2:?--port-base needs a number}; shift ;;
    --help|-h) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "$0: unknown option $1 (see --help)" >&2; exit 2 ;;
  esac
  shift
done

deploy/install-dependencies.sh
echo "building (the first time takes some minutes)..." >&2
cmake --preset release >/dev/null
cmake --build --preset release --target songhua-gateway songhua-line >/dev/null
bin=$PWD/build/release/bin

own_dir=false
if [ -z "$dir" ]; then dir=$(mktemp -d /tmp/songhua.XXXXXX); own_dir=true; fi
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
if [ -e "$dir/store" ]; then echo "$0: $dir holds a run already; name a new directory" >&2; exit 2; fi

pids=()
cleanup() {
  trap - EXIT INT TERM
  for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  if $own_dir; then rm -rf "$dir"; else echo "logs, store and ledger: $dir" >&2; fi
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# A free loopback port at or above the base.
port=$port_base
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done

cat >"$dir/broker.conf" <<CONF
listener $port 127.0.0.1
allow_anonymous true
max_queued_messages 1000000
persistence false
CONF
cat >"$dir/gateway.toml" <<CONF
id = "gw1"
enterprise = "E1"
store = "$dir/store"

[sparkplug]
servers = ["tcp://127.0.0.1:$port"]
subscribe = ["spBv1.0/S1/#"]

[http]
listen = ""
CONF
cat >"$dir/endpoints.json" <<CONF
{"plant_broker": "tcp://127.0.0.1:$port", "gateways": [{"id": "gw1", "config": "$dir/gateway.toml", "ledger": "$dir/ledger.csv"}]}
CONF

broker=$(command -v mosquitto || echo /usr/sbin/mosquitto)
"$broker" -c "$dir/broker.conf" >"$dir/broker.log" 2>&1 & pids+=($!)
start_gateway() { "$bin/songhua-gateway" run -c "$dir/gateway.toml" >>"$dir/gateway.log" 2>&1 & gateway=$!; pids+=("$gateway"); }
line_arguments=(run --broker "tcp://127.0.0.1:$port" --site S1 --controller C1 --seed 7 --primary-host songhua
  --line auto --line railcar --line laser --line rubber --line fertilizer --line satellite
  --nvram "$dir/nvram" --ledger "$dir/ledger.csv" --reconnect 100ms..1s)
start_gateway
echo "endpoints: $dir/endpoints.json" >&2

# Every total of edge and ledger side by side; a missing ledger row is 0. Prints those that differ where $1 is "differ".
compare() {
  "$bin/songhua-gateway" rollup -c "$dir/gateway.toml" --grain total --format csv >"$dir/total.csv" 2>/dev/null || return 1
  sqlite3 -batch ":memory:" >"$dir/compared.txt" <<SQL
.mode csv
.import '$dir/total.csv' edge
.import '$dir/ledger.csv' ledger
.mode column
.headers on
WITH truth AS (SELECT line, measure, product, market, sum(CAST(quantity AS INTEGER)) AS quantity FROM ledger GROUP BY 1, 2, 3, 4),
     told AS (SELECT line, measure, product, market, CAST(quantity AS INTEGER) AS quantity, unit FROM edge
              WHERE measure LIKE 'output.%' OR measure LIKE 'dispatch.%' OR measure LIKE 'time.%' OR measure LIKE 'energy.%'
                 OR measure IN ('labour.time', 'event.failures')),
     keys AS (SELECT line, measure, product, market FROM truth UNION SELECT line, measure, product, market FROM told)
SELECT keys.line, keys.measure, keys.product, keys.market, coalesce(truth.quantity, 0) AS ledger, coalesce(told.quantity, 0) AS edge,
       CASE WHEN coalesce(truth.quantity, 0) = coalesce(told.quantity, 0) THEN 'equal' ELSE 'DIFFERENT' END AS verdict
FROM keys LEFT JOIN truth USING (line, measure, product, market) LEFT JOIN told USING (line, measure, product, market)
ORDER BY 1, 2, 3, 4;
SQL
  ! grep -q DIFFERENT "$dir/compared.txt" && grep -q equal "$dir/compared.txt"
}

if $once; then
  line_arguments+=(--speed max --start 2019-03-01T08:30:00+08:00 --duration 3h)
  "$bin/songhua-line" "${line_arguments[@]}" >>"$dir/line.log" 2>&1 & line=$!; pids+=("$line")
  # Once the lines are under way the gateway is killed, and started again.
  for _ in $(seq 100); do [ -s "$dir/ledger.csv" ] && break; sleep 0.1; done
  kill -KILL "$gateway"; wait "$gateway" 2>/dev/null || true
  echo "gateway killed, started again" >&2
  start_gateway
  wait "$line" || { echo "the lines failed: see $dir/line.log" >&2; cat "$dir/line.log" >&2; exit 1; }
  # The lines say all their totals once more, to a gateway that is surely there.
  "$bin/songhua-line" "${line_arguments[@]}" >>"$dir/line.log" 2>&1 || { cat "$dir/line.log" >&2; exit 1; }
  for _ in $(seq 60); do
    if compare; then
      cat "$dir/compared.txt"
      echo "all $(grep -c ' equal' "$dir/compared.txt") totals of the edge equal the lines' own ledgers"
      exit 0
    fi
    sleep 0.5
  done
  cat "$dir/compared.txt"
  echo "totals differ from the ledgers" >&2
  exit 1
fi

"$bin/songhua-line" "${line_arguments[@]}" >>"$dir/line.log" 2>&1 & pids+=($!)
while true; do
  sleep 5
  [ -t 1 ] && printf '\033[H\033[2J'
  "$bin/songhua-gateway" status -c "$dir/gateway.toml" || true
  "$bin/songhua-gateway" rollup -c "$dir/gateway.toml" --grain day --measure output.good --format table || true
done
