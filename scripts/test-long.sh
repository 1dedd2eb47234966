#!/usr/bin/env bash
# What takes minutes each, and is run once before a larger change is called done:
# the sizes of the README's tables, real tools, random runs by the thousand.
# Ends with a line a part and the number of those that failed.
#
#   scripts/test-long.sh            all parts
#   scripts/test-long.sh PART...    some: see --list
set -euo pipefail
cd "$(dirname "$0")/.."

# Name, about how many minutes, command.
parts=(
  "quickstart    1 scripts/quickstart.sh"
  "quickstart-ha 1 scripts/quickstart.sh --ha"
  "living        8 scripts/living.sh 1000"
  "holds        12 scripts/holds.sh 10000 60"
  "interop       2 scripts/interop.sh"
  "sim-ha       20 scripts/sim-ha.sh 10000"
  "fuzz         10 scripts/fuzz.sh 20s"
  "trixie-short  4 scripts/trixie.sh"
  "trixie       40 scripts/trixie.sh --whole"
  "bookworm     40 scripts/trixie.sh --suite bookworm --whole"
)

if [ "${1:-}" = --list ]; then
  printf 'part          minutes command\n'
  for p in "${parts[@]}"; do read -r name minutes command <<<"$p"; printf '%-13s %7s %s\n' "$name" "$minutes" "$command"; done
  exit
fi
for want in "$@"; do
  printf '%s\n' "${parts[@]}" | grep -q "^$want " || { echo "test-long: no part is called $want; --list names them" >&2; exit 2; }
done
scripts/setup.sh build lab test

rows=() passed=0 failed=0 skipped=0
for p in "${parts[@]}"; do
  read -r name minutes command <<<"$p"
  if [ $# -gt 0 ] && ! printf '%s\n' "$@" | grep -qx "$name"; then continue; fi
  printf '\n== %s: %s (about %s min)\n' "$name" "$command" "$minutes"
  began=$SECONDS status=0
  $command || status=$?
  case $status in
    0) result=ok passed=$((passed + 1)) ;;
    77) result="skipped, its reason is above" skipped=$((skipped + 1)) ;;
    *) result="FAILED with $status" failed=$((failed + 1)) ;;
  esac
  rows+=("$(printf '%-13s %5d s  %s' "$name" $((SECONDS - began)) "$result")")
done
echo
printf '%s\n' "${rows[@]}"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
