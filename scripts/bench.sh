#!/usr/bin/env bash
# Measures this machine: mire bench with whatever options are given. Without any,
# the profile quick, about a minute, and a report in a new folder of out/bench.
#
#   scripts/bench.sh
#   scripts/bench.sh --profile standard --out DIR
#   scripts/bench.sh --help
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/go.sh
[ "$(id -u)" = 0 ] || { echo "bench: ports and hugepages need root: sudo $0 $*" >&2; exit 1; }
scripts/setup.sh build test >&2
go build -o bin/mire ./cli/mire
exec bin/mire bench "$@"
