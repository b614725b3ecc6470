#!/usr/bin/env bash
# Sets everything up, builds, and serves the recipe API on http://127.0.0.1:8001 until TERM or Ctrl-C.
# Flags are those of `brigade serve` (./run.sh --help); HOST, PORT, WEB_CONCURRENCY, DATABASE_URL and REDDIT_BASE_URL
# are read from the environment.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/setup.sh
set_up_build
build_release
exec .build/release/brigade serve "$@"
