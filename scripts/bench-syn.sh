#!/usr/bin/env bash
# SYN to SYN-ACK on one core, beside dpdk-testpmd on the same source with the same
# burst: mire bench --workload syn4 or syn6. Prints both rates, the median ratio
# with its quartiles, and whether every condition for it held.
#
#   scripts/bench-syn.sh                     IPv4, 1,000 captured addresses
#   scripts/bench-syn.sh --family 6
#   scripts/bench-syn.sh --trapped 10000000  random ones in a table that no cache holds
#   scripts/bench-syn.sh --pairs 40 --slice 250ms --at-least 0.35 --json --out DIR
#
# Every option of `mire bench` is handed through.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/go.sh
[ "$(id -u)" = 0 ] || { echo "bench-syn: ports and hugepages need root: sudo $0 $*" >&2; exit 1; }
workload=syn4 args=(--slice 500ms --yardstick 5tswap)
while [ $# -gt 0 ]; do
  case ${1/=*/} in
    --family | --trapped)
      option=${1/=*/}
      case $1 in *=*) value=${1#*=} ;; *) value=${2:?$1 needs a value}; shift ;; esac
      case $option:$value in
        --trapped:*) args+=(--table "$value") ;;
        --family:4 | --family:6) workload=syn$value ;;
        *) echo "bench-syn: family $value: 4 or 6" >&2; exit 2 ;;
      esac ;;
    *) args+=("$1") ;;
  esac
  shift
done
scripts/setup.sh build test >&2
go build -o bin/mire ./cli/mire
exec bin/mire bench --workload "$workload" "${args[@]}"
