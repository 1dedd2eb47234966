#!/usr/bin/env bash
# Installs what Mire needs, builds it, and runs its main job on real traffic: a
# segment in network namespaces with an attacker, a living host and Mire, swept
# and scanned for half a minute. Ends by itself with a table, and cleans up.
#
#   scripts/quickstart.sh            the whole show, under two minutes once installed
#   scripts/quickstart.sh --ha       two nodes: a failover under attack, and back, in a minute
#   --keep                           leaves the lab up and says how to enter it
set -euo pipefail
cd "$(dirname "$0")/.."
keep='' show=
for word in "$@"; do
  case $word in
    --ha) show=ha ;;
    --keep) keep=--keep ;;
    *) sed -n '2,/^set /p' "$0" | sed -n 's/^# \{0,1\}//p'; exit 2 ;;
  esac
done
[ -z "$show" ] || exec scripts/quickstart-ha.sh $keep
# shellcheck source=scripts/scene.sh
. scripts/scene.sh

prepare
say "a segment in namespaces: attacker, host (owns 3 + 3 addresses), mire, and two clients with tcp_retries2=5"
segment attacker host mire slam mute
for i in 20 21 22; do
  ip -n "$LAB-host" address add 198.18.0.$i/24 dev eth0
  ip -n "$LAB-host" address add 2001:db8:18::$i/64 dev eth0 nodad
done

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
node mire
follow mire
ctl mire show status --json >"$dir/before.json"

say "two clients connect to unused addresses and write 1 MiB"
# A proof takes a second; a client that waited for it would measure a slow path
# and be more patient. Asked once before, the addresses answer at once.
on slam ping -c 2 -W 2 198.18.0.80 >/dev/null 2>&1 || true
on mute ping -c 2 -W 2 198.18.1.80 >/dev/null 2>&1 || true
client slam 198.18.0.80
client mute 198.18.1.80
began=$SECONDS

say "attacker: arping, ping, ping -6 of unused addresses"
on attacker arping -c 2 -w 3 -I eth0 198.18.0.77 2>&1 | indent || true
on attacker ping -c 3 -i 0.3 -W 2 198.18.0.77 2>&1 | sed -n '2,4p;/transmitted/p' | indent || true
on attacker ping -6 -c 3 -i 0.3 -W 2 2001:db8:18::77 2>&1 | sed -n '2,4p;/transmitted/p' | indent || true
on attacker ndisc6 -q -w 2000 2001:db8:18::78 eth0 2>&1 | sed 's/^/  ndisc6 2001:db8:18::78 -> /' || true

say "attacker: nmap -sn of the whole /24, cold"
scan -sn 198.18.0.0/24 -oG "$dir/sweep"
say "attacker: nmap -sS of 1000 ports of one unused address, IPv4 and IPv6, and 5 UDP ports"
scan -Pn -sS --top-ports 1000 198.18.0.99
scan -6 -Pn -sS -p 1-200 2001:db8:18::99
scan -Pn -sU -p 53,69,123,161,500 --max-retries 1 198.18.0.99
say "attacker: the living host"
for a in 198.18.0.20 198.18.0.21 198.18.0.22 2001:db8:18::20 2001:db8:18::21 2001:db8:18::22; do
  on attacker ping -c 1 -W 2 "$a" >/dev/null 2>&1 || true
done

held_for=32
while [ $((SECONDS - began)) -lt $held_for ]; do
  note "$((SECONDS - began)) s:  slam $(standing slam)    mute $(standing mute)"
  sleep 3
done

ctl mire show status --json >"$dir/after.json"
ctl mire show sessions --limit 100000 --json >"$dir/sessions.json"
for view in tarpit drops; do ctl mire show $view --json >"$dir/$view.json"; done
end "${helpers[@]}"
helpers=()

owned='["198.18.0.1","198.18.0.2","198.18.0.4","198.18.0.5","198.18.0.20","198.18.0.21","198.18.0.22","2001:db8:18::1","2001:db8:18::2","2001:db8:18::4","2001:db8:18::5","2001:db8:18::20","2001:db8:18::21","2001:db8:18::22"]'
j() { jq -r "$1" "$dir/$2.json"; }
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
for leg in slam mute; do line "client against $leg" "$(standing $leg)"; done
line "packets" "$(j '.totals|"received \(.received) + own \(.originated) = sent \(.transmitted) + dropped \(.dropped) + consumed \(.consumed) + punted \(.punted) + held \(.held)"' after)"
line "identity holds" "$(j '.totals.balanced' after)"
j '.[]|select(.count>0)|"\(.reason)\t\(.count)"' drops | sort -t$'\t' -k2,2nr | while IFS=$'\t' read -r r n; do line "  dropped: $r" "$n"; done
mib() { awk -v b="$1" 'BEGIN { printf "%.1f MiB", b / 1048576 }'; }
line "resident memory before / after" "$(mib "$(j .memory.resident before)") / $(mib "$(j .memory.resident after)")"
line "mbufs in use before / after" "$(j .memory.mbufs_in_use before) / $(j .memory.mbufs_in_use after)"

[ -z "$keep" ] || keep mire
