#!/usr/bin/env bash
# Runs the daemon in a container on every kind of port that any Linux machine
# has, with exactly the flags that the table in docker/README.md gives it. Ports
# over kernel interfaces must answer a ping for an address that nobody owns, sent
# from a network namespace; the others must come up and count.
#
#   scripts/docker-ports.sh [KIND...]      default: all that the table says are tried
#
# Needs the image `mire` (scripts/docker.sh build), or the one of $MIRE_IMAGE, and root. Ends what it starts.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '%s\n' "$*"; }
die() { echo "docker-ports: $*" >&2; exit 1; }
case "${1:-}" in -*) sed -n '2,/^set /p' "$0" | sed -n 's/^# \{0,1\}//p'; exit 2 ;; esac
[ "$(id -u)" = 0 ] || die "network namespaces need root: sudo $0 $*"

me=mire-ports-$$ image=${MIRE_IMAGE:-mire}
dir=$(mktemp -d "/tmp/$me.XXXXXX")
chmod 755 "$dir"
cleanup() {
  trap - EXIT INT TERM
  docker rm -f "$me" "$me-net" >/dev/null 2>&1 || true
  ip netns del "$me" 2>/dev/null || true
  rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# cell KIND COLUMN: from the table of docker/README.md, without backquotes.
cell() { awk -F ' *[|] *' -v kind="\`$1\`" -v column="$2" '$2 == kind { gsub("`", "", $column); print $column; exit }' docker/README.md; }
device() {
  case $1 in
    null | hugepages) echo 'vdev "net_null0,no-rx=1"' ;;
    ring) echo 'vdev "net_ring0"' ;;
    pcap) echo 'vdev "net_pcap0,rx_pcap=/in.pcap,tx_pcap=/tmp/out.pcap"' ;;
    memif) echo 'vdev "net_memif0,role=server,id=0,socket=/run/memif.sock,socket-abstract=no"' ;;
    af_packet) echo raw ;;
    af_xdp) echo af_xdp ;;
    tap) echo 'vdev "net_tap0,iface=tap0"' ;;
    *) die "no kind of port $1 here" ;;
  esac
}

config() { # KIND
  local name=eth0
  [ "$1" != tap ] || name=tap0
  cat <<CONF
hostname $1
modules arp,ping,master,tarpit
interface 1 {
  name $name
  access $(device "$1")
}
network 1 {
  addr 198.18.0.0
  mask 255.255.255.0
  real 198.18.0.253
  virt 198.18.0.254
  tarpit enable
  interface 1
}
register interfaces 1
enable interfaces 1
register networks 1
enable networks 1
CONF
}

# A capture of one frame: who has 198.18.0.77, tell 198.18.0.1.
capture() {
  printf '\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x01\0\x01\0\0\0'
  printf '\0\0\0\0\0\0\0\0\x2a\0\0\0\x2a\0\0\0'
  printf '\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x01\x08\x06\0\x01\x08\0\x06\x04\0\x01'
  printf '\x02\0\0\0\0\x01\xc6\x12\0\x01\0\0\0\0\0\0\xc6\x12\0\x4d'
}

# segment: a network namespace with an asker, and a container whose network has
# the other end as eth0.
segment() {
  docker run -d --name "$me-net" --network none --entrypoint sleep "$image" 120 >/dev/null
  pid=$(docker inspect -f '{{.State.Pid}}' "$me-net")
  ip netns add "$me"
  ip -n "$me" link add p0 type veth peer name eth0 netns "$pid"
  ip -n "$me" address add 198.18.0.1/24 dev p0
  ip -n "$me" link set p0 up
  nsenter -t "$pid" -n ip link set eth0 up
}

# bridge joins the tap of the daemon with the segment, as a host would.
bridge() {
  local n=(nsenter -t "$pid" -n ip link)
  "${n[@]}" add br0 type bridge
  "${n[@]}" set tap0 master br0
  "${n[@]}" set eth0 master br0
  "${n[@]}" set br0 up
}

status() { docker exec "$me" mire show "$@" --json 2>/dev/null; }
pid=
try() { # KIND FLAG...
  local kind=$1 network=none
  shift
  config "$kind" >"$dir/conf"
  case $kind in
    af_packet | af_xdp | tap) segment; network=container:$me-net ;;
    pcap) capture >"$dir/in.pcap"; set -- "$@" -v "$dir/in.pcap:/in.pcap:ro" ;;
  esac
  docker run -d --name "$me" --network "$network" --cap-drop ALL --security-opt no-new-privileges --read-only \
    --tmpfs /run:mode=1777 --tmpfs /tmp:mode=1777 --tmpfs /var/lib/mire:mode=1777 \
    -v "$dir/conf:/etc/mire.conf:ro" "$@" "$image" run >/dev/null
  for _ in $(seq 100); do
    status status >"$dir/status" && break
    [ "$(docker inspect -f '{{.State.Running}}' "$me")" = true ] || return 1
    sleep 0.1
  done
  [ -s "$dir/status" ] || return 1
  # Healthy, and not so when nothing answers.
  docker exec "$me" /usr/libexec/mire/healthcheck.sh || return 1
  ! docker exec -e MIRE_SOCKET=/run/nobody "$me" /usr/libexec/mire/healthcheck.sh 2>/dev/null || return 1
  case $kind in
    hugepages) jq -e '.hugepages' "$dir/status" >/dev/null ;;
    pcap) sleep 0.5; status ports | jq -e '.[0].received == 1' >/dev/null ;;
    tap) bridge; ip netns exec "$me" ping -c 3 -W 2 198.18.0.77 >"$dir/ping" ;;
    af_packet | af_xdp) ip netns exec "$me" ping -c 3 -W 2 198.18.0.77 >"$dir/ping" ;;
  esac
}

[ $# -gt 0 ] || mapfile -t kinds < <(awk -F ' *[|] *' '$5 ~ /^seen/ { gsub("`", "", $2); print $2 }' docker/README.md)
[ $# = 0 ] || kinds=("$@")
[ ${#kinds[@]} -gt 0 ] || die "docker/README.md names no kind of port"
failed=0
for kind in "${kinds[@]}"; do
  flags=$(cell "$kind" 3)
  [ -n "$flags" ] || die "docker/README.md has no row for $kind"
  [ "$flags" != none ] || flags=
  if [ "$kind" = hugepages ] && [ "$(awk '/HugePages_Free/ { print $2 }' /proc/meminfo)" -lt 64 ]; then
    say "  $kind: skipped: fewer than 64 hugepages of 2 MiB are free on this machine"
    continue
  fi
  # shellcheck disable=SC2086 # flags are words
  if try "$kind" $flags; then
    printf '  %-10s ok      %s\n' "$kind" "${flags:-(no flags)}"
  else
    printf '  %-10s FAILED  %s\n' "$kind" "${flags:-(no flags)}"
    docker logs --tail 8 "$me" 2>&1 | cut -c1-240 | sed 's/^/      /'
    failed=1
  fi
  docker rm -f "$me" "$me-net" >/dev/null 2>&1 || true
  ip netns del "$me" 2>/dev/null || true
done
exit $failed
