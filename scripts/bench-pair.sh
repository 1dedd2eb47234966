#!/usr/bin/env bash
# Two checkouts beside each other: is the second one slower than the first? Their
# binaries run in turn (A B, B A, ...), each run beside testpmd, so that a machine
# whose speed drifts favours neither. Prints, per workload, the medians of the
# ratio to testpmd with their quartiles, and the median of the pairwise ratios B/A.
#
# A workload fails when B's median is lower by more than 3 % and by more than both
# spreads between quartiles, twice in a row. Exit code 1 when one failed. Workloads
# that A does not know are named and left out.
#
#   scripts/bench-pair.sh A B                        the nine usual ones, 20 pairs each
#   scripts/bench-pair.sh --pairs 60 A B syn4 mix    some, more often
#
# A and B are folders of checkouts, or binaries that were built.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
pairs=20
[ "${1:-}" != --pairs ] || { pairs=${2:-}; shift 2; }
case $pairs in '' | *[!0-9]* | 0) pairs= ;; esac
[ $# -ge 2 ] && [ -n "$pairs" ] || { echo "usage: scripts/bench-pair.sh [--pairs N] A B [WORKLOAD...]" >&2; exit 2; }
[ "$(id -u)" = 0 ] || { echo "bench-pair: DPDK ports need root: sudo scripts/bench-pair.sh" >&2; exit 1; }
a=$1 b=$2
shift 2
workloads=("$@")
# syn4/10M is syn4 with ten million captured addresses.
[ $# -gt 0 ] || workloads=(syn4 syn6 syn4/10M hold mix forward echo arp-sweep udp)
"$here/scripts/setup.sh" build test
. scripts/go.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
built() { # folder or binary, name
  if [ -d "$1" ]; then (cd "$1" && go build -o "$work/$2" ./cli/mire); else cp "$1" "$work/$2"; fi
}
built "$a" A
built "$b" B

once() { # binary, workload: the ratio to testpmd
  local name=${2%/*} table=()
  [ "$name" = "$2" ] || table=(--table "${2#*/}")
  "$work/$1" bench --workload "$name" "${table[@]}" --pairs 20 --slice 25ms --json 2>"$work/said" | jq '.results[0].ratio // empty'
}

# What is printed of one workload: medians, quartiles, pairwise ratio, verdict.
judge() { # workload, file of lines "A B"
  jq -rRn --arg w "$1" '
    def at(q): sort | . as $s | ((length - 1) * q) as $i | ($i | floor) as $f
      | $s[$f] + ($s[[$f + 1, length - 1] | min] - $s[$f]) * ($i - $f);
    def r3: (. * 1000 | round) / 1000;
    [inputs | split(" ") | map(tonumber)] as $p
    | [$p[][0]] as $a | [$p[][1]] as $b | [$p[] | .[1] / .[0]] as $r
    | ([($a | at(0.75) - at(0.25)), ($b | at(0.75) - at(0.25))] | max) as $spread
    | (($a | at(0.5)) - ($b | at(0.5))) as $fell
    | (if $fell > 0.03 * ($a | at(0.5)) and $fell > $spread then "lower" else "ok" end) as $verdict
    | [$w, ($a | at(0.5) | r3), "\($a | at(0.25) | r3)-\($a | at(0.75) | r3)", ($b | at(0.5) | r3),
       "\($b | at(0.25) | r3)-\($b | at(0.75) | r3)", ($r | at(0.5) | r3), $verdict] | @tsv' "$2"
}

measure() { # workload: prints the row
  : >"$work/pairs"
  for i in $(seq "$pairs"); do
    [ ! -t 2 ] || printf '\r%s: pair %d of %d ' "$1" "$i" "$pairs" >&2
    if [ $((i % 2)) = 1 ]; then x=$(once A "$1") y=$(once B "$1"); else y=$(once B "$1") x=$(once A "$1"); fi
    [ -n "$x" ] && [ -n "$y" ] || { echo "bench-pair: $1 gave no ratio:" >&2; cat "$work/said" >&2; return 1; }
    echo "$x $y" >>"$work/pairs"
  done
  [ ! -t 2 ] || printf '\r%40s\r' '' >&2
  judge "$1" "$work/pairs"
}

failed=0
printf '%-10s %7s %15s %7s %15s %7s\n' workload A quartiles B quartiles B/A
for w in "${workloads[@]}"; do
  if ! "$work/A" bench --help | grep -qE "^ +${w%/*} "; then
    printf '%-10s left out: A does not know it\n' "$w"
    continue
  fi
  for try in 1 2; do
    IFS=$'\t' read -r name ma qa mb qb ratio verdict <<<"$(measure "$w")"
    [ -n "${verdict:-}" ] || exit 1
    [ "$verdict" = lower ] && [ $try = 2 ] && verdict=FAILED && failed=$((failed + 1))
    printf '%-10s %7s %15s %7s %15s %7s  %s\n' "$name" "$ma" "$qa" "$mb" "$qb" "$ratio" "$verdict"
    [ "$verdict" = lower ] || break
  done
done
[ $failed = 0 ]
