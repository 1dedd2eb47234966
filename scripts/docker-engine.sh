#!/usr/bin/env bash
# A Docker engine of one's own, for machines where none runs: everything it
# makes is below one folder, and it leaves the machine's network alone (no
# bridge, no packet filter rules: builds take --network=host, containers run
# with --network=none or get an interface handed in).
#
#   scripts/docker-engine.sh up DIR        starts it; DIR/docker.sock is its socket
#   scripts/docker-engine.sh down DIR      ends it by its pid and removes DIR
set -euo pipefail
say() { echo "docker-engine: $*" >&2; }
die() { say "$*"; exit 1; }
case "${1:-}" in up | down) ;; *) sed -n '2,/^set /p' "$0" | sed -n 's/^# \{0,1\}//p'; exit 2 ;; esac
verb=$1 dir=${2:?docker-engine: which folder?}
[ "$(id -u)" = 0 ] || die "an engine needs root"

alive() { [ -n "$1" ] && kill -0 "$1" 2>/dev/null; }
# gone PID SECONDS: waits until a process has ended.
gone() { for _ in $(seq $(($2 * 10))); do alive "$1" || return 0; sleep 0.1; done; return 1; }
pid_in() { cat "$1" 2>/dev/null || true; }

start() { # STORAGE-DRIVER, empty: the engine's choice
  rm -f "$dir/docker.pid" "$dir/docker.sock"
  # Its mounts stay in a namespace of its own and end with it.
  setsid unshare --mount dockerd \
    --data-root "$dir/data" --exec-root "$dir/run" --pidfile "$dir/docker.pid" --host "unix://$dir/docker.sock" \
    --bridge=none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false \
    ${1:+--storage-driver="$1"} >"$dir/log" 2>&1 </dev/null &
  local pid=$!
  for _ in $(seq 300); do
    if docker --host "unix://$dir/docker.sock" version >/dev/null 2>&1; then
      say "up, pid $(pid_in "$dir/docker.pid"), $(docker --host "unix://$dir/docker.sock" info -f '{{.ServerVersion}} on {{.Driver}}')"
      return 0
    fi
    alive $pid || return 1
    sleep 0.1
  done
  kill $pid 2>/dev/null || true
  gone $pid 10 || kill -9 $pid 2>/dev/null || true
  return 1
}

stop() {
  local engine containerd
  engine=$(pid_in "$dir/docker.pid") containerd=$(pid_in "$dir/run/containerd/containerd.pid")
  if alive "$engine"; then
    kill "$engine"
    gone "$engine" 30 || { kill -9 "$engine" 2>/dev/null || true; gone "$engine" 5 || true; }
  fi
  # dockerd ends its containerd, unless it had no time to.
  if alive "$containerd"; then
    kill "$containerd" 2>/dev/null || true
    gone "$containerd" 10 || kill -9 "$containerd" 2>/dev/null || true
  fi
  if awk -v d="$dir/" 'index($5, d) == 1 { found = 1 } END { exit !found }' /proc/self/mountinfo; then
    die "mounts below $dir are left; not removing it"
  fi
  rm -rf --one-file-system "$dir"
}

if [ "$verb" = down ]; then
  [ -d "$dir" ] || exit 0
  # A mistyped folder is not removed.
  if [ ! -e "$dir/log" ] || [ ! -d "$dir/data" ]; then die "$dir is not an engine's folder"; fi
  stop
  exit 0
fi
command -v dockerd >/dev/null || die "dockerd is missing: scripts/setup.sh docker"
mkdir -p "$dir"
start "" || { say "trying again with copies instead of overlays"; start vfs; } || {
  grep -E 'level=(error|fatal)|failed' "$dir/log" | tail -n 5 >&2
  die "dockerd does not come up; its last complaints are above, all of them in $dir/log"
}
