#!/bin/sh
# Passes the tests: installs what is missing, builds one preset (SONGHUA_PRESET, default asan), runs ctest with the
# given arguments. The last line is ctest's own; so is the exit status.
set -eu
cd "$(dirname "$0")/.."
deploy/install-dependencies.sh
preset=${SONGHUA_PRESET:-asan}
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
exec ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j "$(nproc)" "$@"
