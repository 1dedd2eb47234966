#!/usr/bin/env bash
# Runs a command in a fresh Debian 13 (trixie) that has only git, gcc and this
# machine's Go with its modules and build cache: in a clone of this checkout, in a
# mount namespace with a root of its own, so that what is mounted there ends with the
# command. The Debian is made once by debootstrap and kept; each call begins with a
# clean layer on top of it.
#
#   scripts/trixie.sh                        builds, tests dpdk and the lab, one end-to-end run
#   scripts/trixie.sh --whole                both shows, scripts/test.sh, and the quick benchmark
#   scripts/trixie.sh scripts/quickstart.sh  any command, from the top of the clone
#   scripts/trixie.sh --suite bookworm ...   the same in a fresh Debian 12
#   scripts/trixie.sh --keep NAME ...        what the command installs stays in a layer
#                                            of that name, for the next call
#   MIRE_DEBIAN=DIR                          where that is kept (/var/cache/mire)
#
# Exit code 77, with the reason: such a Debian cannot be had here.
set -euo pipefail
cd "$(dirname "$0")/.."
suite=trixie layer='' whole=''
while [ $# -gt 0 ]; do
  case $1 in
    --suite) suite=$2; shift 2 ;;
    --keep) layer=$2; shift 2 ;;
    --whole) whole=1; shift ;;
    -*) sed -n '2,/^set /s/^# \{0,1\}//p' scripts/trixie.sh >&2; exit 2 ;;
    *) break ;;
  esac
done
[ -z "$whole" ] || set -- bash -ec 'scripts/quickstart.sh; scripts/quickstart.sh --ha; scripts/test.sh; scripts/bench.sh'
[ $# -gt 0 ] || set -- bash -c 'scripts/setup.sh build lab test && . scripts/go.sh && go build -o bin/mire ./cli/mire && bin/mire version &&
  go test -count=1 -short ./dpdk/... ./cli/lab && go test -count=1 -run "^TestUnusedAddressesResolveAndAnswerEcho$" ./cli/e2e'
say() { echo "trixie: $*" >&2; }
skip() { say "skipped: $*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "a root of its own needs root: sudo scripts/trixie.sh"
unshare --mount true 2>/dev/null || skip "this machine refuses mount namespaces"
. scripts/go.sh

store=${MIRE_DEBIAN:-/var/cache/mire}
base=$store/$suite
mkdir -p "$store"

if [ ! -e "$base.made" ]; then
  command -v debootstrap >/dev/null || skip "debootstrap is missing: scripts/setup.sh docker"
  # From the mirror that this machine's own Debian comes from.
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(COMPONENT)' 'Created-By: Packages' | awk '$2 == "main" && $1 !~ /security/ { print $1; exit }')
  [ -n "$mirror" ] || skip "apt of this machine has no Debian main to take $suite from"
  say "Debian $suite from $mirror (about a minute) ..."
  rm -rf "$base"
  unshare --mount debootstrap --variant=minbase --include=gcc,libc6-dev,git,ca-certificates "$suite" "$base" "$mirror" >"$base.log" 2>&1 ||
    { tail -n 20 "$base.log" >&2; skip "debootstrap failed; the lines above say why"; }
  echo "deb $mirror $suite main" >"$base/etc/apt/sources.list"
  printf '%s\n' 'APT::Install-Recommends "false";' 'Acquire::Languages "none";' >"$base/etc/apt/apt.conf.d/90here"
  apt-config dump | grep -E '^Acquire::(https?|Retries|ForceIPv4)\b' | grep -vE '^[^ ]+ ""|://[^/"]*@' >>"$base/etc/apt/apt.conf.d/90here" || true
  touch "$base.made"
fi

work=$(mktemp -d "$store/run.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
upper=$work/upper
[ -z "$layer" ] || upper=$store/$suite.$layer
mkdir -p "$upper" "$work/root" "$work/overlay"
[ -z "$layer" ] || { mkdir -p "$upper.work"; ln -s "$upper.work" "$work/work"; }
[ -e "$work/work" ] || mkdir "$work/work"

# A clone, with what is not committed yet.
git clone -q --no-hardlinks . "$work/src"
git diff --name-only -z --no-renames --diff-filter=D HEAD | (cd "$work/src" && xargs -0r rm -f)
{ git diff --name-only -z --no-renames --diff-filter=d HEAD; git ls-files -o --exclude-standard -z; } | while IFS= read -rd '' f; do [ ! -e "$f" ] || { mkdir -p "$work/src/$(dirname "$f")" && cp -a "$f" "$work/src/$f"; }; done

cat >"$work/inside" <<'INSIDE'
set -euo pipefail
root=$1 base=$2 upper=$3 work=$4 go_root=$5 modules=$6 cache=$7 source=$8
shift 8
mount -t overlay overlay -o "lowerdir=$base,upperdir=$upper,workdir=$work" "$root"
for d in proc sys dev tmp run usr/local/go root/go/pkg/mod root/.cache/go-build src; do mkdir -p "$root/$d"; done
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount --bind "$go_root" "$root/usr/local/go"
mount --bind "$modules" "$root/root/go/pkg/mod"
mount --bind "$cache" "$root/root/.cache/go-build" # its keys hold the C compiler's version
mount --bind "$source" "$root/src"
cp -L /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
mkdir -p "$root/old"
cd "$root"
pivot_root . old
exec </dev/null
umount -l /old
cd /src
export HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/go/bin LC_ALL=C.UTF-8
exec "$@"
INSIDE

settings=()
for v in GOPROXY GOSUMDB GONOSUMDB GONOSUMCHECK GOFLAGS GOPRIVATE; do settings+=("$v=$(go env $v)"); done
status=0
env "${settings[@]}" unshare --mount --propagation private --fork --pid --kill-child bash "$work/inside" \
  "$work/root" "$base" "$upper" "$work/work" "$(go env GOROOT)" "$(go env GOMODCACHE)" "$(go env GOCACHE)" "$work/src" "$@" || status=$?
exit $status
