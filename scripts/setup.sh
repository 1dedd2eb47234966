#!/usr/bin/env bash
# Installs what Mire needs from the packages of Debian 12 (DPDK 22.11) or Debian 13
# (24.11). Safe to run again: what is there already is left alone.
#
#   scripts/setup.sh [build] [lab] [test] [docker]      default: build lab
set -euo pipefail

declare -A why=(
  [build]="to compile against this Debian's DPDK"
  [lab]="for a segment in network namespaces and the scanners that walk it"
  [test]="as real peers of the tests"
  [docker]="to build and run the container image"
)
declare -A packages=(
  [build]="gcc pkg-config libdpdk-dev dpdk"
  [lab]="iproute2 iputils-ping ethtool jq nmap arping ndisc6 procps"
  [test]="dpdk-dev gcc-aarch64-linux-gnu dnsmasq udhcpc iptables masscan rsyslog tcpdump curl keepalived isc-dhcp-server isc-dhcp-relay shellcheck"
  [docker]="docker.io docker-compose debootstrap iproute2 jq arping iputils-ping"
)

groups=("$@")
[ ${#groups[@]} -gt 0 ] || groups=(build lab)

missing=()
for group in "${groups[@]}"; do
  list=${packages[$group]:-}
  [ -n "$list" ] || { echo "setup: no group '$group'; known: ${!packages[*]}" >&2; exit 2; }
  need=()
  for p in $list; do
    dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || need+=("$p")
  done
  if [ ${#need[@]} -gt 0 ]; then
    echo "setup: ${need[*]}: ${why[$group]}"
    missing+=("${need[@]}")
  fi
done

if [ ${#missing[@]} -gt 0 ]; then
  [ "$(id -u)" = 0 ] || { echo "setup: installing packages needs root: sudo $0 ${groups[*]}" >&2; exit 1; }
  export DEBIAN_FRONTEND=noninteractive
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  echo "setup: installing ${#missing[@]} packages (about a minute) ..."
  # A package must not start its daemon here: dnsmasq, dhcpd, rsyslog serve as
  # peers inside namespaces only.
  policy=/usr/sbin/policy-rc.d
  made=
  if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && made=1; fi
  status=0
  { apt-get -qq update && apt-get -qq install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 || status=$?
  [ -z "$made" ] || rm -f "$policy"
  if [ $status != 0 ]; then
    tail -n 20 "$log" >&2
    echo "setup: apt-get failed; the lines above say why" >&2
    exit 1
  fi
fi

# The Go toolchain is the one thing that is not taken from Debian: 1.26 or newer.
if ! command -v go >/dev/null; then
  for d in /usr/local/go/bin /usr/lib/go/bin; do [ -x "$d/go" ] && PATH=$PATH:$d; done
fi
command -v go >/dev/null || { echo "setup: Go is missing: install Go 1.26 or newer and put it on PATH" >&2; exit 1; }
echo "setup: ready ($(go env GOVERSION), DPDK $(pkg-config --modversion libdpdk 2>/dev/null || echo 'not asked for'))"
