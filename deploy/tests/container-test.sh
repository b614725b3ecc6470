#!/usr/bin/env bash
# Builds the image and tests it: it starts, serves, reloads under requests, and stops cleanly.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=brigade-test-$$ tag=localhost/brigade-test
podman() { command podman --runtime=/usr/sbin/runc "$@"; }
fail() { echo "FAILED: $*" >&2; podman logs "$name" >&2 || true; exit 1; }

"$here/container.sh" build "$here/../.." "$tag"
trap 'podman rm -f -t 0 "$name" >/dev/null 2>&1 || true' EXIT
# The network of the host, on a free port of loopback.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# With no more rights than deploy/many-hosts/kubernetes gives it.
"$here/container.sh" run "$tag" "$name" --read-only --read-only-tmpfs=false --cap-drop=ALL --security-opt=no-new-privileges \
    --network=host -e "BIND=127.0.0.1:$port" -e WEB_CONCURRENCY=2 >/dev/null
url=http://127.0.0.1:$port

echo "--- it serves, as a user without rights"
curl -fsS --retry 60 --retry-delay 1 --retry-connrefused "$url/health/ready" >/dev/null || fail "it does not serve"
curl -fsS "$url/api/v1/recipes/1" | grep 'Chicken Vesuvio' >/dev/null || fail "no recipe"
[ "$(podman exec "$name" id -u)" = 10001 ] || fail "the wrong user"
curl -fsS "$url/docs" | grep 'src="docs/assets/swagger-ui-bundle.js"' >/dev/null || fail "/docs needs the internet"
curl -fsS -o /dev/null "$url/docs/assets/swagger-ui-bundle.js" || fail "Swagger UI is not there"

echo "--- reload under requests"
( for _ in $(seq 200); do curl -fsS -o /dev/null "$url/api/v1/recipes/2" || echo lost; done ) >"/tmp/$name.lost" 2>&1 &
load=$!
podman kill -s HUP "$name" >/dev/null
for _ in $(seq 300); do podman logs "$name" 2>&1 | grep 'reload complete' >/dev/null && break; sleep 0.2; done
podman logs "$name" 2>&1 | grep 'reload complete' >/dev/null || fail "the reload does not end"
wait "$load"
[ ! -s "/tmp/$name.lost" ] || fail "requests were lost: $(sort "/tmp/$name.lost" | uniq -c)"
rm -f "/tmp/$name.lost"

echo "--- stop: TERM reaches the master, exit 0"
podman stop -t 30 "$name" >/dev/null
[ "$(podman inspect -f '{{.State.ExitCode}}' "$name")" = 0 ] || fail "exit code"
echo "--- container: all well"
