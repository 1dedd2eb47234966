#!/usr/bin/env bash
# Tries to make Mire capture a living host, on real Linux stacks in network
# namespaces: hosts that are there before, come up during the proof of absence
# or after it, announcing themselves or silent; and, a tenth of N addresses each,
# while our link is down or our process stopped; a port that unicast to our MAC does
# not reach; a switch that tracks its stations. Ends with a table of trials and
# violations; the exit code is 0 only without any. The tests of these names in
# cli/e2e make 100 trials, and two addresses of each other kind.
#
#   scripts/living.sh [N]           N trials, 25 at the same time; default 1000,
#                                   which take about eight minutes
set -euo pipefail
cd "$(dirname "$0")/.."
n=${1:-1000}
case $n in '' | *[!0-9]* | 0) echo "usage: scripts/living.sh [N]" >&2; exit 2 ;; esac
[ "$(id -u)" = 0 ] || { echo "living: network namespaces and DPDK ports need root: sudo scripts/living.sh" >&2; exit 1; }

scripts/setup.sh build lab test
. scripts/go.sh
MIRE_LIVING_TRIALS=$n exec go test -count=1 -v -timeout $((n / 25 * 15 + 300))s -run '^(TestLivingHostIsNeverCaptured|TestHostThatCameWhile.*|TestPortWithoutUnicastToOurMACCapturesNothing|TestDeviceTrackingCutsNoHold)$' ./cli/e2e
