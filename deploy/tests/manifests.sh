#!/usr/bin/env bash
# Checks deploy/compose.yaml and deploy/many-hosts without a cluster: HAProxy's configuration by HAProxy, the Kubernetes
# manifests against the schemas of Kubernetes, Compose files against the Compose Specification, and what must agree.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
. scripts/setup.sh
install haproxy python3 python3-venv

built=$root/.build/manifests requirements=deploy/tests/manifests.txt
if [ "$(cat "$built/complete" 2>/dev/null)" != "$(sha256sum <"$requirements")" ]; then
    say "installing the schemas from PyPI into .build/manifests"
    python3 -m venv --clear "$built"
    "$built/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
    sha256sum <"$requirements" >"$built/complete"
fi

haproxy -c -q -f deploy/haproxy.cfg
haproxy -c -q -f deploy/many-hosts/haproxy.cfg
"$built/bin/check-jsonschema" --builtin-schema vendor.compose-spec deploy/compose.yaml deploy/many-hosts/compose.yaml
exec "$built/bin/python" deploy/tests/manifests.py
