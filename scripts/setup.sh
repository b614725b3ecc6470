# Sourced by run.sh, prestart.sh, test.sh and .ci/run: the machine's set-up and the build, said aloud.
# shellcheck shell=bash

say() { printf '==> %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# usage: what stands at the head of the script that was started, which is in this folder.
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "${0##*/}"; }

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

# What a build needs: Swift, what Swift itself needs, and the headers of SQLite and zlib with pkg-config to find them.
set_up_build() {
    command -v swift >/dev/null ||
        die "Swift 6.2 or newer is needed and 'swift' is not on the PATH: see https://www.swift.org/install/linux"
    local needed=(git ca-certificates pkg-config binutils libc6-dev libsqlite3-dev zlib1g-dev)
    # The headers and libraries of C++ have the compiler's version in their packages' names, which g++ knows.
    compgen -G '/usr/include/c++/*/vector' >/dev/null || needed+=(g++)
    # Its own shared libraries, where Swift was unpacked from an archive and nothing else is there.
    swift build --version >/dev/null 2>&1 || needed+=(libcurl4-openssl-dev libxml2 libncurses6 libedit2 tzdata)
    install "${needed[@]}"
    local version
    version=$(swift --version 2>&1) || die "'swift --version' fails: $version"
    version=$(sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' <<<"$version" | head -n 1)
    case $version in
    [0-5].* | 6.[01]) die "Swift 6.2 or newer is needed; this is Swift $version: see https://www.swift.org/install/linux" ;;
    esac
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
