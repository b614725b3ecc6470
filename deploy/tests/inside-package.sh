#!/usr/bin/env bash
# Tests deploy/install.sh and the Debian package. Runs inside the machine that systemd.sh boots, with the repository at
# /opt/brigade, and the packages that package-test.sh has made in its .build/packages.
set -euo pipefail
fail() { echo "FAILED: $*" >&2; systemctl status brigade --no-pager >&2 || true; journalctl -b -u brigade --no-pager -n 50 >&2; exit 1; }
property() { systemctl show -P "$1" brigade.service; }
workers() { pgrep -P "$(property MainPID)" | sort | tr '\n' ' '; }
serves() { curl -fsS --retry 20 --retry-delay 1 --retry-all-errors http://127.0.0.1:8001/api/v1/recipes/1 | grep 'Chicken Vesuvio' >/dev/null || fail "it does not serve"; }
# under_load COMMAND...: no request that is sent meanwhile is lost, and all workers are new. The master stays.
under_load() {
    local before main load
    before=$(workers) main=$(property MainPID)
    rm -f /tmp/enough
    (while [ ! -e /tmp/enough ]; do curl -fsS -o /dev/null http://127.0.0.1:8001/api/v1/recipes/2 || echo lost; echo sent >>/tmp/sent; done) >/tmp/lost 2>&1 &
    load=$!
    "$@" || fail "$*"
    touch /tmp/enough
    wait "$load"
    [ ! -s /tmp/lost ] || fail "$*: requests were lost: $(sort /tmp/lost | uniq -c)"
    [ "$(property MainPID)" = "$main" ] || fail "$*: the master is another process"
    # The last one may still drain.
    for pid in $before; do
        for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || continue 2; sleep 0.1; done
        fail "$*: worker $pid is still there"
    done
}
is_gone() { local path; for path; do [ ! -e "$path" ] && [ ! -L "$path" ] || fail "$path is still there"; done; }
is_there() { local path; for path; do [ -e "$path" ] || fail "$path is gone"; done; }
inode() { stat -L -c %i "$1"; }
# What an earlier test has left.
systemctl stop brigade.socket brigade.service 2>/dev/null || true
rm -rf /usr/local/bin/{brigade,recipe-worker,brigade-backup} /etc/default/brigade* /etc/systemd/system/brigade* /var/lib/{,private/}brigade
dpkg --purge brigade >/dev/null 2>&1 || true
systemctl daemon-reload
built=/tmp/built
mkdir -p "$built"
cp "/opt/brigade/.build/$BUILD/brigade" "/opt/brigade/.build/$BUILD/recipe-worker" "$built"
installer() { /opt/brigade/deploy/install.sh --build "$built" "$@"; }

echo "--- install.sh: what cannot work changes nothing"
echo 'WEB_CONCURRENCY=many' >/etc/default/brigade
! installer 2>/tmp/out || fail "invalid settings are accepted"
grep "invalid value 'many'" /tmp/out >/dev/null || fail "$(cat /tmp/out)"
is_gone /usr/local/bin/brigade /etc/systemd/system/brigade.service
rm /etc/default/brigade

echo "--- install.sh: it serves, and will at each boot"
installer 2>/dev/null || fail "install"
serves
[ "$(systemctl is-enabled brigade)" = enabled ] || fail "not enabled"
[ "$(stat -c %a /etc/default/brigade)" = 644 ] || fail "the mode of the settings"

echo "--- install.sh again: settings stay, nothing changes"
echo 'WEB_CONCURRENCY=2' >>/etc/default/brigade
systemctl reload brigade
before=$(workers)
installer 2>&1 | grep 'nothing has changed' >/dev/null || fail "something has changed"
[ "$(workers)" = "$before" ] || fail "the workers have been replaced"
grep -x 'WEB_CONCURRENCY=2' /etc/default/brigade >/dev/null || fail "the settings are overwritten"

echo "--- install.sh of other executables under load: first another worker, then both"
printf 'another worker' >>"$built/recipe-worker"
under_load installer 2>/dev/null
printf 'another master' >>"$built/brigade"
printf 'and another worker' >>"$built/recipe-worker"
under_load installer 2>/dev/null
[ "$(inode "/proc/$(property MainPID)/exe")" = "$(inode /usr/local/bin/brigade)" ] || fail "the master runs the old file"

echo "--- an executable that cannot take over: the service goes on"
before=$(workers)
mv /usr/local/bin/brigade /tmp/brigade.good
printf '#!/bin/sh\nexit 1\n' | install -m 755 /dev/stdin /usr/local/bin/brigade
! /usr/local/lib/brigade/upgrade /usr/local/bin/brigade 2>/tmp/out || fail "a script is a server"
grep 'not been upgraded.*upgrade failed' /tmp/out >/dev/null || fail "no reason: $(cat /tmp/out)"
[ "$(workers)" = "$before" ] || fail "the workers have been replaced"
serves
mv /tmp/brigade.good /usr/local/bin/brigade

echo "--- install.sh --uninstall keeps settings and data, --purge does not"
installer --uninstall 2>/dev/null || fail "uninstall"
is_gone /usr/local/bin/brigade /usr/local/bin/recipe-worker /usr/local/lib/brigade /etc/systemd/system/brigade.service \
    /etc/systemd/system/multi-user.target.wants/brigade.service
is_there /etc/default/brigade /var/lib/brigade/recipes.db
! pgrep -f 'brigade serve|recipe-worker' || fail "somebody is left"
installer --purge 2>/dev/null || fail "purge"
installer --purge 2>/dev/null || fail "purge when nothing is there"
is_gone /etc/default/brigade /var/lib/brigade /var/lib/private/brigade

echo "--- install.sh --socket --docs: the first request starts the service, and /docs needs no internet"
mkdir -p /tmp/docs
for file in swagger-ui-bundle.js swagger-ui.css redoc.standalone.js; do echo "/* $file */" >"/tmp/docs/$file"; done
installer --socket --docs /tmp/docs 2>/dev/null || fail "install --socket"
[ "$(property ActiveState)" = inactive ] || fail "it is started already"
serves
curl -fsS http://127.0.0.1:8001/docs/assets/swagger-ui.css | grep -F '/* swagger-ui.css */' >/dev/null || fail "no Swagger UI"
systemctl stop brigade.service 2>/dev/null
installer 2>&1 | grep 'brigade.socket listens' >/dev/null || fail "install again"
[ "$(systemctl is-enabled brigade.service)" = disabled ] || fail "install again: enabled beside the socket"
installer --purge 2>/dev/null || fail "purge"

old=$(echo /opt/brigade/.build/packages/brigade_*-1_*.deb) new=$(echo /opt/brigade/.build/packages/brigade_*-2_*.deb)
echo "--- package: installed, it serves, and will at each boot"
dpkg -i "$old" >/dev/null || fail "dpkg -i"
serves
[ "$(systemctl is-enabled brigade)" = enabled ] || fail "not enabled"
echo 'WEB_CONCURRENCY=2' >>/etc/default/brigade
systemctl reload brigade || fail "reload"
[ "$(workers | wc -w)" = 2 ] || fail "workers: $(workers)"

echo "--- package: its executables are stripped, and a worker's stacks have the names of functions"
worker=$(workers | cut -d' ' -f1)
kill -ABRT "$worker"
for _ in $(seq 100); do journalctl -b -u brigade --no-pager | grep "worker exited: killed by SIGABRT.*pid=$worker" >/dev/null && break; sleep 0.1; done
for name in brigade_accept '\$s7Serving'; do
    grep " $name[^ ]*+[0-9]* in recipe-worker" <(journalctl -b -u brigade --no-pager "_PID=$worker") >/dev/null || fail "no $name in the stacks"
done

echo "--- package: upgraded and downgraded under load, in place; the settings stay"
under_load dpkg -i "$new" >/dev/null 2>&1
[ "$(inode "/proc/$(property MainPID)/exe")" = "$(inode /usr/bin/brigade)" ] || fail "the master runs the old file"
dpkg-query -W -f '${Version}\n' brigade | grep -- '-2$' >/dev/null || fail "not upgraded"
under_load dpkg -i "$old" >/dev/null 2>&1
[ "$(inode "/proc/$(property MainPID)/exe")" = "$(inode /usr/bin/brigade)" ] || fail "the master runs the file of the new package"
grep -x 'WEB_CONCURRENCY=2' /etc/default/brigade >/dev/null || fail "the settings are overwritten"

echo "--- package: a service that was stopped and disabled stays so"
systemctl disable --quiet --now brigade
dpkg -i "$new" >/dev/null || fail "dpkg -i"
[ "$(property ActiveState)" = inactive ] || fail "it runs"
[ "$(systemctl is-enabled brigade || true)" = disabled ] || fail "it is enabled"
systemctl enable --quiet --now brigade

echo "--- package: removed, the data and settings stay; purged, they go"
echo 'SECRET=x' >/etc/default/brigade.secrets
dpkg --remove brigade >/dev/null 2>&1 || fail "remove"
! pgrep -f 'brigade serve|recipe-worker' || fail "somebody is left"
is_gone /usr/bin/brigade /usr/lib/brigade /usr/lib/systemd/system/brigade.service
is_there /etc/default/brigade /var/lib/brigade/recipes.db
dpkg --purge brigade >/dev/null 2>&1 || fail "purge"
is_gone /etc/default/brigade /etc/default/brigade.secrets /var/lib/brigade /var/lib/private/brigade \
    /etc/systemd/system/multi-user.target.wants/brigade.service
echo "--- the commands of the docs"
cd /opt/brigade
python3 Tests/Documents/sessions.py systemd || fail "a command of the docs (above)"
echo "--- install.sh and the package: all well; $(wc -l </tmp/sent) requests were sent meanwhile"
