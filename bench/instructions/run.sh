#!/usr/bin/env bash
# Counts the instructions that a request takes in the worker, by valgrind, and compares them with what was won before.
#   bench/instructions/run.sh            fails when a figure is more than 5 % above the one in `thresholds`
#   bench/instructions/run.sh --write    takes the figures over into `thresholds`
# BUILT names the folder of the built recipe-worker; it is .build/release, built when it is not there.
# A count says nothing of system calls and caches, but it is the same on a machine that is busy with other things.
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$folder/../.."
. scripts/setup.sh

write=false
for argument in "$@"; do
    case $argument in
    --write) write=true ;;
    -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$folder/run.sh" && exit ;;
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
# Valgrind would read the debugging information at each start, for as long as all the rest takes.
objcopy --strip-debug "$BUILT/recipe-worker" "$work/recipe-worker"

say "counting instructions"
"$folder/count.py" "$work/recipe-worker" | tee "$work/counts"
if $write; then
    { grep '^#' "$folder/thresholds" || true; } >"$work/thresholds"
    cat "$work/counts" >>"$work/thresholds"
    cp "$work/thresholds" "$folder/thresholds"
    say "written to bench/instructions/thresholds"
    exit
fi

status=0
while read -r name known; do
    count=$(awk -v name="$name" '$1 == name { print $2 }' "$work/counts")
    [ -n "$count" ] || die "thresholds names $name, which nobody counts"
    percent=$((count * 100 - known * 100))
    if [ $percent -gt $((known * 5)) ]; then
        say "$name takes $count instructions, and took $known: more than 5 % more"
        status=1
    elif [ $percent -lt $((known * -5)) ]; then
        say "$name takes $count instructions, and took $known; keep what was won: bench/instructions/run.sh --write"
    fi
done < <(grep -v '^#' "$folder/thresholds")
exit $status
