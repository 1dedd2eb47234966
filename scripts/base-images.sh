#!/usr/bin/env bash
# Sees to it that the engine has the two base images that docker/Dockerfile
# names: those it has are left alone, the others are pulled, and where no
# registry answers they are made here: by debootstrap, from the mirror this
# machine's apt uses; for the build image with the installed Go added.
#
#   scripts/base-images.sh [--local] [--debian SUITE]
#
#   --local          do not ask a registry
#   --debian SUITE   bookworm (12, the default) or trixie (13)
#
# A made build image also trusts the certificates this machine trusts; neither
# image gets credentials of apt.
set -euo pipefail
cd "$(dirname "$0")/.."
pull=1 suite=bookworm
while [ $# -gt 0 ]; do
  case $1:${2:-} in
    --local:*) pull=; shift ;;
    --debian:bookworm | --debian:trixie) suite=$2; shift 2 ;;
    *) sed -n '2,/^set /p' "$0" | sed -n 's/^# \{0,1\}//p'; exit 2 ;;
  esac
done
say() { echo "base-images: $*" >&2; }
die() { say "$*"; exit 1; }

name() { sed -n "s/^ARG $1=//p" docker/Dockerfile | sed "s/\${DEBIAN}/$suite/"; }
go_image=$(name GO_IMAGE) run_image=$(name RUN_IMAGE)
have() { docker image inspect "$1" >/dev/null 2>&1; }

missing=()
for image in "$run_image" "$go_image"; do
  if have "$image"; then
    say "$image: is here"
  elif [ -n "$pull" ] && say "$image: asking the registry ..." && timeout 600 docker pull -q "$image" >/dev/null; then
    say "$image: pulled"
  else
    pull= # one that does not answer is not asked again
    missing+=("$image")
  fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

[ "$(id -u)" = 0 ] || die "making ${missing[*]} needs root: sudo $0 --debian $suite"
command -v debootstrap >/dev/null || die "debootstrap is missing: scripts/setup.sh docker"
. scripts/go.sh
go_root=$(go env GOROOT)

# Where this machine's own Debian comes from, for the suite that is wanted: "deb URI
# SUITE COMPONENT...".
own=$(. /etc/os-release && echo "${VERSION_CODENAME:-none}")
sources=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
  awk -v own="$own" -v suite="$suite" '$2 ~ "^" own && !seen[$0]++ { sub("^" own, suite, $2); print "deb", $1, $2, $3 }')
mirror=$(awk -v suite="$suite" '$3 == suite && $4 == "main" { print $2; exit }' <<<"$sources")
[ -n "$mirror" ] || die "apt of this machine has no Debian main to take $suite from; make or pull ${missing[*]} elsewhere and \`docker load\` them"
# Proxies and what else apt needs to read that mirror, but no credentials.
settings=$(apt-config dump | grep -E '^Acquire::(https?|Retries|Check-Valid-Until|Check-Date|ForceIPv4|ForceIPv6)\b' | grep -vE '^[^ ]+ ""|://[^/"]*@' || true)

work=$(mktemp -d /tmp/mire-base.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
root=$work/root

say "Debian $suite from $mirror (about a minute) ..."
# In a mount namespace of its own, so that nothing it mounts outlives it.
unshare --mount debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$work/log" 2>&1 &
pid=$!
trap 'kill $pid 2>/dev/null || true; wait $pid 2>/dev/null || true; exit 130' INT TERM
while kill -0 $pid 2>/dev/null; do
  sleep 5
  line=$(tail -n 1 "$work/log" 2>/dev/null | cut -c1-90)
  [ -z "$line" ] || say "  $line"
done
wait $pid || { tail -n 20 "$work/log" >&2; die "debootstrap failed; the lines above say why"; }
trap 'exit 130' INT TERM

# Slim as the image it stands for: no manuals, no translations, no package lists.
printf 'path-exclude /usr/share/%s/*\n' doc man info locale >"$root/etc/dpkg/dpkg.cfg.d/slim"
echo force-unsafe-io >>"$root/etc/dpkg/dpkg.cfg.d/slim" # a layer is whole or not there
rm -rf "$root"/usr/share/{doc,man,info,locale}/* "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb \
  "$root"/var/lib/apt/lists/* "$root"/var/log/* "$root"/var/cache/ldconfig/*
echo "$sources" >"$root/etc/apt/sources.list"
printf '%s\n' 'APT::Install-Recommends "false";' 'Acquire::Languages "none";' "$settings" >"$root/etc/apt/apt.conf.d/90here"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"

# The smaller one first: the build image is the same tree with more in it.
for image in "${missing[@]}"; do
  with=()
  if [ "$image" = "$go_image" ]; then
    say "$image: adding $(go env GOVERSION)"
    cp -a "$go_root" "$root/usr/local/go"
    rm -rf "$root"/usr/local/go/{api,doc,test}
    if [ -s /etc/ssl/certs/ca-certificates.crt ]; then
      install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
    fi
    with=(--change 'ENV PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
      --change 'ENV GOTOOLCHAIN=local')
  fi
  tar -c --numeric-owner -C "$root" . | docker import "${with[@]}" - "$image" >/dev/null
  say "$image: made, $(docker image inspect -f '{{.Size}}' "$image" | awk '{ printf "%.0f MB", $1 / 1e6 }')"
done
