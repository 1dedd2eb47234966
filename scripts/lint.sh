#!/usr/bin/env bash
# Static checks: format, go vet, staticcheck, the diagnostics of gocritic, misspell,
# and of the scripts by shellcheck. The tree passes all; part of scripts/test.sh.
#
#   scripts/lint.sh          everything
#   scripts/lint.sh quick    without gocritic, which takes half a minute
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/go.sh
case ${1:-} in
  "" | quick) ;;
  *) echo "usage: scripts/lint.sh [quick]" >&2; exit 2 ;;
esac

mapfile -t go_files < <(git ls-files '*.go')
unformatted=$(gofmt -l "${go_files[@]}")
[ -z "$unformatted" ] || { echo "gofmt would change: $unformatted" >&2; exit 1; }
go vet ./...
go tool staticcheck ./...

# Words that tests misspell on purpose: Mire has to guess what was meant.
git ls-files '*.go' '*.md' '*.sh' '*.c' '*.h' | xargs go tool misspell -error -i netwrok,strat,untill,nmae

# What is left out, and why:
#   SC2015  `a && b || c` as the last word of a check is this project's form of "or else"
#   SC2016  formats of other programs stand in single quotes
#   SC2001, SC2017  taste
#   SC2317  functions that a trap calls
shellcheck --external-sources --exclude=SC2001,SC2015,SC2016,SC2017,SC2317 scripts/*.sh docker/*.sh

[ "${1:-}" != quick ] || exit 0
# What is left out, and why:
#   sloppyReassign       `if err = f(); err != nil` sets a named result on purpose
#   evalOrder            `return n, n.start()`: a method does not change the pointer
#   deferInLoop          of loops that end with the function
#   truncateCmp          hashes and marks are cut to the bits that are compared
#   sprintfQuotedString  the quotes belong to the text that is made
go tool gocritic check -enable='#diagnostic' \
  -disable='sloppyReassign,evalOrder,deferInLoop,truncateCmp,sprintfQuotedString' ./...
