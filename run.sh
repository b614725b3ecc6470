#!/usr/bin/env bash
# Sets everything up, builds, and serves the recipe API on http://127.0.0.1:8001 until TERM or Ctrl-C.
#   ./run.sh [FLAG...]      the flags are those of `brigade serve`, which lists them: ./run.sh --help
# HOST, PORT, WEB_CONCURRENCY, DATABASE_URL and REDDIT_BASE_URL are read from the environment, and so is every setting.
# On a terminal, a line for each request is printed too, unless --access-log or ACCESS_LOG says where it goes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/setup.sh

env_file=${BRIGADE_ENV_FILE:-} access_log=${ACCESS_LOG:-} previous=
for argument in "$@"; do
    case $argument in
    -h | --help)
        usage
        if [ -x .build/release/brigade ]; then exec .build/release/brigade help serve; fi
        say "once it is built, this lists the flags"
        exit
        ;;
    --access-log | --access-log=*) access_log=given ;;
    --env-file=*) env_file=${argument#*=} ;;
    esac
    if [ "$previous" = --env-file ]; then env_file=$argument; fi
    previous=$argument
done
if [ -t 1 ] && [ -z "$access_log" ] && ! { [ -n "$env_file" ] && grep -q '^[[:blank:]]*ACCESS_LOG=.' "$env_file" 2>/dev/null; }; then
    set -- "$@" --access-log -
fi

set_up_build
build_release
exec .build/release/brigade serve "$@"
