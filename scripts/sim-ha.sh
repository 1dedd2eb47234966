#!/usr/bin/env bash
# Random runs of two nodes that keep their tables equal (engine/ha): losses, cuts,
# restarts, clocks that are off, floods of forged datagrams, tables of different
# sizes. A failed run is named with its seed.
#
#   scripts/sim-ha.sh [RUNS] [FIRST]   RUNS seeds (default 10,000) from FIRST (default 0) on
#   scripts/sim-ha.sh 1 SEED           one of them again, with all that it logs
#
# FOLLOW=NUMBER logs what becomes of one address of the run.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-10000} first=${2:-0}
case $runs$first in *[!0-9]*) echo "usage: scripts/sim-ha.sh [RUNS] [FIRST]" >&2; exit 2 ;; esac
. scripts/go.sh
export CGO_ENABLED=0

verbose=()
[ "$runs" != 1 ] || verbose=(-v)
began=$SECONDS
go test "${verbose[@]}" -count=1 -timeout 4h -run '^TestRandomRuns$' ./engine/ha -runs "$runs" -seed "$first" -follow "${FOLLOW:--1}"
echo "$runs runs from seed $first in $((SECONDS - began)) s: all as promised"
