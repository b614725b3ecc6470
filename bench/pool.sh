#!/usr/bin/env bash
# Measures the cost of the blocking pool: an empty handler on the pool, next to one on the event loop and the C loop.
#   bench/pool.sh            three rounds, half a minute after the build; fails if the median is above 3 × the C loop
# BUILT=DIRECTORY measures another build of faulty-worker. Without it, .build/release is built and used.
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
