# Functions of run.sh, prestart.sh, test.sh, .ci/run and other scripts: install packages, build, print messages.
# shellcheck shell=bash

say() { printf '==> %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# usage: prints the comment at the top of the running script, which must be in the working directory.
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "${0##*/}"; }

# install PACKAGE...: installs missing Debian packages with apt. Without root or sudo, it prints the command and stops.
install() {
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "this is not Debian or Ubuntu: if a step below fails, install the equivalents of: $*"
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
        [ -t 0 ] || sudo=(sudo -n) # without a terminal, nobody can enter a password
        { command -v sudo >/dev/null && "${sudo[@]}" true; } ||
            die "packages are missing: ${missing[*]}. Install them and try again: sudo sh -c '$command'"
    fi
    say "installing ${missing[*]}"
    local log
    log=$(mktemp)
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive sh -c "$command" >"$log" 2>&1 ||
        { tail -n 20 "$log" >&2; die "apt-get failed: see the output above; the command was: $command"; }
    rm -f "$log"
}

# set_up_build: checks that Swift is there; installs the libraries that Swift needs, SQLite, libpq (PostgreSQL), zlib and
# pkg-config.
set_up_build() {
    command -v swift >/dev/null ||
        die "'swift' is not on the PATH: install Swift 6.2 or newer, see https://www.swift.org/install/linux"
    local needed=(git ca-certificates pkg-config binutils libc6-dev libpq-dev libsqlite3-dev zlib1g-dev)
    # The package names of the C++ headers contain the compiler's version; g++ depends on the right ones.
    compgen -G '/usr/include/c++/*/vector' >/dev/null || needed+=(g++)
    # Shared libraries that Swift itself needs, if it was unpacked from an archive.
    swift build --version >/dev/null 2>&1 || needed+=(libcurl4-openssl-dev libxml2 libncurses6 libedit2 tzdata)
    install "${needed[@]}"
    local version
    version=$(swift --version 2>&1) || die "'swift --version' fails: $version"
    version=$(sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' <<<"$version" | head -n 1)
    case $version in
    [0-5].* | 6.[01]) die "Swift $version is too old: install Swift 6.2 or newer, see https://www.swift.org/install/linux" ;;
    esac
}

# set_up_prometheus: installs prometheus and promtool in .build/prometheus. They are taken out of Debian's package, which would
# start a server.
set_up_prometheus() {
    local folder=.build/prometheus
    if [ -x "$folder/prometheus" ] && [ -x "$folder/promtool" ]; then return; fi
    if ! command -v apt-get >/dev/null; then
        say "put prometheus and promtool into $folder to check the metrics with them"
        return
    fi
    say "fetching Prometheus into $folder"
    mkdir -p "$folder"
    (cd "$folder" && apt-get download -q prometheus >&2 && dpkg-deb --fsys-tarfile prometheus_*.deb |
        tar -x --strip-components=3 ./usr/bin && rm prometheus_*.deb) || die "Prometheus cannot be fetched"
}

# build_release: builds brigade and recipe-worker. They run on machines without Swift.
build_release() {
    local product
    if [ ! -x .build/release/brigade ] || [ ! -x .build/release/recipe-worker ]; then
        say "the first build takes 5 to 10 minutes on two cores; later builds take seconds"
    fi
    for product in brigade recipe-worker; do
        say "building $product"
        swift build -c release --static-swift-stdlib --product "$product" >&2 ||
            die "$product does not build: see the errors above"
    done
}
