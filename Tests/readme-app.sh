#!/usr/bin/env bash
# The application of the README, as somebody else would write it: a package of its own that depends on this one. It is
# built, started by `brigade serve --worker`, and asked.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Kept between runs, so that only the first one builds the dependencies.
folder=$root/.build/readme-app
mkdir -p "$folder/Sources/to-do"
sed -n '/^```swift$/,/^```$/p' "$root/README.md" | sed '/^```/d' >"$folder/Sources/to-do/main.swift"
cat >"$folder/Package.swift" <<EOF
// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "to-do",
    dependencies: [.package(name: "brigade", path: "$root")],
    targets: [
        .executableTarget(
            name: "to-do",
            dependencies: [.product(name: "Serving", package: "brigade"), .product(name: "Endpoints", package: "brigade")],
            swiftSettings: [.swiftLanguageMode(.v6)])
    ]
)
EOF
swift build --package-path "$folder" >&2

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$root/.build/debug/brigade" serve --bind "127.0.0.1:$port" --workers 1 --worker "$folder/.build/debug/to-do" \
    >"$folder/log" 2>&1 &
master=$!
trap 'kill -KILL $master 2>/dev/null || true' EXIT
fail() { echo "FAILED: $*" >&2; cat "$folder/log" >&2; exit 1; }
ask() { curl -sS --retry 30 --retry-delay 1 --retry-connrefused "http://127.0.0.1:$port$1" "${@:2}"; }

[ "$(ask /health/ready)" = '{"status":"ok"}' ] || fail "not ready"
[ "$(ask /tasks/ -H 'content-type: application/json' -d '{"title":"Buy rice"}')" = '{"title":"Buy rice","done":false}' ] ||
    fail "a task cannot be added"
[ "$(ask '/tasks/?limit=5')" = '{"tasks":[{"title":"Buy rice","done":false}]}' ] || fail "the task is not listed"
[ "$(ask /tasks/7)" = '{"detail":"There is no task 7"}' ] || fail "no 404"
ask '/tasks/?limit=-1' | grep greater_than_equal >/dev/null || fail "no validation"
ask /openapi.json | grep '"operationId":"add_task_tasks__post"' >/dev/null || fail "no document"
kill -TERM "$master"
wait "$master" || fail "exit code $?"
echo "--- the README's application: all well"
