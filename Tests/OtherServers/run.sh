#!/usr/bin/env bash
# Compares docs/from-gunicorn.md and docs/from-fastapi.md with gunicorn and uvicorn, from PyPI.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
. scripts/setup.sh
install python3 python3-venv
built=$root/.build/other-servers requirements=Tests/OtherServers/requirements.txt
if [ "$(cat "$built/complete" 2>/dev/null)" != "$(sha256sum <"$requirements")" ]; then
    say "installing gunicorn and uvicorn from PyPI into .build/other-servers"
    python3 -m venv --clear "$built"
    "$built/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
    sha256sum <"$requirements" >"$built/complete"
fi
exec "$built/bin/python" Tests/OtherServers/compare.py
