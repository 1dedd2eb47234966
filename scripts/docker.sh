#!/usr/bin/env bash
# Builds the container image and shows that it works. Uses the Docker engine that
# answers; where none does, root gets one for the time of the run, from Debian's
# package, in a folder of its own (scripts/docker-engine.sh).
#
#   scripts/docker.sh [--debian SUITE] [build] [bench] [pair] [ports]
#
# Default: all four, of the image `mire` on Debian 12 (bookworm) and of `mire:trixie`
# on Debian 13; --debian bookworm or trixie: of one of the two.
#
#   build   the base images where they are missing, then the image
#   bench   mire bench --profile quick in it; the report goes to out/docker-SUITE
#   pair    docker/compose.yaml: generator and engine, memif between them
#   ports   every kind of port with exactly the flags docker/README.md gives it
#
# Exit code 77, with the reason: no engine here and none can be had.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/go.sh
suites=(bookworm trixie)
case ${1:-}:${2:-} in
  --debian:bookworm | --debian:trixie) suites=("$2"); shift 2 ;;
esac
[ $# -gt 0 ] || set -- build bench pair ports
for step in "$@"; do
  case $step in build | bench | pair | ports) ;; *) sed -n '2,/^set /p' "$0" | sed -n 's/^# \{0,1\}//p'; exit 2 ;; esac
done
say() { printf 'docker: %s\n' "$*"; }
die() { echo "docker: $*" >&2; exit 1; }
skip() { echo "docker: skipped: $*" >&2; exit 77; }

own=            # folder of the engine started here
cleanups=()     # what the steps leave behind, last first
cleanup() {
  local i
  trap - EXIT INT TERM
  for ((i = ${#cleanups[@]} - 1; i >= 0; i--)); do eval "${cleanups[i]}" >/dev/null 2>&1 || true; done
  [ -z "$own" ] || scripts/docker-engine.sh down "$own" || true
}
trap cleanup EXIT
trap 'exit 130' INT TERM

engine() {
  if command -v docker >/dev/null && docker version >/dev/null 2>&1; then
    say "using the engine that answers, $(docker version -f '{{.Server.Version}}')"
    return
  fi
  [ "$(id -u)" = 0 ] || skip "no Docker engine answers, and starting one needs root"
  unshare --mount true 2>/dev/null || skip "no Docker engine answers, and this machine refuses the mount namespaces one needs"
  scripts/setup.sh docker || skip "no Docker engine answers, and its package cannot be had"
  own=$(mktemp -d /tmp/mire-docker.XXXXXX)
  scripts/docker-engine.sh up "$own" || die "the engine did not start"
  export DOCKER_HOST=unix://$own/docker.sock
}

# What modules and packages are fetched with on this machine, where that is not
# the default.
build_args() {
  local v value
  for v in GOPROXY GOSUMDB GONOSUMDB; do
    value=$(go env -changed "$v" 2>/dev/null | sed "s/^$v='\(.*\)'\$/\1/") || true
    [ -z "$value" ] || printf '%s\n' --build-arg "$v=$value"
  done
  for v in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [ -z "${!v:-}" ] || printf '%s\n' --build-arg "$v"
  done
}

build() {
  local args network=()
  scripts/base-images.sh --debian "$suite"
  mapfile -t args < <(build_args)
  # An engine of our own has no bridge: its builds use the machine's network.
  [ -z "$own" ] || network=(--network host)
  say "building the image (two minutes on two CPUs) ..."
  local log
  log=$(mktemp)
  cleanups+=("rm -f '$log'")
  if [ -t 1 ]; then
    docker build "${network[@]}" "${args[@]}" --build-arg DEBIAN="$suite" --build-arg REVISION="$(revision)" -t "$MIRE_IMAGE" -f docker/Dockerfile .
  else
    docker build "${network[@]}" "${args[@]}" --build-arg DEBIAN="$suite" --build-arg REVISION="$(revision)" -t "$MIRE_IMAGE" -f docker/Dockerfile . >"$log" 2>&1 ||
      { tail -n 40 "$log" >&2; die "docker build failed; the lines above say why"; }
  fi
  say "image $MIRE_IMAGE: $(docker image inspect -f '{{.Size}}' "$MIRE_IMAGE" | awk '{ printf "%.0f MB", $1 / 1e6 }'), runs as $(docker image inspect -f '{{.Config.User}}' "$MIRE_IMAGE")"
  # Both spellings of a command, without one privilege.
  local version
  version=$(strict "$MIRE_IMAGE" version --json) || die "the image does not run"
  [ "$(strict "$MIRE_IMAGE" mire version --json)" = "$version" ] || die "a leading word mire is not understood"
  [ "$(jq -r '.revision // ""' <<<"$version")" = "$(revision)" ] || die "the image does not know what it was built from: $version"
  say "$version"
}
revision() { git rev-parse HEAD 2>/dev/null || true; }

# strict runs a container with nothing: no network, no capability, no new
# privilege, a root it cannot write. Further flags come before the image.
strict() {
  docker run --rm --network none --cap-drop ALL --security-opt no-new-privileges --read-only \
    --tmpfs /run:mode=1777 --tmpfs /tmp:mode=1777 --tmpfs /var/lib/mire:mode=1777 "$@"
}

bench() {
  local out=out/docker-$suite
  rm -rf "$out"
  mkdir -p "$out"
  say "mire bench --profile quick in the container (about a minute) ..."
  strict --user "$(id -u):$(id -g)" --cap-add SYS_NICE -v "$PWD/$out:/out" "$MIRE_IMAGE" bench --profile quick --out /out
  jq -e '.results | length > 0 and all(.[]; .mpps > 0)' "$out/result.json" >/dev/null ||
    die "$out/result.json has no results"
  say "$(jq -r '.results | length' "$out/result.json") results in $out/result.json"
}

compose() {
  if docker compose version >/dev/null 2>&1; then docker compose -p mire-pair -f docker/compose.yaml "$@"
  else docker-compose -p mire-pair -f docker/compose.yaml "$@"; fi
}

pair() {
  if ! docker compose version >/dev/null 2>&1 && ! command -v docker-compose >/dev/null; then
    die "no docker compose here: scripts/setup.sh docker"
  fi
  cleanups+=("compose down -v --timeout 5")
  compose up -d 2>&1 | sed 's/^/  /'
  local status='' engine generator
  engine=$(compose ps -q engine) generator=$(compose ps -q generator)
  for _ in $(seq 60); do
    status=$(docker exec "$engine" mire show tarpit --json 2>/dev/null || true)
    [ "$(jq -r '.answers.synack // 0' <<<"${status:-null}" 2>/dev/null || echo 0)" = 0 ] || break
    sleep 0.5
  done
  jq -e '.answers.synack > 0' <<<"${status:-null}" >/dev/null ||
    { compose logs --tail 20 >&2; die "the engine answered no SYN within 30 s; both logs are above"; }
  sleep 3
  docker stop --time 10 "$generator" >/dev/null
  # Its exit code says whether it kept its rate, which is not asked here.
  local report
  report=$(docker logs "$generator" 2>&1)
  sed 's/^/  /' <<<"$report"
  grep -q '^SYN-ACK' <<<"$report" || die "the generator reports no SYN-ACK"
  say "pair: $(docker exec "$engine" mire show tarpit --json | jq -r '.answers | to_entries | map(select(.value > 0) | "\(.value) \(.key)") | join(", ")') answered over memif"
  compose down -v --timeout 5 >/dev/null 2>&1
}

ports() {
  if [ "$(id -u)" = 0 ]; then scripts/docker-ports.sh
  else say "ports: skipped: network namespaces need root"; fi
}

engine
for suite in "${suites[@]}"; do
  MIRE_IMAGE=mire
  [ "$suite" = bookworm ] || MIRE_IMAGE=mire:$suite
  export MIRE_IMAGE
  for step in "$@"; do
    began=$SECONDS
    $step
    say "$suite: $step took $((SECONDS - began)) s"
  done
done
