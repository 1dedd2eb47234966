#!/usr/bin/env bash
# What 10^8 SYNs, each another connection, leave behind: table occupancy and resident
# memory before and after, printed.
#
#   scripts/bench-memory.sh [--syns N] [--family 6]
set -euo pipefail
cd "$(dirname "$0")/.."
# Under sudo the clone belongs to somebody else; git, and with it go build, would refuse it.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$PWD
[ "$(id -u)" = 0 ] || { echo "bench-memory: ports and hugepages need root: sudo $0 $*" >&2; exit 1; }
scripts/setup.sh build >&2
command -v go >/dev/null || PATH=$PATH:/usr/local/go/bin
go build -o bin/mire ./cli/mire
exec bin/mire bench memory "$@"
