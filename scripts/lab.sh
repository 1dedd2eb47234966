#!/usr/bin/env bash
# A segment on one machine: a Linux bridge in a namespace of its own, with legs
# in namespaces. Nothing of it touches the machine's own network.
#
#   scripts/lab.sh up [LEG...]      bridge and legs; default: attacker host mire
#   scripts/lab.sh down             ends what runs in the namespaces and removes them
#   scripts/lab.sh enter LEG        a shell on that leg
#   scripts/lab.sh status
#
# Leg N (from 1) has, in namespace $LAB-LEG, interface eth0 with address
# 198.18.0.N/24, 198.18.1.N/24, 2001:db8:18::N/64 and 2001:db8:19::N/64, except
# `mire` and `mire-ANYTHING`, which have none. LAB (default mire-lab) is the name prefix.
set -euo pipefail
LAB=${LAB:-mire-lab}

namespaces() { ip netns list | awk -v p="$LAB-" 'index($1, p) == 1 {print $1}'; }

up() {
  [ "$(id -u)" = 0 ] || { echo "lab: network namespaces need root" >&2; exit 1; }
  [ -z "$(namespaces)" ] || { echo "lab: $LAB is up already: scripts/lab.sh down" >&2; exit 1; }
  [ $# -gt 0 ] || set -- attacker host mire
  local br=$LAB-bridge n=0 leg
  ip netns add "$br"
  ip -n "$br" link set lo up
  ip -n "$br" link add br0 type bridge mcast_snooping 0
  ip -n "$br" link set br0 up
  for leg in "$@"; do
    n=$((n + 1))
    ip netns add "$LAB-$leg"
    ip -n "$LAB-$leg" link set lo up
    ip -n "$LAB-$leg" link add eth0 type veth peer name "p$n" netns "$br"
    ip -n "$br" link set "p$n" master br0 up
    if [ "${leg%%-*}" = mire ]; then
      # No address of the kernel's on this leg: Mire alone speaks here.
      ip netns exec "$LAB-$leg" sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1
    else
      ip netns exec "$LAB-$leg" sysctl -qw net.ipv6.conf.eth0.accept_dad=0
      ip -n "$LAB-$leg" address add "198.18.0.$n/24" dev eth0
      ip -n "$LAB-$leg" address add "198.18.1.$n/24" dev eth0
      ip -n "$LAB-$leg" address add "2001:db8:18::$n/64" dev eth0 nodad
      ip -n "$LAB-$leg" address add "2001:db8:19::$n/64" dev eth0 nodad
    fi
    ip -n "$LAB-$leg" link set eth0 up
  done
}

# shellcheck disable=SC2086 # pids are words
down() {
  local ns pids
  for ns in $(namespaces); do
    pids=$(ip netns pids "$ns")
    [ -z "$pids" ] || kill $pids 2>/dev/null || true
  done
  for ns in $(namespaces); do
    for _ in 1 2 3 4 5 6 7 8 9 10; do [ -z "$(ip netns pids "$ns")" ] && break; sleep 0.2; done
    pids=$(ip netns pids "$ns")
    [ -z "$pids" ] || kill -9 $pids 2>/dev/null || true
    ip netns del "$ns"
  done
}

case "${1:-}" in
  up) shift; up "$@" ;;
  down) down ;;
  enter) exec ip netns exec "$LAB-${2:?lab: which leg?}" "${SHELL:-/bin/bash}" ;;
  status) for ns in $(namespaces); do echo "$ns: $(ip -n "$ns" -br address show eth0 2>/dev/null | tr -s ' ')"; done ;;
  *) sed -n '2,/^set /p' "$0" | sed -n 's/^# \{0,1\}//p'; exit 2 ;;
esac
