#!/usr/bin/env bash
# Installs what the tests need and runs them. Root is needed for the parts with
# DPDK ports and network namespaces; without it they are skipped and say so.
#
#   scripts/test.sh              everything that a change must pass (about 15 minutes)
#   scripts/test.sh quick        for every few minutes: no race detector, two of the
#                                end-to-end runs, short forms (under a minute of tests)
#   scripts/test.sh long [PART]  what takes minutes each: the sizes of the README's
#                                tables, real tools, random runs by the thousand
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/go.sh
mode=${1:-all}
case $mode in
  all | quick) [ $# -le 1 ] || mode= ;;
  long) shift; exec scripts/test-long.sh "$@" ;;
  *) mode= ;;
esac
[ -n "$mode" ] || { echo "usage: scripts/test.sh [quick | long [PART...]]" >&2; exit 2; }

scripts/setup.sh build lab test

step() { printf '\n== %s\n' "$*"; }

# go test with the reason of every skipped test, which it keeps to itself
# without -v; what passed is told by the line of its package.
tests() { go test -v "$@" | grep -vE '^(=== |[[:space:]]*--- PASS|PASS$)'; }

step "format and static checks"
if [ "$mode" = quick ]; then scripts/lint.sh quick; else scripts/lint.sh; fi

step "build"
go build -o bin/mire ./cli/mire
bin/mire version

if [ "$mode" = quick ]; then
  began=$SECONDS
  step "engine and modules without C (CGO_ENABLED=0)"
  CGO_ENABLED=0 tests -short ./engine/... ./modules/... ./dpdk/burst/...
  step "DPDK ports and commands"
  mapfile -t packages < <(go list ./dpdk/... ./cli/... | grep -vE '/(e2e|bench/ha|bench/wire)$')
  tests -count=1 -short -timeout 5m "${packages[@]}"
  step "two of the end-to-end runs"
  tests -count=1 -short -timeout 5m -run '^(TestUnusedAddressesResolveAndAnswerEcho|TestSwitchoverThereAndBack)$' ./cli/e2e
  printf '\n%d s of tests; what a change must pass: scripts/test.sh\n' $((SECONDS - began))
  exit
fi

step "engine and modules without C (CGO_ENABLED=0)"
CGO_ENABLED=0 tests ./engine/... ./modules/... ./dpdk/burst/...

# In the idle class beside the runs that mostly wait: it takes the time that those
# leave, and is a load that they must stand.
race_log=$(mktemp)
set -m # a process group of its own, which ends as one
(
  chrt --idle --pid 0 "$BASHPID" >/dev/null 2>&1 || true
  CGO_ENABLED=1 tests -race -timeout 25m ./engine/... ./modules/... ./dpdk/burst/...
) >"$race_log" 2>&1 &
race=$!
set +m
trap 'kill -- "-$race" 2>/dev/null || true; rm -f "$race_log"' EXIT

# Never from the cache: they run the command, and depend on the machine.
step "DPDK ports, commands, end to end"
tests -count=1 -p 1 -timeout 18m ./dpdk/... ./cli/...

step "engine and modules under the race detector"
status=0
wait "$race" || status=$?
cat "$race_log"
[ $status = 0 ] || exit $status

step "container: image, quick benchmark in it, pair over memif, ports"
status=0
scripts/docker.sh --debian bookworm || status=$?
[ $status = 0 ] || [ $status = 77 ] || exit $status # 77: skipped, the reason is printed
