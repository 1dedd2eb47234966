#!/usr/bin/env bash
# Runs one test many times beside a load, to find what races a terminal, a
# clock or another process. Every CPU has a busy process of its own meanwhile.
# The output of a failed run is kept and named; the exit code is 0 only without.
#
#   scripts/stress.sh NAME [RUNS]      default 500 runs; NAME is a test function
#                                      or a pattern of some, as go test -run has it
#   LOAD=3 scripts/stress.sh NAME      that many busy processes; 0 for none
#   RACE=1 scripts/stress.sh NAME      under the race detector
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-} runs=${2:-500} load=${LOAD:-$(nproc)}
case $runs in '' | *[!0-9]* | 0) name= ;; esac
[ -n "$name" ] || { echo "usage: [LOAD=N] [RACE=1] scripts/stress.sh NAME [RUNS]" >&2; exit 2; }
. scripts/go.sh

# The packages whose tests have that name.
function=${name%%/*}
mapfile -t files < <(git ls-files '*_test.go' | xargs grep -lE "^func (${function//[$^]/})\w*\(" || true)
[ ${#files[@]} -gt 0 ] || { echo "stress: no test is called $name" >&2; exit 2; }
mapfile -t folders < <(dirname "${files[@]}" | sort -u)

work=$(mktemp -d)
pids=()
tidy() {
  for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
  rm -f "$work"/*.test "$work"/out
  rmdir "$work" 2>/dev/null || true # what failed stays
}
trap tidy EXIT
trap 'report; exit 130' INT TERM

run=0 failed=0 began=$SECONDS
report() {
  echo "$name beside $load busy processes: $((SECONDS - began)) s"
  echo "$((run - failed)) passed, $failed failed"
}

for folder in "${folders[@]}"; do
  go test -c ${RACE:+-race} -o "$work/$(echo "$folder" | tr / _).test" "./$folder"
done
for _ in $(seq "$load"); do
  (while :; do :; done) &
  pids+=($!)
done

began=$SECONDS told=$SECONDS
for run in $(seq "$runs"); do
  for folder in "${folders[@]}"; do
    binary=$work/$(echo "$folder" | tr / _).test
    if ! (cd "$folder" && "$binary" -test.run "$name" -test.timeout 10m) >"$work/out" 2>&1; then
      failed=$((failed + 1))
      cp "$work/out" "$work/failure-$failed"
      printf '\nrun %d failed: %s\n' "$run" "$work/failure-$failed"
      grep -m 5 -E '^\s+--- FAIL|_test\.go:|panic:' "$work/out" || tail -n 5 "$work/out"
    elif [ "$run" = 1 ]; then
      grep -q 'no tests to run' "$work/out" && { echo "stress: nothing in $folder matches $name" >&2; exit 2; }
      grep -E '^\s*--- SKIP' "$work/out" || true
    fi
  done
  if [ -t 1 ]; then
    printf '\r%d of %d, %d failed, %d s' "$run" "$runs" "$failed" $((SECONDS - began))
  elif [ $((SECONDS - told)) -ge 30 ]; then
    told=$SECONDS
    echo "$run of $runs, $failed failed, $((SECONDS - began)) s"
  fi
done
[ ! -t 1 ] || echo
report
[ "$failed" = 0 ]
