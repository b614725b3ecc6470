#!/usr/bin/env bash
# Installs what is missing, builds, and serves the recipe API on http://127.0.0.1:8001 until SIGTERM or Ctrl-C.
#   ./run.sh [FLAG...]      accepts the flags of `brigade serve`; ./run.sh --help lists them
# Every setting can also be given in the environment, such as HOST, PORT, WEB_CONCURRENCY and DATABASE_URL.
# On a terminal it prints the access log too, unless --access-log or ACCESS_LOG names another place.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/setup.sh

env_file=${BRIGADE_ENV_FILE:-} access_log=${ACCESS_LOG:-} previous=
for argument in "$@"; do
    case $argument in
    -h | --help)
        usage
        if [ -x .build/release/brigade ]; then exec .build/release/brigade help serve; fi
        say "the flags are listed here after the first build: ./run.sh"
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
