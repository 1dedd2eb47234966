#!/usr/bin/env bash
# Pairs Mire with keepalived, and with itself, in network namespaces, and prints
# a table: a row for each kind of pair and trouble. A row that cannot run here
# says why. The exit code is 0 only when all are green; 77 when none failed, but
# some could not run.
#
#   scripts/interop.sh [PATTERN]    only rows whose name matches, e.g. 'v3 IPv6'
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -le 1 ] || { echo "usage: scripts/interop.sh [PATTERN]" >&2; exit 2; }
pattern=${1:-}
[ "$(id -u)" = 0 ] || { echo "interop: network namespaces and DPDK ports need root: sudo scripts/interop.sh" >&2; exit 1; }
. scripts/go.sh

scripts/setup.sh build lab test

# A pattern names rows of the matrix; without one the pairs of two Mires run too.
run='^(TestPairedWithKeepalived|TestFailoverMovesEveryMACOnEveryNetwork|TestTrackingFollows.*)$'
[ -z "$pattern" ] || run="^TestPairedWithKeepalived$/${pattern// /_}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "interop: $(keepalived --version 2>&1 | head -n 1), Linux $(uname -r)"
# Rows spend most of their time waiting: eight at once.
status=0
timeout --kill-after=10 300 go test -json -count=1 -timeout 280s -parallel 8 -run "$run" ./cli/e2e >"$log" || status=$?

# One line per row, in the order of their starts; rows are subtests, or tests without any.
rows=$(jq -rs '
  [.[] | select(.Test)] as $all
  | ([$all[].Test | select(contains("/")) | split("/")[0]] | unique) as $parents
  | [$all[] | select(.Action == "run") | .Test | select(. as $t | $parents | index($t) | not)]
  | to_entries[] | .key as $i | .value as $t
  | ([$all[] | select(.Test == $t and (.Action == "pass" or .Action == "fail" or .Action == "skip"))]
     | first // {Test: $t, Action: "fail", Elapsed: 0}) as $e
  | ([$all[] | select(.Test == $e.Test and .Action == "output") | .Output]) as $out
  | ($out | map(select(test("skipped: ")) | sub("^.*skipped: "; "") | rtrimstr("\n")) | first // "") as $why
  | [ ($i + 1 | tostring),
      ($e.Test | sub("^TestPairedWithKeepalived/"; "") | gsub("_"; " ") | sub("^TestFailoverMoves.*"; "two Mires: a failover moves every MAC on two networks")
               | sub("^TestTrackingFollowsGateways$"; "tracking: a gateway falls silent and returns")
               | sub("^TestTrackingFollows.*"; "tracking: the link of a memif goes and returns")),
      ({pass: "green", fail: "FAILED", skip: "not run: \($why)"}[$e.Action]),
      ($e.Elapsed | tostring) ] | @tsv' "$log") || rows=
if [ -z "$rows" ]; then
  jq -r '.Output // empty' "$log" 2>/dev/null | tail -n 20 >&2 || tail -n 20 "$log" >&2
  echo "interop: no row ran; the lines above say why" >&2
  exit 1
fi
printf 'row\twhat\tresult\tseconds\n%s\n' "$rows" | awk -F'\t' '
  NR > 1 { $4 = sprintf("%.1f", $4) }
  { for (i = 1; i <= NF; i++) { cell[NR, i] = $i; if (length($i) > width[i]) width[i] = length($i) } }
  END { for (n = 1; n <= NR; n++) printf "%*s | %-*s | %-*s | %*s\n", width[1], cell[n, 1], width[2], cell[n, 2], width[3], cell[n, 3], width[4], cell[n, 4] }'
failed=$(grep -c $'\tFAILED\t' <<<"$rows") || true
skipped=$(grep -c $'\tnot run: ' <<<"$rows") || true
echo "interop: rows $(wc -l <<<"$rows"), failed $failed, not run $skipped, ${SECONDS} s"
if [ "$failed" != 0 ]; then
  echo "interop: what the failed rows said:" >&2
  jq -rs '([.[] | select(.Action == "fail" and .Test) | .Test]) as $bad
    | .[] | select(.Action == "output" and (.Test as $t | $bad | index($t))) | .Output | rtrimstr("\n")' "$log" | grep -v '^=== ' | head -n 200 >&2
fi
[ "$failed" = 0 ] && [ "$status" = 0 ] || exit 1
[ "$skipped" = 0 ] || exit 77
