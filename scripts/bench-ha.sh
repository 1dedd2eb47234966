#!/usr/bin/env bash
# Measures what two nodes promise together, beside keepalived: failover after kill -9,
# a stop and a planned switchover at 1 s, 100 ms and 20 ms adverts; lag, bulk transfer
# and loss of the synchronisation; the beat of adverts under load. Ends with one table:
# promise, measured, spread, met. The exit code is 0 only when every one was met.
#
#   scripts/bench-ha.sh             50 failovers each and 10 minutes of load: 40 minutes
#   scripts/bench-ha.sh --quick     5 each and 20 s: four minutes
#   scripts/bench-ha.sh --runs 10 [options of `mire bench ha`]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/go.sh
[ "$(id -u)" = 0 ] || { echo "bench-ha: network namespaces and DPDK ports need root: sudo $0 $*" >&2; exit 1; }
profile=full
args=()
for a in "$@"; do
  if [ "$a" = --quick ]; then profile=quick; else args+=("$a"); fi
done
scripts/setup.sh build lab test >&2
go build -o bin/mire ./cli/mire
# Ctrl-C and the time limit end nodes and namespaces too: the program does that itself.
exec timeout --foreground -k 60 3h bin/mire bench ha --profile "$profile" "${args[@]}"
