# build_fastapi: installs FastAPI and its servers into bench/.build/fastapi. If it fails, they are skipped.
# shellcheck shell=bash

# quietly NAME COMMAND...: a build step of a peer. If it fails, the peer is skipped.
quietly() {
    local what=$1
    shift
    if ! "$@" >"$built/$what.log" 2>&1; then
        say "$what is skipped: its build failed, see bench/.build/$what.log"
        return 1
    fi
}

build_fastapi() {
    local key
    key=$(cat ../reference/requirements.txt peers/fastapi/requirements.txt | sha256sum)
    [ "$(cat "$built/fastapi/complete" 2>/dev/null)" != "$key" ] || return 0
    say "installing FastAPI, gunicorn and granian into bench/.build/fastapi"
    quietly fastapi python3 -m venv --clear "$built/fastapi" || return 0
    quietly fastapi "$built/fastapi/bin/pip" install --disable-pip-version-check -r peers/fastapi/requirements.txt ||
        return 0
    echo "$key" >"$built/fastapi/complete"
}
