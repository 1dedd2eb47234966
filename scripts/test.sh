#!/usr/bin/env bash
# Installs what the tests need and runs all of them. Root is needed for the
# parts with DPDK ports and network namespaces; without it they are skipped and
# say so.
#
#   scripts/test.sh            everything (about 15 minutes)
#   scripts/test.sh quick      no race detector, no end-to-end runs, no container
set -euo pipefail
cd "$(dirname "$0")/.."
# Under sudo the clone belongs to somebody else; git, and with it go build, would refuse it.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$PWD
mode=${1:-all}
case $mode in all | quick) ;; *) echo "usage: scripts/test.sh [quick]" >&2; exit 2 ;; esac

scripts/setup.sh build lab test
command -v go >/dev/null || PATH=$PATH:/usr/local/go/bin

step() { printf '\n== %s\n' "$*"; }

# go test with the reason of every skipped test, which it keeps to itself
# without -v; what passed is told by the line of its package.
tests() { go test -v "$@" | grep -vE '^(=== |[[:space:]]*--- PASS|PASS$)'; }

step "format and static checks"
unformatted=$(gofmt -l $(git ls-files '*.go'))
[ -z "$unformatted" ] || { echo "gofmt would change: $unformatted" >&2; exit 1; }
go vet ./...
go tool staticcheck ./...
for f in scripts/*.sh docker/*.sh; do bash -n "$f"; done

step "build"
go build -o bin/mire ./cli/mire
bin/mire version

step "engine and modules without C (CGO_ENABLED=0)"
CGO_ENABLED=0 tests ./engine/... ./modules/... ./dpdk/burst/...

if [ "$mode" = all ]; then
  step "engine and modules under the race detector"
  CGO_ENABLED=1 tests -race -timeout 10m ./engine/... ./modules/... ./dpdk/burst/...
fi

# Never from the cache: they run the command, and depend on the machine.
step "DPDK ports, commands, end to end"
if [ "$mode" = quick ]; then
  tests -count=1 -short -timeout 10m ./dpdk/... ./cli/...
else
  tests -count=1 -p 1 -timeout 18m ./dpdk/... ./cli/...
fi

if [ "$mode" = all ]; then
  step "container: image, quick benchmark in it, pair over memif, ports"
  status=0
  scripts/docker.sh || status=$?
  [ $status = 0 ] || [ $status = 77 ] || exit $status # 77: skipped, the reason is printed
fi
