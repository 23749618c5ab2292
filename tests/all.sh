#!/bin/sh
# All that tests/run.sh proves, and what takes longer or needs more tools: form, static analysis, data races, longer
# fuzzing, many kills. Stops at the first step that fails.
#
#   SONGHUA_FUZZ_SECONDS (300, for each target) and SONGHUA_KILL_ROUNDS (100) make it shorter or longer,
#   SONGHUA_SEED repeats a run of kills.
set -eu
cd "$(dirname "$0")/.."
deploy/install-dependencies.sh --dev
jobs=$(nproc)
step() { printf '\n== %s\n' "$*"; }

step "clang-format"
git ls-files '*.h' '*.cpp' '*.c' | xargs clang-format --dry-run --Werror

step "tests/run.sh with the address and undefined behaviour sanitizers"
SONGHUA_PRESET=asan tests/run.sh

step "clang-tidy"
# Built once for the generated sources, and without precompiled headers, which are the compiler's own.
cmake --preset debug -B build/tidy -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null
cmake --build build/tidy
tidy() { xargs -n 1 -P "$jobs" clang-tidy --quiet -p build/tidy --extra-arg=-Wno-unknown-warning-option "$@"; }
git ls-files 'gateway/*.cpp' 'firmware/*.cpp' | tidy
git ls-files 'tests/*_test.cpp' | tidy --extra-arg=-include --extra-arg=gtest/gtest.h

step "thread sanitizer: the rooms with threads"
rooms="mqtt ingest forward web"
cmake --preset tsan >/dev/null
for room in $rooms; do cmake --build --preset tsan --target "${room}_test"; done
for room in $rooms; do "build/tsan/bin/${room}_test" --gtest_brief=1; done

step "fuzzing"
CC=clang CXX=clang++ cmake -S . -B build/fuzz -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DSONGHUA_FUZZ=ON >/dev/null
finds=$(mktemp -d)
trap 'rm -rf "$finds"' EXIT
for source in tests/fuzz/*_fuzz.cpp; do
  name=$(basename "$source" .cpp)
  cmake --build build/fuzz --target "$name"
  # An input that fails stays in build/fuzz, for a test of its own.
  "build/fuzz/bin/$name" -max_total_time="${SONGHUA_FUZZ_SECONDS:-300}" -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="build/fuzz/$name-" "$finds" "tests/fuzz/corpus/${name%_fuzz}"
done

step "kills"
cmake --preset release >/dev/null
cmake --build --preset release
SONGHUA_KILL_ROUNDS=${SONGHUA_KILL_ROUNDS:-100} build/release/bin/plant_test --gtest_brief=1

step "all passed"
