#!/usr/bin/env bash
# Installs what Mire needs, builds it, and runs its main job on real traffic: a
# segment in network namespaces with an attacker, a living host and Mire, swept
# and scanned for half a minute. Ends by itself with a table, and cleans up.
#
#   scripts/quickstart.sh            the whole show, under two minutes once installed
#   scripts/quickstart.sh --keep     leaves the lab up and says how to enter it
set -euo pipefail
cd "$(dirname "$0")/.."
# Under sudo the clone belongs to somebody else; git, and with it go build, would refuse it.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$PWD
keep=
case "${1:-}" in
  "") ;;
  --keep) keep=1 ;;
  *) sed -n '2,/^set /p' "$0" | sed -n 's/^# \{0,1\}//p'; exit 2 ;;
esac

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' dim=$'\e[2m' off=$'\e[0m'; else bold= dim= off=; fi
say() { printf '%s== %s%s\n' "$bold" "$*" "$off"; }
die() { echo "quickstart: $*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || die "packages, namespaces and DPDK ports need root: sudo scripts/quickstart.sh"
scripts/setup.sh build lab
command -v go >/dev/null || PATH=$PATH:/usr/local/go/bin
say "building bin/mire (the first build compiles the bindings: up to a minute)"
go build -o bin/mire ./cli/mire

export LAB=${LAB:-mire-quickstart}
dir=$(mktemp -d /tmp/mire-quickstart.XXXXXX)
export MIRE_SOCKET=$dir/mire.sock
mire_pid= tail_pids= clients=()
cleanup() {
  trap - EXIT INT TERM
  local p
  for p in "${clients[@]}" $tail_pids; do kill "$p" 2>/dev/null || true; done
  if [ -n "$mire_pid" ]; then
    kill "$mire_pid" 2>/dev/null || true
    for _ in $(seq 50); do kill -0 "$mire_pid" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$mire_pid" 2>/dev/null || true
  fi
  scripts/lab.sh down || true
  rm -rf "$dir"
}
trap cleanup EXIT
trap 'echo; echo "quickstart: interrupted, cleaning up"; exit 130' INT TERM

[ -z "$(ip netns list | grep "^$LAB-" || true)" ] || scripts/lab.sh down
say "a segment in namespaces: attacker, host (owns 3 + 3 addresses), mire, and two clients with tcp_retries2=5"
scripts/lab.sh up attacker host mire slam mute
on() { local leg=$1; shift; ip netns exec "$LAB-$leg" "$@"; }
for i in 20 21 22; do
  ip -n "$LAB-host" address add 198.18.0.$i/24 dev eth0
  ip -n "$LAB-host" address add 2001:db8:18::$i/64 dev eth0 nodad
done
for leg in slam mute; do on $leg sysctl -qw net.ipv4.tcp_retries2=5; done

cat >"$dir/mire.conf" <<CONF
// The seed's chain over one segment. Network 1 holds its clients (slam), network
// 2 accepts them and then falls silent (mute): the difference is the show.
hostname quickstart
modules vrrp,arp,ping,hc,master,tarpit,slb,tnat,nat,rt
interface 1 {
  name eth0
}
network 1 {
  name "slam"
  addr 198.18.0.0
  mask 255.255.255.0
  real 198.18.0.253
  virt 198.18.0.254
  mask6 64
  real6 2001:db8:18::fd
  virt6 2001:db8:18::fe
  tarpit enable
  interface 1
}
network 2 {
  name "mute"
  addr 198.18.1.0
  mask 255.255.255.0
  real 198.18.1.253
  virt 198.18.1.254
  mask6 64
  real6 2001:db8:19::fd
  virt6 2001:db8:19::fe
  tarpit enable
  tarpit policy mute
  interface 1
}
register interfaces 1
enable interfaces 1
register networks 1,2
enable networks 1,2
set {
  secret $dir/secret
  syslog off
}
CONF

say "mire run -c mire.conf"
sed 's/^/    /' "$dir/mire.conf" | sed -n '/^    network 1/,/^    }/p'
ip netns exec "$LAB-mire" "$PWD/bin/mire" run -c "$dir/mire.conf" --log-format text >"$dir/log" 2>&1 &
mire_pid=$!
for _ in $(seq 150); do
  bin/mire show status --json >"$dir/before.json" 2>/dev/null && break
  kill -0 $mire_pid 2>/dev/null || { cat "$dir/log" >&2; die "mire ended; its log is above"; }
  sleep 0.1
done
[ -s "$dir/before.json" ] || { cat "$dir/log" >&2; die "mire did not come up within 15 s"; }
# A pipeline has a process for each part, and only the last is $!: all of them
# must end with us.
mkfifo "$dir/lines"
stdbuf -oL cut -c1-150 <"$dir/lines" | stdbuf -oL sed "s/^/  ${dim}mire |${off} /" &
tail -n +1 -F "$dir/log" >"$dir/lines" 2>/dev/null &
tail_pids=$!

# Two clients that write more than the window: one is held, one is left alone.
# Each kernel gives up after tcp_retries2=5 unanswered probes.
client() { # leg address
  on "$1" bash -c '
    start=$(date +%s.%N)
    if exec 3<>"/dev/tcp/$1/80"; then
      echo connected >"$2.state"
      head -c 1048576 /dev/zero >&3 2>/dev/null
      echo gone >"$2.state"
    else
      echo refused >"$2.state"
    fi
    awk -v a="$start" -v b="$(date +%s.%N)" "BEGIN { printf \"%.1f\n\", b - a }" >"$2.took"
  ' client "$2" "$dir/$1" 2>/dev/null &
  clients+=($!)
}
say "two clients connect to unused addresses and write 1 MiB"
# A proof takes a second; a client that waited for it would measure a slow path
# and be more patient. Asked once before, the addresses answer at once.
on slam ping -c 2 -W 2 198.18.0.80 >/dev/null 2>&1 || true
on mute ping -c 2 -W 2 198.18.1.80 >/dev/null 2>&1 || true
client slam 198.18.0.80
client mute 198.18.1.80
began=$SECONDS

say "attacker: arping, ping, ping -6 of unused addresses"
on attacker arping -c 2 -w 3 -I eth0 198.18.0.77 2>&1 | sed 's/^/  /' || true
on attacker ping -c 3 -i 0.3 -W 2 198.18.0.77 2>&1 | sed -n '2,4p;/transmitted/p' | sed 's/^/  /' || true
on attacker ping -6 -c 3 -i 0.3 -W 2 2001:db8:18::77 2>&1 | sed -n '2,4p;/transmitted/p' | sed 's/^/  /' || true
on attacker ndisc6 -q -w 2000 2001:db8:18::78 eth0 2>&1 | sed 's/^/  ndisc6 2001:db8:18::78 -> /' || true

say "attacker: nmap -sn of the whole /24, cold"
on attacker nmap -n -sn 198.18.0.0/24 -oG "$dir/sweep" 2>&1 | tail -n 1 | sed 's/^/  /'
say "attacker: nmap -sS of 1000 ports of one unused address, IPv4 and IPv6, and 20 UDP ports"
on attacker nmap -n -Pn -sS --top-ports 1000 198.18.0.99 2>&1 | grep -E '^Nmap done|open' | tail -n 3 | sed 's/^/  /'
on attacker nmap -n -6 -Pn -sS -p 1-200 2001:db8:18::99 2>&1 | grep -E '^Nmap done|open' | tail -n 3 | sed 's/^/  /'
on attacker nmap -n -Pn -sU -p 53,69,123,161,500 --max-retries 1 198.18.0.99 2>&1 | grep -E '^Nmap done' | sed 's/^/  /'
say "attacker: the living host"
for a in 198.18.0.20 198.18.0.21 198.18.0.22 2001:db8:18::20 2001:db8:18::21 2001:db8:18::22; do
  on attacker ping -c 1 -W 2 "$a" >/dev/null 2>&1 || true
done

held_for=32
while [ $((SECONDS - began)) -lt $held_for ]; do
  for leg in slam mute; do
    printf '%s %s' "$leg" "$(cat "$dir/$leg.state" 2>/dev/null || echo connecting)"
    [ ! -s "$dir/$leg.took" ] || printf ' after %s s' "$(cat "$dir/$leg.took")"
    [ "$leg" = mute ] || printf '    '
  done | sed "s/^/  $((SECONDS - began)) s:  /"
  echo
  sleep 3
done

bin/mire show status --json >"$dir/after.json"
bin/mire show sessions --limit 100000 --json >"$dir/sessions.json"
bin/mire show modules --json >"$dir/modules.json"
bin/mire show tarpit --json >"$dir/tarpit.json"
bin/mire show drops --json >"$dir/drops.json"
kill $tail_pids 2>/dev/null || true
tail_pids=

owned='["198.18.0.1","198.18.0.2","198.18.0.4","198.18.0.5","198.18.0.20","198.18.0.21","198.18.0.22","2001:db8:18::1","2001:db8:18::2","2001:db8:18::4","2001:db8:18::5","2001:db8:18::20","2001:db8:18::21","2001:db8:18::22"]'
j() { jq -r "$1" "$dir/$2.json"; }
# State of each client, from its own kernel: is the socket still there, in persist?
socket() { on "$1" ss -Htno state established "dport = :80" 2>/dev/null | grep -o 'timer:([^)]*)' | head -n 1; }
line() { printf '  %-34s %s\n' "$1" "$2"; }
echo
say "what happened"
line "addresses trapped" "$(j '[.sessions[]|select(.state=="trapped")]|length' sessions)"
line "living addresses left alone" "$(j '[.sessions[]|select(.state=="real")]|length' sessions)"
line "living addresses captured" "$(jq -r --argjson own "$owned" '[.sessions[]|select(.state=="trapped" and (.address as $a|$own|index($a)))]|length' "$dir/sessions.json")"
line "nmap -sn: hosts up of 256" "$(grep -c 'Status: Up' "$dir/sweep")"
line "ARP and ND answers" "$(j '.answers.neighbour' tarpit)"
line "echo replies" "$(j '.answers.echo' tarpit)"
line "SYN-ACKs" "$(j '.answers.synack' tarpit)"
line "UDP packets logged" "$(j '.answers.udp' tarpit)"
for leg in slam mute; do
  if [ -s "$dir/$leg.took" ]; then
    line "client against $leg" "$(cat "$dir/$leg.state") after $(cat "$dir/$leg.took") s"
  else
    line "client against $leg" "held for $((SECONDS - began)) s and counting  $(socket $leg)"
  fi
done
line "packets" "$(j '.totals|"received \(.received) + own \(.originated) = sent \(.transmitted) + dropped \(.dropped) + consumed \(.consumed) + held \(.held)"' after)"
line "identity holds" "$(j '.totals.balanced' after)"
jq -r '.[]|select(.count>0)|"\(.reason)\t\(.count)"' "$dir/drops.json" | sort -t$'\t' -k2,2nr | while IFS=$'\t' read -r r n; do line "  dropped: $r" "$n"; done
mib() { awk -v b="$1" 'BEGIN { printf "%.1f MiB", b / 1048576 }'; }
line "resident memory before / after" "$(mib "$(j .memory.resident before)") / $(mib "$(j .memory.resident after)")"
line "mbufs in use before / after" "$(j .memory.mbufs_in_use before) / $(j .memory.mbufs_in_use after)"

if [ -n "$keep" ]; then
  trap - EXIT INT TERM
  cat <<KEEP

The lab stays up. From here:
  LAB=$LAB scripts/lab.sh enter attacker            a shell on the attacker
  MIRE_SOCKET=$MIRE_SOCKET bin/mire show tarpit     look inside
  tail -f $dir/log                                  the log
  kill $mire_pid; LAB=$LAB scripts/lab.sh down; rm -rf $dir      take it down
KEEP
fi
