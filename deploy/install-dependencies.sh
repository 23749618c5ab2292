#!/bin/sh
# The one list of Debian 12 packages that Songhua needs. Idempotent; quiet where nothing is missing; needs root or sudo
# only to install what is missing.
#
#   deploy/install-dependencies.sh             all that building and testing needs
#   deploy/install-dependencies.sh --runtime   only what an edge box or a centre needs
#   deploy/install-dependencies.sh --dev       the above, and what tests/all.sh needs (clang, clang-tidy, clang-format)
set -eu

runtime="libpaho-mqttpp3-1 libpaho-mqtt1.3 mosquitto mosquitto-clients libprotobuf32 libsqlite3-0 libzstd1 zlib1g libssl3
  libspdlog1.10 libfmt9 libtomlplusplus3 libhowardhinnant-date-dev libprometheus-cpp-core1.0 libcpp-httplib0.11 libxlsxwriter4 tzdata"
build="build-essential cmake ninja-build ccache git pkg-config ca-certificates
  libpaho-mqttpp-dev libpaho-mqtt-dev mosquitto mosquitto-clients libprotobuf-dev protobuf-compiler
  libsqlite3-dev libsqlitecpp-dev sqlite3 libzstd-dev zlib1g-dev libssl-dev openssl
  libcli11-dev libtomlplusplus-dev libspdlog-dev libfmt-dev nlohmann-json3-dev libhowardhinnant-date-dev tzdata
  prometheus-cpp-dev libcpp-httplib-dev libxlsxwriter-dev libjs-chart.js libboost-dev libnanopb-dev nanopb python3 python3-protobuf fonts-wqy-microhei
  libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev curl procps chromium"
dev="clang clang-tidy clang-format libclang-rt-14-dev"

case "${1:-}" in
  "") wanted="$build" ;;
  --runtime) wanted="$runtime" ;;
  --dev) wanted="$build $dev" ;;
  *) echo "usage: $0 [--runtime | --dev]" >&2; exit 2 ;;
esac

command -v dpkg-query >/dev/null 2>&1 || { echo "$0: this is for Debian 12 (dpkg-query is missing)" >&2; exit 2; }

missing=""
for package in $wanted; do
  state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [ "$state" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
  as_root=""
elif command -v sudo >/dev/null 2>&1; then
  as_root="sudo"
else
  echo "$0: these packages are missing, and neither root nor sudo is at hand to install them:$missing" >&2
  exit 3
fi

echo "installing:$missing" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# mosquitto's own service must not take the default port: the brokers here are private ones.
if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "$0: apt-get failed; is the package mirror reachable?" >&2
  exit 3
fi
