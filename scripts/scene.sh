# shellcheck shell=bash
# Sourced by the quickstarts: what their shows have in common. A segment with
# nodes and clients on it, waiting with a line of progress, and an end that
# leaves nothing behind. The caller runs in the root of the tree.
export LC_ALL=C
. scripts/go.sh
export LAB=${LAB:-mire-quickstart}
dir=/run/$LAB # configurations, logs, sockets, what was measured
declare -A nodes=() # leg -> process of the node there
helpers=()          # processes outside of the namespaces that end with the show
bold='' dim='' off=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  bold=$'\e[1m' dim=$'\e[2m' off=$'\e[0m'
fi

say() { printf '%s== %s%s\n' "$bold" "$*" "$off"; }
note() { printf '  %s\n' "$*"; }
die() { echo "quickstart: $*" >&2; exit 1; }
indent() { sed -u 's/^/  /'; }
now() { echo "$EPOCHREALTIME"; }
since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }
on() { ip netns exec "$LAB-$1" "${@:2}"; }           # LEG COMMAND...
ctl() { MIRE_SOCKET=$dir/$1.sock bin/mire "${@:2}"; } # LEG MIRE-ARGUMENTS...

# scan runs nmap on the attacker; of what it prints, the first open ports and the end.
scan() { on attacker nmap -n "$@" 2>&1 | grep -E '^Nmap done|open' | tail -n 3 | indent || true; }

prepare() {
  [ "$(id -u)" = 0 ] || die "packages, namespaces and DPDK ports need root: sudo scripts/quickstart.sh"
  scripts/setup.sh build lab
  say "building bin/mire (the first build compiles the bindings: up to a minute)"
  go build -o bin/mire ./cli/mire
}

segment() { # LEG...
  # Whoever comes later takes down what is left of the one before; nobody takes
  # down a show that still runs. Children get no lock: a lab may be kept.
  exec 9>"/run/$LAB.lock"
  flock -n 9 || die "another quickstart is running; two at the same time need different names: LAB=... scripts/quickstart.sh"
  trap cleanup EXIT
  trap 'echo >&2; exit 130' INT TERM HUP PIPE
  if ip netns list | grep "^$LAB-" >/dev/null; then
    note "a lab of an earlier run is up: taking it down"
    scripts/lab.sh down
  fi
  rm -rf "$dir"
  install -d -m 700 "$dir"
  scripts/lab.sh up "$@"
}

cleanup() {
  trap '' INT TERM HUP PIPE
  trap - EXIT
  set +e
  note "cleaning up"
  end "${nodes[@]}" "${helpers[@]}"
  scripts/lab.sh down # and with it what runs in the namespaces
  rm -rf "$dir" "/run/$LAB.lock"
}

# end asks processes to end, and makes them after five seconds.
end() {
  local p
  [ $# = 0 ] || kill "$@" 2>/dev/null || true
  for p in "$@"; do
    for _ in {1..50}; do kill -0 "$p" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$p" 2>/dev/null || true
  done
}

# await waits until a command succeeds and says how long that took; it fails
# when that takes too long or a node ends meanwhile.
await() { # SECONDS WHAT COMMAND...
  local limit=$1 what=$2 start=$EPOCHREALTIME next=3 leg took
  shift 2
  note "waiting: $what"
  until "$@" >/dev/null 2>&1; do
    for leg in "${!nodes[@]}"; do
      kill -0 "${nodes[$leg]}" 2>/dev/null || { cat "$dir/$leg.log" >&2; die "the node $leg ended; its log is above"; }
    done
    took=$(since "$start")
    if [ "${took%.*}" -ge "$limit" ]; then note "$what: not within $limit s"; return 1; fi
    if [ "${took%.*}" -ge $next ]; then note "waiting: $what, ${took%.*} s"; next=$((next + 3)); fi
    sleep 0.1
  done
  note "$what: after $(since "$start") s"
}

# node starts mire on a leg, with $dir/LEG.conf, and waits until it answers.
node() { # LEG
  ip netns exec "$LAB-$1" "$PWD/bin/mire" run -c "$dir/$1.conf" --socket "$dir/$1.sock" --log-format text \
    </dev/null >>"$dir/$1.log" 2>&1 9>&- &
  nodes[$1]=$!
  disown # bash would report its death; so will we
  await 15 "$1 is up" ctl "$1" show status || { cat "$dir/$1.log" >&2; die "$1 did not come up; its log is above"; }
}

# follow shows the log of a leg's node, without lines that match. A pipeline has
# a process for each part, and only the last is $!: all of them must end with us.
follow() { # LEG [PATTERN]
  local fifo=$dir/$1.lines
  mkfifo "$fifo"
  stdbuf -oL cut -c1-150 <"$fifo" 9>&- | sed -u ${2:+-e "/$2/d"} -e "s/^/  ${dim}$1 |${off} /" 9>&- &
  tail -n +1 -F "$dir/$1.log" >"$fifo" 2>/dev/null 9>&- &
  helpers+=($!)
  disown -a
}

# client connects, writes 1 MiB, which is more than the window, and stays. Its
# kernel gives up after tcp_retries2=5 unanswered probes: 13 seconds.
client() { # LEG ADDRESS
  on "$1" sysctl -qw net.ipv4.tcp_retries2=5
  # shellcheck disable=SC2016 # expanded by the shell on the leg
  on "$1" bash -c '
    start=$EPOCHREALTIME
    echo "$start" >"$2.start"
    if exec 3<>"/dev/tcp/$1/80"; then
      echo connected >"$2.state"
      head -c 1048576 /dev/zero >&3 2>/dev/null
      echo gone >"$2.state"
    else
      echo refused >"$2.state"
    fi
    awk -v a="$start" -v b="$EPOCHREALTIME" "BEGIN { printf \"%.1f\n\", b - a }" >"$2.took"
  ' client "$2" "$dir/$1" </dev/null >/dev/null 2>&1 9>&- &
  disown
}

# timer is what the client's own kernel says of its socket: is it still there,
# in persist, and how many probes in a row went unanswered?
timer() { on "$1" ss -Htno state established "dport = :80" 2>/dev/null | grep -o 'timer:([^)]*)' | head -n 1; }

standing() { # LEG: how its client fares
  if [ -s "$dir/$1.took" ]; then
    echo "$(cat "$dir/$1.state") after $(cat "$dir/$1.took") s"
  else
    echo "held for $(since "$(cat "$dir/$1.start")") s  $(timer "$1")"
  fi
}

# keep leaves the lab up and says how to use it.
keep() { # LEG...: those with a node
  local leg
  end "${helpers[@]}"
  rm -f "/run/$LAB.lock"
  trap - EXIT INT TERM HUP PIPE
  printf '\nThe lab stays up. From here:\n'
  printf '  %-76s %s\n' "LAB=$LAB scripts/lab.sh enter attacker" "a shell on the attacker"
  for leg in "$@"; do
    printf '  %-76s %s\n' "MIRE_SOCKET=$dir/$leg.sock bin/mire show tarpit" "look inside"
    printf '  %-76s %s\n' "tail -f $dir/$leg.log" "its log"
  done
  printf '  %-76s %s\n' "kill ${nodes[*]}; LAB=$LAB scripts/lab.sh down; rm -rf $dir" "take it down"
}
