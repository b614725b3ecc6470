#!/usr/bin/env bash
# Copies brigade and recipe-worker without what only a debugger needs.
#   deploy/strip.sh BUILD FOLDER     from BUILD, such as .build/release, to FOLDER; their debug information to FOLDER/debug
# The names of functions stay: a worker that crashes or is stuck writes its stacks with them, without any tool. For files
# and lines, give an address of such a stack to `addr2line -e FOLDER/debug/recipe-worker.debug 0x123c185`.
set -euo pipefail
if [ $# -ne 2 ] || [ "$1" = --help ]; then
    sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2
    exit 1
fi
build=$1 folder=$2
names=$(mktemp)
trap 'rm -f "$names"' EXIT
mkdir -p "$folder/debug"
for program in brigade recipe-worker; do
    nm --defined-only "$build/$program" | sed -n 's/^[0-9a-f]* [tTwW] \([^ ]*\)$/\1/p' >"$names"
    objcopy --only-keep-debug "$build/$program" "$folder/debug/$program.debug"
    chmod 644 "$folder/debug/$program.debug"
    objcopy --strip-all --keep-symbols="$names" --add-gnu-debuglink="$folder/debug/$program.debug" \
        "$build/$program" "$folder/$program"
done
