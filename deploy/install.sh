#!/usr/bin/env bash
# Installs the server as a systemd service, from a built tree. Run again, it upgrades the service in place, and no request
# is lost. It checks everything before it changes anything, and prints what it changes.
#   deploy/install.sh [OPTION...]
#     --prefix DIR    where programs go (/usr/local)
#     --build DIR     the executables (.build/release); if deploy/strip.sh made them, they are smaller
#     --docs DIR      Swagger UI and ReDoc, downloaded by deploy/docs-assets.sh DIR; /docs then needs no internet
#     --socket        systemd holds the listening socket (brigade.socket); the first request starts the service
#     --no-start      do not enable and start the service
#     --destdir DIR   put the files below DIR, for a package; systemd is not told
#   deploy/install.sh --uninstall    stops the service and removes the files, but neither its data nor its settings
#   deploy/install.sh --purge        removes these too
# Settings are in /etc/default/brigade, which is never overwritten; data is in /var/lib/brigade.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
say() { printf '==> %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
value() { [ -n "${2:-}" ] || die "$1 needs a value"; printf %s "$2"; }

prefix=/usr/local build=$here/../.build/release docs='' destdir=${DESTDIR:-} socket=false start=true action=install
while [ $# -gt 0 ]; do
    case $1 in
    --prefix) prefix=$(value "$@") && shift ;;
    --build) build=$(value "$@") && shift ;;
    --docs) docs=$(value "$@") && shift ;;
    --destdir) destdir=$(value "$@") && shift ;;
    --socket) socket=true ;;
    --no-start) start=false ;;
    --uninstall | --purge) action=${1#--} ;;
    -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" && exit ;;
    *) die "unknown option $1; see deploy/install.sh --help" ;;
    esac
    shift
done

# Units of packages are below /usr; those of the administrator are in /etc.
units=/etc/systemd/system
[ "$prefix" != /usr ] || units=/usr/lib/systemd/system
settings=/etc/default/brigade data=/var/lib/brigade
programs=(brigade recipe-worker brigade-backup)
services=(brigade.service brigade.socket brigade-backup.service brigade-backup.timer)
is_live() { [ -z "$destdir" ]; }

check_machine() {
    [[ $prefix == /* ]] || die "--prefix must be an absolute path, not '$prefix'"
    is_live || return 0
    [ "$(id -u)" = 0 ] || die "run it as root, or give --destdir"
    [ -d /run/systemd/system ] || die "systemd does not run here; see docs/operating.md for containers, or give --destdir"
    [ "$prefix" = /usr ] || [ ! -e /usr/lib/systemd/system/brigade.service ] ||
        die "the Debian package of brigade is installed; upgrade it, or remove it first: apt-get remove brigade"
}

check_build() {
    local program missing errors
    build=$(realpath "$build")
    for program in brigade recipe-worker; do
        [ -x "$build/$program" ] || die "$build/$program is not there: build it with ./run.sh, or give --build"
        missing=$(ldd "$build/$program" | sed -n 's/^\s*\(\S*\) => not found/\1/p' | tr '\n' ' ')
        [ -z "$missing" ] || die "$program needs libraries that are not installed: $missing(Debian: libpq5 libsqlite3-0 libstdc++6 zlib1g)"
    done
    [ -z "$docs" ] || [ -f "$docs/swagger-ui-bundle.js" ] || die "$docs has no Swagger UI: run deploy/docs-assets.sh $docs"
    is_live && [ -e "$settings" ] || return 0
    # In the directory of the service, as relative paths start there.
    errors=$(cd "$data" 2>/dev/null || cd /tmp; env -i PATH="$PATH" BRIGADE_ENV_FILE="$settings" "$build/brigade" check --worker "$build/recipe-worker" 2>&1) ||
        die "this version does not take the settings in $settings: $errors"
}

# put MODE SOURCE TARGET: replaces the target at once, so that nobody runs half of it. A target that is the same stays.
put() {
    local target=$destdir$3
    if cmp -s "$2" "$target"; then return; fi
    install -D -m "$1" "$2" "$target.new"
    mv -f "$target.new" "$target"
    say "installed $3"
    changed+=("$3")
}

install_files() {
    local program name file
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    changed=()
    for program in brigade recipe-worker; do put 755 "$build/$program" "$prefix/bin/$program"; done
    put 755 "$here/backup.sh" "$prefix/bin/brigade-backup"
    put 755 "$here/upgrade.sh" "$prefix/lib/brigade/upgrade"
    for name in "${services[@]}"; do
        sed "s|/usr/local/|$prefix/|g" "$here/$name" >"$scratch/$name"
        put 644 "$scratch/$name" "$units/$name"
    done
    if [ -n "$docs" ]; then
        for file in "$docs"/*; do put 644 "$file" "$prefix/share/brigade/docs/${file##*/}"; done
    fi
    cp "$here/brigade.default" "$scratch/default"
    [ -z "$docs" ] || echo "DOCS_ASSETS=$prefix/share/brigade/docs" >>"$scratch/default"
    if [ ! -e "$destdir$settings" ]; then
        put 644 "$scratch/default" "$settings"
    elif [ -n "$docs" ] && ! grep -q '^DOCS_ASSETS=' "$destdir$settings"; then
        say "to serve the installed Swagger UI, add to $settings: DOCS_ASSETS=$prefix/share/brigade/docs"
    fi
}

# start_service: also lets a running one take over what has changed.
start_service() {
    systemctl daemon-reload
    local unit=brigade.service
    if $socket; then unit=brigade.socket; fi
    if systemctl --quiet is-active brigade.service; then
        if [[ " ${changed[*]} " == *" $units/brigade.service "* ]]; then
            say "the unit has changed; that takes effect with: systemctl restart brigade"
        fi
        if [ ${#changed[@]} = 0 ] && [ "/proc/$(systemctl show -P MainPID brigade)/exe" -ef "$prefix/bin/brigade" ]; then
            say "nothing has changed; brigade.service runs"
            return
        fi
        say "upgrading brigade.service in place"
        "$here/upgrade.sh" "$prefix/bin/brigade" || die "see journalctl -u brigade"
    elif systemctl --quiet is-active brigade.socket; then
        say "brigade.socket listens; the next request starts the service"
    elif $start; then
        say "starting $unit, now and at each boot"
        systemctl enable --quiet --now "$unit" || die "it does not start: see journalctl -u brigade"
    else
        say "to start it: systemctl enable --now $unit"
    fi
}

uninstall() {
    local name file
    if is_live; then
        say "stopping and disabling ${services[*]}"
        systemctl disable --quiet --now "${services[@]}" 2>/dev/null || true
        ! systemctl --quiet is-active brigade.service || die "brigade.service does not stop: see systemctl status brigade"
    fi
    for name in "${services[@]}"; do remove "$units/$name"; done
    for name in "${programs[@]}"; do remove "$prefix/bin/$name"; done
    remove "$prefix/lib/brigade"
    remove "$prefix/share/brigade"
    if [ "$action" = purge ]; then
        for file in "$settings" "$settings.secrets" "$data" /var/lib/private/brigade; do remove "$file"; done
    else
        say "kept: $settings, $data; deploy/install.sh --purge removes them"
    fi
    if is_live; then systemctl daemon-reload; fi
}
remove() {
    if [ -e "$destdir$1" ] || [ -L "$destdir$1" ]; then
        rm -rf -- "$destdir$1"
        say "removed $1"
    fi
}

check_machine
if [ "$action" != install ]; then
    uninstall
    exit
fi
check_build
install_files
if is_live; then start_service; fi
