#!/usr/bin/env bash
# Builds the image and tests it: it is small, starts without rights and with a read-only root, is healthy, serves, reloads under
# requests, and drains when it is stopped.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=brigade-test-$$ tag=localhost/brigade-test
export DISABLE_HC_SYSTEMD=true # there may be no systemd for the timer of the health check
podman() { command podman --runtime=/usr/sbin/runc "$@"; }
fail() { echo "FAILED: $*" >&2; podman logs "$name" >&2 || true; exit 1; }

"$here/container.sh" build "$here/../.." "$tag"
trap 'podman rm -f -v -t 0 "$name" >/dev/null 2>&1 || true' EXIT
# The network of the host, on a free port of loopback.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# With no more rights than deploy/many-hosts/kubernetes gives it.
"$here/container.sh" run "$tag" "$name" --read-only --read-only-tmpfs=false --cap-drop=ALL --security-opt=no-new-privileges \
    --network=host -e "BIND=127.0.0.1:$port" -e WEB_CONCURRENCY=2 >/dev/null
url=http://127.0.0.1:$port

echo "--- it serves, as a user without rights, from a root that nobody can write"
curl -fsS --retry 60 --retry-delay 1 --retry-connrefused "$url/health/ready" >/dev/null || fail "it does not serve"
curl -fsS "$url/api/v1/recipes/1" | grep 'Chicken Vesuvio' >/dev/null || fail "no recipe"
pid=$(podman inspect -f '{{.State.Pid}}' "$name")
grep -E '^Uid:\s+10001\s+10001\s+10001\s+10001$' "/proc/$pid/status" >/dev/null || fail "the wrong user"
[ "$(sed -n 's/^CapBnd:\t//p;s/^NoNewPrivs:\t//p' "/proc/$pid/status" | tr '\n' ' ')" = '0000000000000000 1 ' ] || fail "it has rights"
awk '$5 == "/" { print $6 }' "/proc/$pid/mountinfo" | grep -E '^ro(,|$)' >/dev/null || fail "the root can be written"
for program in sh bash apt-get; do
    [ -z "$(find "/proc/$pid/root/usr/bin" "/proc/$pid/root/usr/sbin" "/proc/$pid/root/usr/local/bin" -name "$program")" ] || fail "it has $program"
done

echo "--- it is healthy, and small"
podman healthcheck run "$name" >/dev/null || fail "not healthy"
[ "$(podman inspect -f '{{.State.Healthcheck.Status}}' "$name")" = healthy ] || fail "not called healthy"
size=$(podman image inspect -f '{{.Size}}' "$tag")
echo "$((size / 1000000)) MB"
[ "$size" -lt 170000000 ] || fail "it is not small"

echo "--- the docs need no internet"
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

echo "--- stop: TERM reaches the master, requests are served to the end, exit 0"
# Refused (7) is right, once it has closed its socket; everything else would be a lost request.
( while :; do curl -fsS -o /dev/null "$url/api/v1/recipes/2" || { echo $? && break; }; done ) >"/tmp/$name.end" 2>/dev/null &
load=$!
podman stop -t 30 "$name" >/dev/null
wait "$load"
[ "$(cat "/tmp/$name.end")" = 7 ] || fail "a request ended with curl's $(cat "/tmp/$name.end")"
rm -f "/tmp/$name.end"
[ "$(podman inspect -f '{{.State.ExitCode}}' "$name")" = 0 ] || fail "exit code"

echo "--- Compose starts it, and it is healthy"
. "$here/../../scripts/setup.sh"
install python3-venv
built=$here/../../.build/compose
[ -x "$built/bin/podman-compose" ] ||
    { python3 -m venv "$built" && "$built/bin/pip" install --quiet --disable-pip-version-check podman-compose==1.6.0; }
work=$(mktemp -d)
printf '#!/bin/sh\nexec podman --runtime=/usr/sbin/runc "$@"\n' | command install -m 755 /dev/stdin "$work/podman"
sed "s|image: brigade\$|image: $tag|; s|127.0.0.1:8001:|127.0.0.1:$port:|; /127.0.0.1:9001:/d" "$here/../compose.yaml" >"$work/compose.yaml"
compose() {
    "$built/bin/podman-compose" --podman-path "$work/podman" --project-name "$name" --file "$work/compose.yaml" \
        --podman-run-args='--ulimit nofile=20000:20000 --ulimit nproc=4096:4096' "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }
}
trap 'podman rm -f -v -t 0 "$name" >/dev/null 2>&1 || true; compose down --volumes || true; rm -rf "$work"' EXIT
compose up --detach --no-build || fail "Compose does not start it"
curl -fsS --retry 60 --retry-delay 1 --retry-all-errors "$url/api/v1/recipes/1" | grep 'Chicken Vesuvio' >/dev/null || fail "no recipe"
container=${name}_brigade_1
podman healthcheck run "$container" >/dev/null || fail "not healthy: $(podman logs "$container" 2>&1)"
podman exec "$container" brigade status | grep 'serving: ' >/dev/null || fail "no status"
podman rm -f -v -t 20 "$container" >/dev/null
compose down --volumes || fail "Compose does not stop it"
echo "--- container: all well"
