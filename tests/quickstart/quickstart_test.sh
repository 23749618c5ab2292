#!/bin/bash
# The quick start as a person and a script meet it: wrong arguments, Ctrl-C, a whole run that must reconcile, and the
# demonstration province with its bulletin.
#
#   quickstart_test.sh arguments|interrupt|once|province BIN_DIR
set -uo pipefail
cd "$(dirname "$0")/../.."

case=$1 bin=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
quickstart=deploy/quickstart.sh
run=""
die() {
  echo "FAILED: $*" >&2
  tail -n 20 "$scratch"/*.err "$scratch"/run/*.log >&2 2>/dev/null
  if [ -n "$run" ]; then kill -INT -- "-$run" && wait "$run"; fi
  exit 1
}

# Ports of their own, for cases and presets that run at once: sixteen a process, since a port that is free when it is
# looked at may be another run's choice too. Below those of tests/support and of the kernel.
port_base=$((10000 + $$ % 620 * 16))

refused() {  # WHAT ARGUMENTS...
  local what=$1 status=0
  shift
  "$quickstart" "$@" >"$scratch/out" 2>"$scratch/refused.err" || status=$?
  [ "$status" -eq 2 ] || die "$what: status $status, not 2"
  grep -q -- "--help" "$scratch/refused.err" || die "$what: does not say where help is"
}

nothing_is_left() {
  local left
  left=$(pgrep -f "$scratch/run" || true)
  [ -z "$left" ] || die "processes are left: $(ps -o args= -p $left)"
  for port in $ports; do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then die "port $port is still served"; fi
  done
}

# Starts it beside us, and waits until its table says TEXT.
start() {  # MINUTES TEXT ARGUMENTS...
  local tenths=$(($1 * 600)) text=$2
  shift 2
  # A shell starts background commands deaf to Ctrl-C; the script must hear it, as it does on a terminal.
  setsid python3 -c 'import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])' \
    "$quickstart" --bin "$bin" --dir "$scratch/run" --port-base "$port_base" "$@" >"$scratch/out" 2>"$scratch/$case.err" &
  run=$!
  for _ in $(seq "$tenths"); do
    grep -q "$text" "$scratch/out" && break
    kill -0 "$run" 2>/dev/null || die "it ended by itself"
    sleep 0.1
  done
  grep -q "$text" "$scratch/out" || die "no table with '$text' in time"
  ports=$(grep -o '127.0.0.1:[0-9]*' "$scratch/run/endpoints.json" | cut -d : -f 2 | sort -u)
  [ -n "$ports" ] || die "endpoints.json names no address"
}
interrupt() {
  kill -INT -- "-$run"
  wait "$run"
  local status=$?
  [ "$status" -eq 130 ] || die "after Ctrl-C status $status, not 130"
  nothing_is_left
}

case $case in
  arguments)
    refused "an unknown option" --frob
    refused "a directory that is missing" --dir
    refused "a port that is none" --port-base eighty
    refused "a port out of range" --port-base 70000
    refused "programs that are not there" --bin "$scratch"
    mkdir "$scratch/used" && touch "$scratch/used/centre.db"
    refused "a directory that holds a run" --bin "$bin" --dir "$scratch/used"
    "$quickstart" --help >"$scratch/help" || die "--help: status $?"
    grep -q -- "--once" "$scratch/help" || die "--help does not speak of --once"
    ;;
  interrupt)
    before=$(ls -d /tmp/songhua.* 2>/dev/null | wc -l)
    start 2 "province, 20"
    grep -q "S1/C1/auto" "$scratch/out" || die "the table does not show the lines"
    interrupt
    [ "$(ls -d /tmp/songhua.* 2>/dev/null | wc -l)" -le "$before" ] || die "a temporary folder is left"
    ;;
  once)
    "$quickstart" --once --bin "$bin" --dir "$scratch/run" --port-base "$port_base" >"$scratch/out" 2>"$scratch/once.err" ||
      { cat "$scratch/out" >&2; die "status $?"; }
    grep -q "totals of centre and edge equal the lines' own ledgers" "$scratch/out" || die "does not say that totals are equal"
    python3 - "$scratch/run/endpoints.json" <<'PY' || die "endpoints.json names what is not there"
import json, os, sys
ends = json.load(open(sys.argv[1]))
files = [ends["centre"][key] for key in ("config", "store", "log")]
for gateway in ends["gateways"]:
    files += [gateway[key] for key in ("config", "store", "ledger", "log")]
missing = [file for file in files if not os.path.exists(file)]
sys.exit(f"missing: {missing}" if missing or len(ends["gateways"]) != 2 else 0)
PY
    ports=$(grep -o '127.0.0.1:[0-9]*' "$scratch/run/endpoints.json" | cut -d : -f 2 | sort -u)
    nothing_is_left
    ;;
  province)
    start 15 "exports to" --province
    # Release and revision are under way before the table comes; what it says is asked of the centre as a page would.
    python3 tests/quickstart/province_figures.py centre "$scratch/run/endpoints.json" || die "the centre does not tell its figures"
    python3 tests/quickstart/recompute.py "$scratch/run/endpoints.json" "$bin" 30 "${SONGHUA_SEED:-1}" ||
      die "the readings make other figures"
    python3 tests/quickstart/explain_figures.py "$scratch/run/endpoints.json" 20 "${SONGHUA_SEED:-1}" ||
      die "a figure does not follow from what explains it"
    "$bin/songhua-central" report -c "$scratch/run/central.toml" --period 2019-12 -o "$scratch/bulletin.html" \
      -o "$scratch/bulletin.xlsx" -o "$scratch/bulletin.csv" 2>"$scratch/report.err" || die "no bulletin"
    python3 tests/report/check_documents.py all "$scratch"/bulletin.{html,xlsx,csv} || die "the bulletin's formats differ"
    python3 tests/quickstart/province_figures.py bulletin "$scratch/bulletin.csv" || die "a rule cannot be seen in the bulletin"
    "$bin/songhua-central" publish -c "$scratch/run/central.toml" --show 2019-12/1 --format json >"$scratch/release.json" ||
      die "the release cannot be shown"
    python3 tests/quickstart/province_figures.py release "$scratch/release.json" "$scratch/bulletin.csv" \
      "$scratch/run/centre.db" || die "the bulletin withholds other figures than the release"
    # March is of no release and decided now. As of the release the same bytes once more, whatever has been decided,
    # stored and ruled since.
    released=$("$bin/songhua-central" publish -c "$scratch/run/central.toml" --list | sed -n '2s/^[^,]*,[^,]*,\([^,]*\),.*/\1/p')
    sed 's/imputation = "growth"/imputation = "none"\ncoverage_limit = 50/' "$scratch/run/central.toml" >"$scratch/other.toml"
    grep -q coverage_limit "$scratch/other.toml" || die "the other rules are not written"
    for rules in run/central other; do
      "$bin/songhua-central" report -c "$scratch/$rules.toml" --period 2019-03 --as-of "$released" \
        -o "$scratch/as_of.${rules##*/}.html" -o "$scratch/as_of.${rules##*/}.csv" || die "no bulletin as of the release"
    done
    for format in html csv; do
      cmp "$scratch/as_of.central.$format" "$scratch/as_of.other.$format" || die "as of the release is not what it was: $format"
    done
    interrupt
    ;;
  *) die "no such case: $case" ;;
esac
echo "$case: ok"
