# Functions of tests that run real processes in a folder of their own, $work, with a log of each.
# shellcheck shell=bash

fail() {
    local log
    for log in "$work"/*.log; do printf '\n== %s\n' "$log"; tail -n 25 "$log"; done >&2
    printf '\nFAILED: %s\nThe logs are in %s\n' "$*" "$work" >&2
    exit 1
}
# until_true SECONDS WHAT COMMAND...: waits until the command succeeds; WHAT is the mistake if it does not.
until_true() {
    local end=$((SECONDS + $1))
    until "${@:3}" >/dev/null 2>&1; do
        [ $SECONDS -le "$end" ] || fail "$2, for $1 s"
        sleep 0.1
    done
}
