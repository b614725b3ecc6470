# Functions of many-hosts.sh: PostgreSQL on two hosts, a primary and its standby, with the settings that deploy/many-hosts
# has for them. Needs hosts.sh, $work, a directory that the user postgres can reach, $database_password and
# $replication_password.
# shellcheck shell=bash

postgres_programs=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1)
many_hosts=$(cd "$(dirname "${BASH_SOURCE[0]}")/../many-hosts" && pwd)
postgres_port=5432

# as_postgres NAME COMMAND...: runs a command on that host as the user postgres, for its own server.
as_postgres() {
    on "$1" runuser -u postgres -- env -C / PATH="$postgres_programs:$PATH" PGHOST="$work/$1" PGPORT="$postgres_port" \
        PGPASSFILE="$work/$1/pgpass" "${@:2}"
}
# sql NAME STATEMENT [DATABASE]: what the server of that host answers, without decoration.
sql() { as_postgres "$1" psql -XqtA -v ON_ERROR_STOP=1 -d "${3:-postgres}" -c "$2"; }

# postgres_own_settings NAME: what the server of that host has beside deploy/many-hosts/postgresql/brigade.conf.
postgres_own_settings() {
    printf "%s = '%s'\n" cluster_name "$1" unix_socket_directories "$work/$1"
    printf "include = '%s'\n" "$work/$1/brigade.conf"
}
# postgres_folder NAME: a folder for the server of that host, with the files of deploy/many-hosts.
postgres_folder() {
    command install -d -o postgres -m 700 "$work/$1"
    command install -o postgres -m 644 /dev/null "$work/$1.log"
    command install -o postgres -m 755 -t "$work/$1" "$many_hosts/postgresql/brigade.conf" \
        "$many_hosts/postgresql/pg_hba.conf" "$many_hosts/promote.sh"
    # Both servers ask the other one for the log, so either can be the standby.
    command install -o postgres -m 600 /dev/stdin "$work/$1/pgpass" <<<"*:*:*:replicator:$replication_password"
}
postgres_start() { as_postgres "$1" pg_ctl -D "$work/$1/data" -w -t 30 -l "$work/$1.log" start >/dev/null; }

# postgres_primary NAME: makes a primary with the database and the users of the application. Its commits do not wait yet:
# there is no standby.
postgres_primary() {
    postgres_folder "$1"
    as_postgres "$1" initdb -D "$work/$1/data" -A peer --locale=C.UTF-8 >/dev/null
    postgres_own_settings "$1" >>"$work/$1/data/postgresql.conf"
    command install -o postgres -m 600 "$work/$1/pg_hba.conf" "$work/$1/data/pg_hba.conf"
    echo "synchronous_standby_names = ''" >>"$work/$1/data/postgresql.auto.conf"
    postgres_start "$1"
    sql "$1" "CREATE ROLE recipes LOGIN PASSWORD '$database_password'"
    sql "$1" "CREATE ROLE replicator LOGIN REPLICATION PASSWORD '$replication_password'"
    sql "$1" "CREATE DATABASE recipes OWNER recipes ENCODING 'UTF8'"
}

# postgres_standby NAME PRIMARY: copies the primary, follows it, and lets its commits wait for the standby.
postgres_standby() {
    postgres_folder "$1"
    as_postgres "$1" pg_basebackup -h "$2" -U replicator -D "$work/$1/data" -R -X stream -C -S "$1" --checkpoint=fast
    # What the copied configuration says last counts.
    postgres_own_settings "$1" >>"$work/$1/data/postgresql.conf"
    postgres_start "$1"
    sql "$2" 'ALTER SYSTEM RESET synchronous_standby_names'
    sql "$2" 'SELECT pg_reload_conf()' >/dev/null
    until_true 20 "$1 does not follow $2" synchronous "$2"
}
# synchronous NAME: whether the commits of that primary wait for its standby.
synchronous() { [ "$(sql "$1" "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')")" = 1 ]; }
not_synchronous() { ! synchronous "$1"; }
