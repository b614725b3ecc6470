#!/usr/bin/env bash
# Counts the worker's instructions per request with valgrind and compares them with `thresholds`.
#   bench/instructions/run.sh            fails if a count is more than 5 % above its threshold
#   bench/instructions/run.sh --write    writes the counts to `thresholds`
# BUILT=DIRECTORY measures another build of recipe-worker. Without it, .build/release is built and used.
# A count ignores system calls and caches, but it is the same on a busy machine.
set -euo pipefail
directory=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$directory/../.."
. scripts/setup.sh

write=false
for argument in "$@"; do
    case $argument in
    --write) write=true ;;
    -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$directory/run.sh" && exit ;;
    *) die "unknown flag $argument; see bench/instructions/run.sh --help" ;;
    esac
done

install valgrind python3 binutils
if [ -z "${BUILT:-}" ]; then
    set_up_build
    build_release
    BUILT=.build/release
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Reading the debug information would double the time that valgrind takes.
objcopy --strip-debug "$BUILT/recipe-worker" "$work/recipe-worker"

say "counting instructions"
"$directory/count.py" "$work/recipe-worker" | tee "$work/counts"
if $write; then
    { grep '^#' "$directory/thresholds" || true; } >"$work/thresholds"
    cat "$work/counts" >>"$work/thresholds"
    cp "$work/thresholds" "$directory/thresholds"
    say "wrote bench/instructions/thresholds"
    exit
fi

status=0
while read -r name known; do
    count=$(awk -v name="$name" '$1 == name { print $2 }' "$work/counts")
    [ -n "$count" ] || die "thresholds has $name, but count.py does not count it"
    percent=$((count * 100 - known * 100))
    if [ $percent -gt $((known * 5)) ]; then
        say "$name takes $count instructions, more than 5 % above the threshold of $known"
        status=1
    elif [ $percent -lt $((known * -5)) ]; then
        say "$name takes $count instructions, more than 5 % below the threshold of $known; lower it: bench/instructions/run.sh --write"
    fi
done < <(grep -v '^#' "$directory/thresholds")
exit $status
