#!/usr/bin/env bash
# Examples/, as somebody else would write them: a package that depends on this one. They are built, started by
# `brigade serve --worker`, and asked. The first of them is also the program of the README.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$(mktemp -d)
master=
trap 'kill -KILL $master 2>/dev/null || true; rm -rf "$folder"' EXIT
fail() { echo "FAILED: $*" >&2; cat "$folder/log" >&2; exit 1; }

sed -n '/^```swift$/,/^```$/p' "$root/README.md" | sed '/^```/d' | diff - "$root/Examples/First/main.swift" >&2 ||
    { echo "FAILED: the program of the README is not that of Examples/First (above)" >&2; exit 1; }
swift build --package-path "$root/Examples" >&2

# serve EXAMPLE WORKERS
serve() {
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    (cd "$folder" && exec "$root/.build/debug/brigade" serve --bind "127.0.0.1:$port" --workers "$2" \
        --worker "$root/Examples/.build/debug/$1") >"$folder/log" 2>&1 &
    master=$!
    expect '{"status":"ok"}' /health/ready
}
ask() { curl -sS --retry 30 --retry-delay 1 --retry-connrefused "http://127.0.0.1:$port$1" "${@:2}"; }
# expect PART TARGET...: the part stands in the answer.
expect() {
    local answer
    answer=$(ask "${@:2}") || fail "no answer to ${*:2}"
    [[ $answer == *"$1"* ]] || fail "${*:2}: '$1' expected, and this came: $answer"
}
stop() {
    kill -TERM "$master"
    wait "$master" || fail "exit code $?"
    master=
}
json=(-H 'content-type: application/json')

serve first 1
expect '{"title":"Buy rice","done":false}' /tasks/ "${json[@]}" -d '{"title":"Buy rice"}'
expect '{"tasks":[{"title":"Buy rice","done":false}]}' '/tasks/?limit=5'
expect '{"detail":"There is no task 7"}' /tasks/7
expect '"type":"greater_than_equal"' '/tasks/?limit=-1'
expect '"operationId":"add_task_tasks__post"' /openapi.json
stop

serve to-do 2
expect '{"id":1,"title":"Buy rice","priority":"high","done":false}' \
    /tasks/ "${json[@]}" -H 'X-User: ann' -d '{"title":"Buy rice","priority":"high"}'
expect '"done":true' /tasks/1/done -X PUT -H 'X-User: ann'
expect '{"detail":"You have no such task"}' /tasks/1/done -X PUT -H 'X-User: bob'
expect '[{"id":1' '/tasks/?done=yes' -H 'X-User: ann'
expect '[]' '/tasks/?done=no' -H 'X-User: ann'
expect '"loc":["header","x-user"]' '/tasks/?limit=0'
expect '"loc":["query","limit"]' '/tasks/?limit=0'
expect "Input should be 'low', 'normal' or 'high'" \
    /tasks/ "${json[@]}" -H 'X-User: ann' -d '{"title":"x","priority":"top"}'
stop
echo "--- the examples: all well"
