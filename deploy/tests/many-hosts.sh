#!/usr/bin/env bash
# Tries deploy/many-hosts with real processes on hosts that are network namespaces: HAProxy, two application hosts, a
# PostgreSQL primary and its standby, and clients outside. Needs root and Debian; takes about 2 minutes.
#   BUILT=DIRECTORY many-hosts.sh     the build of brigade and recipe-worker; .build/release if it is not set
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/scripts/setup.sh"
. "$root/deploy/tests/hosts.sh"
. "$root/deploy/tests/work.sh"
. "$root/deploy/tests/postgres-pair.sh"
install haproxy postgresql iproute2 iptables python3 curl socat

BUILT=$(cd "${BUILT:-$root/.build/release}" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/many-hosts.XXXXXX")
chmod 755 "$work"
database_password=$(head -c 12 /dev/urandom | base64 | tr '+/' 'ab')
replication_password=$(head -c 12 /dev/urandom | base64 | tr '+/' 'ab')
database_url="postgresql://recipes:$database_password@db1,db2/recipes?target_session_attrs=read-write"
load() { python3 "$root/deploy/tests/many-hosts-load.py" "$@"; }

declare -A masters=()
clean_up() {
    local status=$?
    for master in "${masters[@]}"; do kill -KILL "$master" 2>/dev/null || true; done
    hosts_down
    [ $status != 0 ] || rm -rf "$work"
}
trap clean_up EXIT

# app_start NAME: starts the server of an application host, as the deployment does: the migration ran before.
app_start() {
    start "$1" "$work/$1.log" env DATABASE_URL="$database_url" "$work/$1/brigade" serve --bind 0.0.0.0:8001 --workers 2 \
        --no-prestart --shutdown-delay 5s --control "$work/$1/control.sock" --chdir "$work/$1"
    masters[$1]=$!
    until_true 20 "$1 does not get ready" app_ready "$1"
}
app_ready() { on "$1" curl -fsS --max-time 1 http://127.0.0.1:8001/health/ready; }
app_not_ready() { [ "$(on "$1" curl -sS --max-time 3 -o /dev/null -w '%{http_code}' http://127.0.0.1:8001/health/ready)" = 503 ]; }
gone() { ! kill -0 "$1"; }
workers() { pgrep -P "${masters[$1]}" | sort | tr '\n' ' '; }
# app_stop NAME: stops it as an operator does.
app_stop() {
    on "$1" "$work/$1/brigade" stop --wait --control "$work/$1/control.sock" >"$work/stop.log" 2>&1 || fail "$1 does not stop"
    wait "${masters[$1]}" || fail "$1 ended with exit code $?"
    unset "masters[$1]"
}

# in_rotation NAME STATUS: whether HAProxy says UP, DOWN or DRAIN of a host, for reads and for writes.
in_rotation() {
    on edge curl -fsS 'http://127.0.0.1:8404/;csv' | awk -F, -v name="$1" -v status="$2" \
        '($1 == "reads" || $1 == "writes") && $2 == name && $18 == status { found++ } END { exit found != 2 }'
}
# rotation STATUS NAME...: waits until HAProxy says so of each.
rotation() { local name; for name in "${@:2}"; do until_true 15 "HAProxy does not say that $name is $1" in_rotation "$name" "$1"; done; }

now() { date +%s.%N; }
phase() { echo "--- $*"; }
# passed [LIMIT...]: how the requests ended since the last time. Without limits, none may have failed.
passed() {
    local to; to=$(now)
    kill -0 "$clients" 2>/dev/null || fail "the clients ended: see $work/clients.log"
    load check "$work/requests" "$checked" "$to" "$@" || fail "too many requests failed, or took too long"
    checked=$to
}
checked=0
# served: waits until each client has had an answer, so that what is checked is never nothing.
served() { load back "$work/requests" "$(now)" >/dev/null || fail "the clients are not served"; }
# serve_for SECONDS: lets the clients work on in the state that was reached.
serve_for() { sleep "$1"; }

phase "two application hosts, HAProxy, a primary and its standby"
hosts_up outside=10.77.0.2 edge=10.77.0.10 app1=10.77.0.11 app2=10.77.0.12 db1=10.77.0.21 db2=10.77.0.22
postgres_primary db1
postgres_standby db2 db1
for app in app1 app2; do
    mkdir "$work/$app"
    cp "$BUILT/brigade" "$BUILT/recipe-worker" "$work/$app"
done
on app1 env DATABASE_URL="$database_url" "$work/app1/recipe-worker" prestart >"$work/migration.log" 2>&1 || fail "the migration"
app_start app1
app_start app2
start edge "$work/haproxy.log" env HAPROXY_SOCKET="$work/haproxy.sock" haproxy -db -f "$root/deploy/many-hosts/haproxy.cfg"
masters[edge]=$!
rotation UP app1 app2
start outside "$work/clients.log" python3 "$root/deploy/tests/many-hosts-load.py" run http://edge:8080 "$work/requests"
clients=$!
masters[outside]=$clients
until_true 20 "no client starts" test -s "$work/requests"
served
passed

phase "an application host is cut off: HAProxy takes it out; healed, it serves again"
unplug app1
rotation DOWN app1
serve_for 3
plug app1
rotation UP app1
served
# A POST of each client may have been on its way. A GET waits 3 s for an acknowledgement, and goes to the other host.
passed --failed-posts 2 --slowest 5.5

phase "an application host is killed: master and workers"
read -ra pids <<<"${masters[app1]} $(workers app1)"
kill -KILL "${pids[@]}"
wait "${masters[app1]}" 2>/dev/null || true
rotation DOWN app1
app_start app1
rotation UP app1
passed --failed-posts 2

phase "an application host gets a new build by HUP"
before=$(workers app2)
cp "$BUILT/recipe-worker" "$work/app2/recipe-worker.new" && mv "$work/app2/recipe-worker.new" "$work/app2/recipe-worker"
on app2 "$work/app2/brigade" reload --wait --control "$work/app2/control.sock" >"$work/reload.log" 2>&1 || fail "the reload"
for pid in $before; do until_true 40 "worker $pid of the old build does not end" gone "$pid"; done
for pid in $(workers app2); do
    [ "$(stat -L -c %i "/proc/$pid/exe")" = "$(stat -c %i "$work/app2/recipe-worker")" ] || fail "worker $pid is of the old build"
done
served
passed

phase "an application host gets a new brigade by a stop and a start"
app_stop app2
cp "$BUILT/brigade" "$work/app2/brigade.new" && mv "$work/app2/brigade.new" "$work/app2/brigade"
app_start app2
rotation UP app2
passed

phase "an application host is taken out by hand"
on edge socat - "UNIX-CONNECT:$work/haproxy.sock" <<<'set server reads/app1 state drain' >/dev/null
rotation DRAIN app1
served
on edge socat - "UNIX-CONNECT:$work/haproxy.sock" <<<'set server reads/app1 state ready' >/dev/null
rotation UP app1
passed

phase "an application host loses the database only: not ready, and HAProxy takes it out"
separate app1 db1 db2
until_true 15 "app1 stays ready without a database" app_not_ready app1
rotation DOWN app1
serve_for 2
reunite app1
rotation UP app1
passed --failed-posts 10

phase "primary and standby lose each other: reads go on, writes wait; reunited, they are there again"
separate db2 db1
until_true 15 "the primary does not notice" not_synchronous db1
serve_for 2
reunite db2
until_true 15 "the standby does not come back" synchronous db1
served
rotation UP app1 app2
passed --failed-posts 8

phase "the primary is killed, and the standby promoted, but not before"
for old in db1 db3; do
    ! as_postgres db2 "$work/db2/promote.sh" "$old" >"$work/promote.log" 2>&1 || fail "promoted, although $old may be the primary"
done
killed=$(now)
as_postgres db1 pg_ctl -D "$work/db1/data" -m immediate stop >/dev/null
as_postgres db2 "$work/db2/promote.sh" db1 >"$work/promote.log" 2>&1 || fail "the promotion"
load back "$work/requests" "$killed" || fail "the application does not find the new primary"
rotation UP app1 app2
passed --outage "$killed"

phase "the old primary returns as the standby"
rm -rf "$work/db1/data"
postgres_standby db1 db2
passed

phase "the new primary loses its standby, and then every host: what it alone has stored was not acknowledged"
separate db2 db1
serve_for 8 # longer than the application waits for a commit
unplugged=$(now)
unplug db2
reunite db2
as_postgres db1 "$work/db1/promote.sh" db2 >"$work/promote.log" 2>&1 || fail "the second promotion"
load back "$work/requests" "$unplugged" || fail "the application does not find the primary"
as_postgres db2 pg_ctl -D "$work/db2/data" -m immediate stop >/dev/null
rotation UP app1 app2
# Before, POST of each client waited in vain for the standby, twice.
passed --outage "$unplugged" --failed-posts 6

phase "afterwards no request fails"
serve_for 3
served
passed

echo "--- the account"
kill -TERM "$clients"
wait "$clients" || fail "the clients: see $work/clients.log"
sql db1 'SELECT id, label FROM recipe ORDER BY id' recipes >"$work/rows"
load account "$work/requests" "$work/rows" || fail "the account"
for app in app1 app2; do app_stop "$app"; done
echo "--- many hosts: all well"
