#!/usr/bin/env bash
# Runs every fuzz target for a while. What a target finds is kept by the Go tool
# in testdata/fuzz of its package and runs with every later `go test`.
#
#   scripts/fuzz.sh [DURATION]      per target, default 60s
set -euo pipefail
cd "$(dirname "$0")/.."
# Under sudo the clone belongs to somebody else; git, and with it go build, would refuse it.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$PWD
command -v go >/dev/null || PATH=$PATH:/usr/local/go/bin
duration=${1:-60s}
failed=0
while IFS=: read -r file target; do
  package=./$(dirname "$file")
  echo "== $package $target ($duration)"
  go test "$package" -run '^$' -fuzz "^$target\$" -fuzztime "$duration" || failed=1
done < <(git grep -oE "^func Fuzz[A-Za-z0-9]+" -- "*_test.go" | sed "s/:func /:/")
exit $failed
