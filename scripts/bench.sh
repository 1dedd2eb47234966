#!/usr/bin/env bash
# Measures this machine: mire bench with whatever options are given. Without any,
# the profile quick, about a minute, and a report in a new folder of out/bench.
#
#   scripts/bench.sh
#   scripts/bench.sh --profile standard --out DIR
#   scripts/bench.sh --help
set -euo pipefail
cd "$(dirname "$0")/.."
# Under sudo the clone belongs to somebody else; git, and with it go build, would refuse it.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$PWD
[ "$(id -u)" = 0 ] || { echo "bench: ports and hugepages need root: sudo $0 $*" >&2; exit 1; }
scripts/setup.sh build test >&2
command -v go >/dev/null || PATH=$PATH:/usr/local/go/bin
go build -o bin/mire ./cli/mire
exec bin/mire bench "$@"
