#!/bin/bash
# Watches six simulated lines become a province's indicators: installs, builds, starts two private brokers (plant and
# centre), a centre, two factories' gateways and all six line families.
#
#   deploy/quickstart.sh [--once] [--province] [--dir DIR] [--port-base N] [--bin DIR]
#
# First each gateway imports the history of its own lines, last year and this year to date (until March one year more:
# last year's rates are shown then), and forwards it. Then the lines go on from there, some hours ago, run fast until
# they have caught up with the clock and go on in real time; a table that renews shows how their work becomes figures.
# Ctrl-C ends it all.
#   --once        ends by itself: three hours of line time at full speed, in which the centre's broker is cut off and a
#                 gateway is killed; compares every total of centre and edge with the lines' own ledgers. Status 0 only
#                 when all are equal.
#   --province    instead, the years 2018 and 2019 of a demonstration province, 22 factories over all prefectures; with
#                 --once it ends by itself when totals are compared
#   --dir DIR     where settings, logs, stores and ledgers go, and stay (default: a temporary folder that is removed)
#   --port-base N the first loopback port to try (default 18830)
#   --bin DIR     programs that are built already, in place of installing what is missing and building
# DIR/endpoints.json tells scripts where everything is.
set -euo pipefail
from=$PWD
cd "$(dirname "$0")/.."

once=false province=false dir="" bin="" port_base=18830
absolute() { case "$1" in /*) echo "$1" ;; *) echo "$from/$1" ;; esac; }  # names are the caller's
usage() { echo "$0: $* (see --help)" >&2; exit 2; }
while [ $# -gt 0 ]; do
  case "$1" in
    --once) once=true ;;
    --province) province=true ;;
    --dir)
      [ -n "${2:-}" ] || usage "--dir needs a directory"
      dir=$(absolute "$2")
      shift ;;
    --port-base)
      port_base=${2:-}
      [[ $port_base =~ ^[0-9]{4,5}$ ]] && [ "$port_base" -le 65000 ] || usage "--port-base needs a number from 1024 to 65000"
      shift ;;
    --bin)
      bin=$(absolute "${2:-}")
      [ -x "$bin/songhua-central" ] || usage "--bin needs the directory of songhua-central, -gateway and -line"
      shift ;;
    --help | -h) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) usage "unknown option $1" ;;
  esac
  shift
done
if [ -n "$dir" ] && [ -e "$dir/centre.db" ]; then usage "$dir holds a run already; name a new directory"; fi

. deploy/quickstart/common.sh
. deploy/quickstart/factories.sh
. deploy/quickstart/compare.sh

if [ -z "$bin" ]; then
  deploy/install-dependencies.sh
  build songhua-gateway songhua-central songhua-line
  bin=$PWD/build/release/bin
fi

own_dir=false
if [ -z "$dir" ]; then dir=$(mktemp -d /tmp/songhua.XXXXXX); own_dir=true; fi
mkdir -p "$dir/register"
dir=$(cd "$dir" && pwd)
cleanup() {
  trap '' INT TERM HUP
  trap - EXIT
  stop_all
  if $own_dir; then rm -rf "$dir"; else say "settings, logs, stores and ledgers: $dir"; fi
}
trap cleanup EXIT
trap 'say; exit 130' INT TERM HUP

free_port; plant=$free
free_port; uplink=$free
free_port; web=$free

if $province; then
  . deploy/quickstart/province.sh
elif $once; then
  . deploy/quickstart/once.sh
else
  . deploy/quickstart/live.sh
fi
