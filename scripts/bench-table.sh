#!/usr/bin/env bash
# Lookups of 64 addresses in the shared table at 1 k, 1 M and 10 M entries: ns per
# packet, medians of several runs, and how much dearer the large table is.
#
#   scripts/bench-table.sh [RUNS]      default 5; needs 2 GiB of memory
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/go.sh
runs=${1:-5}
echo "bench-table: $runs runs of each size (about a minute) ..." >&2
CGO_ENABLED=0 go test ./engine/session -run '^$' -bench 'States64$' -benchtime 200ms -count "$runs" |
  awk '
    /^Benchmark/ {
      for (i = 2; i <= NF; i++) if ($i == "ns/packet") v[$1] = v[$1] " " $(i - 1)
      if (!($1 in seen)) { seen[$1] = 1; order[++n] = $1 }
    }
    function median(list,   a, k, i, j, t) {
      k = split(list, a, " ")
      for (i = 2; i <= k; i++) for (j = i; j > 1 && a[j] + 0 < a[j - 1] + 0; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
      return k % 2 ? a[(k + 1) / 2] : (a[k / 2] + a[k / 2 + 1]) / 2
    }
    END {
      for (i = 1; i <= n; i++) printf "%-44s %8.1f ns per packet\n", order[i], m[order[i]] = median(v[order[i]])
      for (i = 1; i <= n; i++) if (order[i] ~ /\/10M/) {
        small = order[i]; sub(/10M/, "1k", small)
        for (j = 1; j <= n; j++) if (order[j] == small) printf "%-44s %8.2f times that of 1k (at most 4)\n", order[i], m[order[i]] / m[small]
      }
    }'
