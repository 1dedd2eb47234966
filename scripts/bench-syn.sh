#!/usr/bin/env bash
# SYN to SYN-ACK on one core, beside dpdk-testpmd --forward-mode=5tswap on the same
# source with the same burst: both stay up, slices alternate ABBA. Prints both rates,
# the median ratio with its quartiles, and whether every condition for it held.
#
#   scripts/bench-syn.sh                     IPv4, 1,000 captured addresses
#   scripts/bench-syn.sh --family 6
#   scripts/bench-syn.sh --trapped 10000000  a table that no cache holds
#   scripts/bench-syn.sh --help              all options
set -euo pipefail
cd "$(dirname "$0")/.."
# Under sudo the clone belongs to somebody else; git, and with it go build, would refuse it.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$PWD
[ "$(id -u)" = 0 ] || { echo "bench-syn: ports and hugepages need root: sudo $0 $*" >&2; exit 1; }
scripts/setup.sh build test >&2
command -v go >/dev/null || PATH=$PATH:/usr/local/go/bin
go build -o bin/mire ./cli/mire
exec bin/mire bench syn "$@"
