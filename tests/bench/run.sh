#!/bin/sh
# Measures the release preset on this machine and prints Markdown tables (docs/performance.md holds one set): ingest
# against a null subscriber behind the same kind of broker, sizes, replay, memory, storms, then parts alone. Takes about
# four minutes. Arguments go to songhua_bench; totals are checked after each part, and status 1 says they differed.
set -eu
cd "$(dirname "$0")/../.."
deploy/install-dependencies.sh
cmake --preset release >/dev/null
cmake --build --preset release --target songhua-gateway songhua_bench songhua_null_subscriber songhua_micro_bench
bin=build/release/bin
echo "Load before: $(cut -d ' ' -f 1-3 /proc/loadavg), $(nproc) cores, $(git rev-parse --short HEAD)"
"$bin/songhua_bench" "$@"
echo "Load after: $(cut -d ' ' -f 1-3 /proc/loadavg)"
"$bin/songhua_micro_bench" --benchmark_min_time=0.3
