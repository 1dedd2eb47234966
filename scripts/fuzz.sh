#!/usr/bin/env bash
# Runs every fuzz target for a while. What a target finds is kept by the Go tool
# in testdata/fuzz of its package and runs with every later `go test`.
#
#   scripts/fuzz.sh [DURATION]      per target, default 60s
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/go.sh
duration=${1:-60s}
failed=0
while IFS=: read -r file target; do
  package=./$(dirname "$file")
  echo "== $package $target ($duration)"
  go test "$package" -run '^$' -fuzz "^$target\$" -fuzztime "$duration" || failed=1
done < <(git grep -oE "^func Fuzz[A-Za-z0-9]+" -- "*_test.go" | sed "s/:func /:/")
exit $failed
