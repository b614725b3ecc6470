#!/usr/bin/env bash
# Measures this server and its peers. Writes bench/results.json, results.md and results.svg (see bench/README.md).
#   bench/run.sh              every installed peer, 3 rounds: less than 10 minutes after the build
#   bench/run.sh --quick      one short round without the sweeps: less than 2 minutes
#   bench/run.sh --install    install the peers with apt first
#   bench/run.sh NAME...      only these peers, and the C loop: brigade gunicorn granian hyper go nginx node hummingbird
# BUILT=DIRECTORY measures another build of brigade and recipe-worker. --output DIRECTORY writes there, not to bench/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ../scripts/setup.sh
. ./fastapi.sh

all=(limit brigade gunicorn granian hyper go nginx node hummingbird)
arguments=() names=() install_peers=false
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage && exit ;;
    --quick) arguments+=(--quick) ;;
    --install) install_peers=true ;;
    --output)
        [ -d "${2:-}" ] || die "--output: '${2:-}' is not a directory"
        arguments+=(--output "$(cd "$2" && pwd)")
        shift
        ;;
    -*) die "unknown flag $1; see bench/run.sh --help" ;;
    *)
        [[ " ${all[*]} " == *" $1 "* ]] || die "unknown peer $1; the peers are ${all[*]}"
        names+=("$1")
        ;;
    esac
    shift
done
if [ ${#names[@]} -gt 0 ]; then names+=(limit); else names=("${all[@]}"); fi
wanted() { [[ " ${names[*]} " == *" $1 "* ]]; }
has() { command -v "$1" >/dev/null; }

build_hyper() {
    has cargo && [ -d /usr/share/cargo/registry ] || return 0
    # In its own directory, where cargo finds .cargo/config.toml.
    (cd peers/hyper && quietly hyper cargo build --release --offline --target-dir "$built/hyper") ||
        rm -f "$built/hyper/release/hyper-peer"
}

build_go() {
    has go || return 0
    GO111MODULE=off quietly go go build -o "$built/go-server" peers/go/main.go || rm -f "$built/go-server"
}

build_hummingbird() {
    [ -x "$built/hummingbird/release/hummingbird-server" ] ||
        say "building Hummingbird (the first time takes about 5 minutes)"
    quietly hummingbird swift build -c release --static-swift-stdlib --package-path peers/hummingbird-server \
        --scratch-path "$built/hummingbird" || rm -f "$built/hummingbird/release/hummingbird-server"
}

built=$PWD/.build
mkdir -p "$built"
if [ -z "${BUILT:-}" ] || wanted hummingbird; then set_up_build; fi
install gcc libc6-dev wrk python3 python3-venv
if $install_peers; then
    packages=(nginx-light librust-hyper-dev librust-tokio-dev)
    # These may be installed from other sources.
    has cargo || packages+=(cargo)
    has go || packages+=(golang-go)
    has node || packages+=(nodejs)
    install "${packages[@]}"
fi
if [ -z "${BUILT:-}" ]; then
    (cd .. && build_release)
    BUILT=$PWD/../.build/release
fi
BUILT=$(cd "$BUILT" && pwd)
[ -x "$BUILT/brigade" ] && [ -x "$BUILT/recipe-worker" ] || die "$BUILT has no brigade and recipe-worker"

say "building the peers"
gcc -std=gnu17 -O2 -Wall -Wextra -o "$built/limit" peers/limit.c
gcc -std=gnu17 -O2 -Wall -Wextra -o "$built/openloop" load/openloop.c
gcc -std=gnu17 -O2 -Wall -Wextra -o "$built/upstream" load/upstream.c
if wanted gunicorn || wanted granian; then build_fastapi; fi
for peer in hyper go hummingbird; do
    if wanted "$peer"; then "build_$peer"; fi
done

# The sweep needs 4000 connections on both sides.
ulimit -n "$(ulimit -H -n)" 2>/dev/null || true
export BUILT PYTHONDONTWRITEBYTECODE=1
exec python3 bench.py "${arguments[@]}" "${names[@]}"
