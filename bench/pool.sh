#!/usr/bin/env bash
# What the way to the blocking pool and back costs: an empty handler that blocks, beside one on the loop and the C loop.
#   bench/pool.sh            three rounds, half a minute once all is built; fails when the median is above 3 × the C loop
# BUILT names the folder of a built faulty-worker; it is .build/release, built when it is not there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ../scripts/setup.sh
if [ $# -gt 0 ]; then usage && exit; fi

built=$PWD/.build
mkdir -p "$built"
install gcc libc6-dev wrk python3
if [ -z "${BUILT:-}" ]; then
    set_up_build
    (cd .. && swift build -c release --product faulty-worker >&2)
    BUILT=$PWD/../.build/release
fi
BUILT=$(cd "$BUILT" && pwd)
[ -x "$BUILT/faulty-worker" ] || die "$BUILT has no faulty-worker"
gcc -std=gnu17 -O2 -Wall -Wextra -o "$built/limit" peers/limit.c
export BUILT PYTHONDONTWRITEBYTECODE=1
exec python3 pool.py
