#!/usr/bin/env bash
# What 10^8 SYNs, each another connection, leave behind: table occupancy and resident
# memory before and after, printed.
#
#   scripts/bench-memory.sh [--syns N] [--family 6]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/go.sh
[ "$(id -u)" = 0 ] || { echo "bench-memory: ports and hugepages need root: sudo $0 $*" >&2; exit 1; }
scripts/setup.sh build >&2
go build -o bin/mire ./cli/mire
exec bin/mire bench memory "$@"
