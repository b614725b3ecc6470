# Sourced by run.sh, prestart.sh, test.sh and .ci/run: the machine's set-up and the build, said aloud.
# shellcheck shell=bash

say() { printf '==> %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# install PACKAGE...: what is missing of these Debian packages, by apt when we may, else the command to run.
install() {
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "this is no Debian or Ubuntu: if something is missing below, install the counterparts of: $*"
        return
    fi
    local package missing=() sudo=()
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    local command="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        sudo=(sudo)
        [ -t 0 ] || sudo=(sudo -n) # without a terminal nobody can give a password
        { command -v sudo >/dev/null && "${sudo[@]}" true; } ||
            die "these packages are missing: ${missing[*]}. Install them, then start again: sudo sh -c '$command'"
    fi
    say "installing ${missing[*]}"
    local log
    log=$(mktemp)
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive sh -c "$command" >"$log" 2>&1 ||
        { tail -n 20 "$log" >&2; die "apt-get failed (above); this was: $command"; }
    rm -f "$log"
}

# What a build needs beside Swift: the headers of SQLite and zlib, and pkg-config to find them.
set_up_build() {
    command -v swift >/dev/null ||
        die "Swift 6.2 or newer is needed and 'swift' is not on the PATH: see https://www.swift.org/install/linux"
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    case $version in
    [0-5].* | 6.[01]) die "Swift 6.2 or newer is needed; this is Swift $version: see https://www.swift.org/install/linux" ;;
    esac
    install git ca-certificates pkg-config libc6-dev libsqlite3-dev zlib1g-dev
}

# build_release: brigade and recipe-worker, which then need no Swift on the machine where they run.
build_release() {
    local product
    if [ ! -x .build/release/brigade ] || [ ! -x .build/release/recipe-worker ]; then
        say "building (the first time takes 5 to 10 minutes on two cores; later ones take seconds)"
    fi
    for product in brigade recipe-worker; do
        say "building $product"
        swift build -c release --static-swift-stdlib --product "$product" >&2 ||
            die "the build of $product failed (above)"
    done
}
