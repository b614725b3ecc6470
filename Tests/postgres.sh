#!/usr/bin/env bash
# A PostgreSQL server of its own for tests, on 127.0.0.1 and a free port, with its data in DIRECTORY.
#   Tests/postgres.sh run [DIRECTORY]      starts it, prints "URL DIRECTORY", and stops it when standard input ends.
#                                          Without a DIRECTORY it makes one, and removes it.
#   Tests/postgres.sh start DIRECTORY      starts it again, on the same port
#   Tests/postgres.sh stop DIRECTORY       connections end at once, and the server cleanly
#   Tests/postgres.sh kill DIRECTORY       kills all of its processes
#   Tests/postgres.sh pid DIRECTORY        prints the process ID of the postmaster
#   Tests/postgres.sh tls DIRECTORY        lets it accept TLS, with DIRECTORY/certificate.pem for 127.0.0.1
# The superuser is postgres, without a password. A role named "secured" needs one. It needs PostgreSQL 13 or newer
# (Debian: postgresql).
set -euo pipefail

die() { printf 'error: %s\n' "$*" >&2; exit 1; }

bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
[ -x "$bin/initdb" ] || bin=$(dirname "$(command -v initdb)") ||
    die "there is no PostgreSQL server: install it, for example by 'apt-get install postgresql'"

# The server refuses to run as root.
as_owner() {
    cd /
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

# The server must not keep descriptors of whoever runs this: they wait until those are closed.
start() (
    for descriptor in /proc/self/fd/*; do
        descriptor=${descriptor##*/}
        if [ "$descriptor" -gt 2 ]; then eval "exec $descriptor>&-"; fi
    done
    as_owner "$bin/pg_ctl" -D "$1/data" -l "$1/log" -w -t 60 start >/dev/null || { tail -n 20 "$1/log" >&2; exit 1; }
)

# With a free port.
make() {
    local directory=$1 attempt
    if [ "$(id -u)" = 0 ]; then chown postgres "$directory"; fi
    as_owner "$bin/initdb" -D "$directory/data" -A trust -U postgres --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
    sed -i '1i host all secured all scram-sha-256' "$directory/data/pg_hba.conf"
    cat >>"$directory/data/postgresql.conf" <<EOF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$directory'
max_connections = 50
shared_buffers = 32MB
include_if_exists = '$directory/settings.conf'
EOF
    for attempt in 1 2 3 4 5 6 7 8 9 10; do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        printf 'port = %s\n' "$port" >>"$directory/data/postgresql.conf"
        if start "$directory" 2>"$directory/start.log"; then return; fi
        grep -q 'in use' "$directory/log" || break
    done
    cat "$directory/start.log" >&2
    die "PostgreSQL does not start in $directory (attempt $attempt)"
}

# For 'run': the postmaster's children end with it.
finish() {
    as_owner "$bin/pg_ctl" -D "$1/data" -m immediate -t 60 stop >/dev/null 2>&1 || true
    [ "$2" = false ] || rm -rf "$1"
}

verb=${1:-}
case $verb in
run)
    temporary=false
    directory=${2:-}
    if [ -z "$directory" ]; then
        directory=$(mktemp -d -t brigade-postgres-XXXXXX)
        temporary=true
    fi
    mkdir -p "$directory"
    trap 'finish "$directory" $temporary' EXIT
    # Whoever runs this may be stopped by these; its input ends then.
    trap '' INT TERM HUP
    make "$directory"
    printf 'postgresql://postgres@127.0.0.1:%s/postgres %s\n' "$port" "$directory"
    cat >/dev/null
    ;;
start) start "${2:?}" ;;
stop) as_owner "$bin/pg_ctl" -D "${2:?}/data" -m fast -w -t 60 stop >/dev/null ;;
kill)
    postmaster=$(head -n 1 "${2:?}/data/postmaster.pid")
    # shellcheck disable=SC2046 # one word per process
    kill -KILL "$postmaster" $(ps -o pid= --ppid "$postmaster")
    while [ -d "/proc/$postmaster" ]; do sleep 0.05; done
    ;;
tls)
    directory=${2:?}
    as_owner openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$directory/key.pem" -out "$directory/certificate.pem" 2>/dev/null
    printf "ssl = on\nssl_cert_file = '%s'\nssl_key_file = '%s'\n" "$directory/certificate.pem" "$directory/key.pem" \
        >>"$directory/data/postgresql.conf"
    as_owner "$bin/pg_ctl" -D "$directory/data" reload >/dev/null
    ;;
pid) head -n 1 "${2:?}/data/postmaster.pid" ;;
*) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
esac
