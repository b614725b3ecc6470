#!/usr/bin/env bash
# Measures what the database costs: reads next to the C loop, searches in tables of 1,000 and 1,000,000 recipes, durable
# writes, reads while 1,000 writes wait for a lock; the same recipe from PostgreSQL. FastAPI is measured beside them.
#   bench/data.sh            about 5 minutes after the build; prints tables in Markdown
# BUILT=DIRECTORY measures another build of brigade and recipe-worker. Without it, .build/release is built and used.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ../scripts/setup.sh
if [ $# -gt 0 ]; then usage && exit; fi

built=$PWD/.build
mkdir -p "$built"
install gcc libc6-dev wrk python3 python3-venv postgresql
if [ -z "${BUILT:-}" ]; then
    set_up_build
    (cd .. && build_release)
    BUILT=$PWD/../.build/release
fi
BUILT=$(cd "$BUILT" && pwd)
[ -x "$BUILT/brigade" ] && [ -x "$BUILT/recipe-worker" ] || die "$BUILT has no brigade and recipe-worker"
gcc -std=gnu17 -O2 -Wall -Wextra -o "$built/limit" peers/limit.c
. ./fastapi.sh
build_fastapi

# The server ends when its standard input does.
coproc postgres { ../Tests/postgres.sh run; }
read -r POSTGRES_URL _ <&"${postgres[0]}"
export BUILT POSTGRES_URL PYTHONDONTWRITEBYTECODE=1
python3 data.py
