#!/usr/bin/env bash
# Runs nginx and HAProxy with the configurations of deploy/ in front of a server, over TCP and over a unix socket, and loses no
# request: neither by 20 reloads and an upgrade, nor when idle connections to the server end. Then the PROXY protocol of
# HAProxy. Checks the Caddyfile. Needs root and Debian; takes about 40 seconds.
#   BUILT=DIRECTORY proxies.sh     the build of brigade and recipe-worker; .build/release if it is not set
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/scripts/setup.sh"
. "$root/deploy/tests/work.sh"
install nginx-light haproxy caddy python3 curl

BUILT=$(cd "${BUILT:-$root/.build/release}" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/proxies.XXXXXX")
# The proxies run as other users, and reach the socket by the default of --socket-mode.
chmod 755 "$work"
processes=()
clean_up() {
    local status=$?
    kill -TERM "${processes[@]}" 2>/dev/null || true
    wait
    [ $status != 0 ] || rm -rf "$work"
}
trap clean_up EXIT
# run LOG COMMAND...: in the background, until the end of this script.
run() { "${@:2}" >>"$work/$1.log" 2>&1 & processes+=($!); }
# stop_all: the server last, so that no request is cut.
stop_all() {
    local index
    for ((index = ${#processes[@]} - 1; index >= 0; index--)); do
        kill -TERM "${processes[index]}"
        wait "${processes[index]}" || [ $? = 143 ] || fail "a process ended with exit code $?"
    done
    processes=()
}
reloads() { [ "$(grep -c "reload complete" "$work/server.log")" = "$1" ]; }
free_ports() {
    python3 -c 'import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(s.getsockname()[1] for s in sockets))' "$1"
}
read -r tcp nginx_tcp nginx_unix haproxy_tcp haproxy_unix header1 header2 <<<"$(free_ports 7)"
socket=$work/http.sock

# serve FLAG...: starts the server.
serve() {
    : >"$work/server.log"
    run server env DATABASE_URL="sqlite:///$work/recipes.db" "$BUILT/brigade" serve --workers 2 --chdir "$work" \
        --worker "$BUILT/recipe-worker" --bind "127.0.0.1:$tcp" --bind "unix:$socket" --control "$work/control.sock" "$@"
    until_true 30 "the server is not ready" grep -q "ready: 2 workers" "$work/server.log"
}
control() { "$BUILT/brigade" "$1" --wait --control "$work/control.sock" "${@:2}" >>"$work/control.log" 2>&1; }

# nginx_site NAME PORT SERVER: the shipped configuration with that port and that server.
nginx_site() {
    sed -e "s/upstream brigade/upstream $1/; s/http:\/\/brigade;/http:\/\/$1;/; s/listen 8080/listen 127.0.0.1:$2/" \
        -e "s|server 127.0.0.1:8001;.*|server $3;|; s/keepalive_timeout 60s/keepalive_timeout $idle/" \
        "$root/deploy/nginx.conf" >"$work/$1.nginx"
    grep -q "server $3;" "$work/$1.nginx" && grep -q "keepalive_timeout $idle" "$work/$1.nginx" ||
        fail "deploy/nginx.conf has other lines than this test replaces"
}
# start_nginx: how long it keeps idle connections to the server is in $idle.
start_nginx() {
    nginx_site tcp "$nginx_tcp" "127.0.0.1:$tcp"
    nginx_site unix "$nginx_unix" "unix:$socket"
    mkdir -p "$work/nginx"
    cat >"$work/nginx.conf" <<END
user www-data;
worker_processes 2;
pid $work/nginx/pid;
events {}
http {
    access_log off;
    client_body_temp_path $work/nginx/body;
    proxy_temp_path $work/nginx/proxy;
    fastcgi_temp_path $work/nginx/fastcgi;
    uwsgi_temp_path $work/nginx/uwsgi;
    scgi_temp_path $work/nginx/scgi;
    include $work/tcp.nginx;
    include $work/unix.nginx;
}
END
    run nginx nginx -p "$work/nginx" -c "$work/nginx.conf" -e stderr -g 'daemon off;'
    answers "$nginx_tcp" nginx
    answers "$nginx_unix" nginx
}
# haproxy_site NAME PORT SERVER [FLAG...]: the same for HAProxy, which runs as a user of its own.
haproxy_site() {
    sed -e "s/bind 127.0.0.1:8080/bind 127.0.0.1:$2/; s|server brigade1 127.0.0.1:8001|server brigade1 $3|" \
        -e "s/^global/global\n    user haproxy\n    group haproxy/" -e "s/pool-purge-delay 5s/pool-purge-delay $idle ${*:4}/" \
        "$root/deploy/haproxy.cfg" >"$work/$1.haproxy"
    grep -q "server brigade1 $3 check .* $idle ${*:4}" "$work/$1.haproxy" ||
        fail "deploy/haproxy.cfg has other lines than this test replaces"
    run "$1" haproxy -W -db -f "$work/$1.haproxy"
    answers "$2" HAProxy
}
answers() { until_true 20 "$2 does not answer" curl -fsS "http://127.0.0.1:$1/health/ready"; }

# load NAME SECONDS_BETWEEN_REQUESTS CLIENTS [FLAG]: starts the clients of the four proxies.
load() {
    rm -f "$work/over"
    python3 "$root/deploy/tests/proxies-load.py" "nginx-tcp=$nginx_tcp" "nginx-unix=$nginx_unix" \
        "haproxy-tcp=$haproxy_tcp" "haproxy-unix=$haproxy_unix" --pause "$2" --clients "$3" --until "$work/over" "${@:4}" \
        >"$work/$1.log" 2>&1 &
    clients=$!
}
# counted NAME: ends them; no request may have failed.
counted() {
    touch "$work/over"
    wait "$clients" || fail "requests failed: $1"
    sed "s/^/    /" "$work/$1.log"
}

say "checking the configurations"
nginx_version=$(nginx -v 2>&1) haproxy_version=$(haproxy -v | sed -n 1p)
echo "    $nginx_version, $haproxy_version, Caddy $(caddy version)"
caddy validate --config "$root/deploy/Caddyfile" --adapter caddyfile >"$work/caddy.log" 2>&1 || fail "the Caddyfile is invalid"

# has_client PORT: whether the access log names the client of a proxy by its own address, whatever the client says.
has_client() {
    curl -fsS --interface 127.0.0.2 -H 'X-Forwarded-For: 192.0.2.66' -H 'Forwarded: for=192.0.2.67' \
        "http://127.0.0.1:$1/api/v1/recipes/1?$1" >"$work/answer.log" || fail "no answer through port $1"
    until_true 10 "the access log does not have the client of port $1" \
        grep -q "^127.0.0.2 .*/api/v1/recipes/1?$1 " "$work/access.log"
}

say "20 reloads and an upgrade under load"
serve --access-log "$work/access.log"
idle=60s start_nginx
idle=5s haproxy_site haproxy-tcp "$haproxy_tcp" "127.0.0.1:$tcp"
idle=5s haproxy_site haproxy-unix "$haproxy_unix" "unix@$socket"
[ "$(ps -o user= -C nginx | sort -u | grep -c www-data)" = 1 ] || fail "nginx has no worker of another user"
load reloads 0.001 3
for _ in $(seq 20); do control reload || fail "a reload failed"; done
reloads 20 || fail "the log does not have 20 reloads"
kill -USR2 "${processes[0]}"
until_true 30 "the upgrade does not complete" grep -q "upgrade complete" "$work/server.log"
until_true 30 "the upgrade replaces no worker" reloads 21
counted reloads
for port in "$nginx_tcp" "$nginx_unix" "$haproxy_tcp" "$haproxy_unix"; do has_client "$port"; done
stop_all

say "idle connections to the server end: the proxy closes them first"
serve --keep-alive 3s
idle=1s start_nginx
idle=1s haproxy_site haproxy-tcp "$haproxy_tcp" "127.0.0.1:$tcp"
idle=1s haproxy_site haproxy-unix "$haproxy_unix" "unix@$socket"
load proxy-first 1 16
sleep 10
counted proxy-first
stop_all

say "idle connections to the server end: the server closes them first"
serve --keep-alive 1s
idle=60s start_nginx
idle=60s haproxy_site haproxy-tcp "$haproxy_tcp" "127.0.0.1:$tcp"
idle=60s haproxy_site haproxy-unix "$haproxy_unix" "unix@$socket"
# A request can be on its way when the server closes. Proxies repeat it only if it changes nothing.
load server-first 1 16 --posts-may-fail
sleep 10
counted server-first
stop_all

say "the PROXY protocol"
serve --proxy-protocol --access-log "$work/access.log"
idle=5s haproxy_site header1 "$header1" "127.0.0.1:$tcp" send-proxy check-send-proxy
idle=5s haproxy_site header2 "$header2" "unix@$socket" send-proxy-v2 check-send-proxy
for port in "$header1" "$header2"; do has_client "$port"; done
! curl -sS "http://127.0.0.1:$tcp/health/live" >"$work/answer.log" 2>&1 || fail "a connection without the header is served"
curl -fsS --haproxy-protocol "http://127.0.0.1:$tcp/health/live" >"$work/answer.log" || fail "curl's header is refused"
stop_all
