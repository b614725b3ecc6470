#!/usr/bin/env bash
# Tests the built server in Chromium, without internet access, and with Python packages from PyPI.
#   Tests/Web/run.sh           all tests
#   Tests/Web/run.sh ARG...    passes the arguments to pytest, such as test_pages.py or -k redoc
# BUILT=DIRECTORY tests another build of brigade and recipe-worker than the debug build. Screenshots: .build/web.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
. scripts/setup.sh
if [ "${1:-}" = --help ]; then cd Tests/Web && usage && exit; fi

built=$root/.build/web
export BUILT=${BUILT:-$root/.build/debug} WEB_OUTPUT=$built PYTHONDONTWRITEBYTECODE=1
[ -x "$BUILT/brigade" ] && [ -x "$BUILT/recipe-worker" ] || die "brigade and recipe-worker are not in $BUILT: build them first, with swift build"
install chromium chromium-driver fonts-dejavu-core openssl python3 python3-venv
mkdir -p "$built"

# once NAME FILE COMMAND...: runs the command if FILE has changed since it last succeeded.
once() {
    local complete=$built/$1.complete key
    key=$(sha256sum <"$2")
    [ "$(cat "$complete" 2>/dev/null)" != "$key" ] || return 0
    "${@:3}"
    echo "$key" >"$complete"
}
install_packages() {
    say "installing pytest, selenium, schemathesis and their dependencies into .build/web"
    python3 -m venv --clear "$built/environment"
    "$built/environment/bin/pip" install --quiet --disable-pip-version-check -r Tests/Web/requirements.txt
}
set_up_prometheus
export PROMETHEUS=$root/.build/prometheus
export DOCS_ASSETS=$built/docs-assets
once environment Tests/Web/requirements.txt install_packages
once docs-assets deploy/docs-assets.sh deploy/docs-assets.sh "$DOCS_ASSETS"

cd Tests/Web
exec "$built/environment/bin/python" -m pytest -p no:cacheprovider --tb=short "$@"
