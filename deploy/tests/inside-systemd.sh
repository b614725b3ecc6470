#!/usr/bin/env bash
# Tests the units. Runs inside the machine that systemd.sh boots, with the repository at /opt/brigade.
set -euo pipefail
# Of this boot only: the tree may have been booted before.
log() { journalctl -b -u brigade --no-pager "$@"; }
fail() { echo "FAILED: $*" >&2; systemctl status brigade --no-pager >&2 || true; log -n 50 >&2; exit 1; }
property() { systemctl show -P "$1" brigade.service; }
workers() { pgrep -P "$(property MainPID)" | sort | tr '\n' ' '; }
# wait_for TEXT [N]: waits until the log has the text N times.
wait_for() {
    for _ in $(seq 300); do [ "$(log | grep -c "$1")" -ge "${2:-1}" ] && return; sleep 0.2; done
    fail "the log never says '$1'"
}

# settings KEY=VALUE...: writes the env file, readable for the user of the service.
settings() { printf '%s\n' "$@" | install -m 644 /dev/stdin /etc/default/brigade; }
# has PID NAME=VALUE: whether the environment of the process has that variable.
has() { tr '\0' '\n' <"/proc/$1/environ" | grep -xF "$2" >/dev/null; }
# wait_for_workers N: waits until there are exactly N workers.
wait_for_workers() {
    for _ in $(seq 100); do [ "$(workers | wc -w)" = "$1" ] && return; sleep 0.1; done
    fail "workers: $(workers)"
}

install -t /usr/local/bin "/opt/brigade/.build/$BUILD/brigade" "/opt/brigade/.build/$BUILD/recipe-worker"
install -m 644 -t /etc/systemd/system /opt/brigade/deploy/brigade.service /opt/brigade/deploy/brigade.socket
settings WEB_CONCURRENCY=2
install -m 600 /dev/stdin /etc/default/brigade.secrets <<<'SECRET=nobody else reads it'
mkdir -p /etc/systemd/system/brigade.service.d
printf '[Service]\nWatchdogSec=3\nTimeoutAbortSec=2\n' >/etc/systemd/system/brigade.service.d/test.conf
systemctl daemon-reload

echo "--- start: READY means that it serves"
systemctl start brigade.service || fail "it does not start"
curl -fsS http://127.0.0.1:8001/api/v1/recipes/1 | grep 'Chicken Vesuvio' >/dev/null || fail "no recipe"
curl -fsS http://127.0.0.1:8001/health/ready >/dev/null || fail "not ready"
[ "$(stat -c %U "/proc/$(property MainPID)")" != root ] || fail "it runs as root"
[ "$(workers | wc -w)" = 2 ] || fail "workers: $(workers)"
has "$(workers | cut -d' ' -f1)" 'SECRET=nobody else reads it' || fail "the secrets are not there"

echo "--- reload with changed settings, under requests: every worker is new and has them, no request is lost"
before=$(workers)
settings WEB_CONCURRENCY=3 KEEP_ALIVE=7s GREETING=hello
( for _ in $(seq 300); do curl -fsS -o /dev/null http://127.0.0.1:8001/api/v1/recipes/2 || echo lost; done ) >/tmp/lost 2>&1 &
load=$!
systemctl reload brigade.service || fail "reload"
wait_for_workers 3
for pid in $(workers); do has "$pid" KEEP_ALIVE=7s && has "$pid" GREETING=hello || fail "worker $pid has the old settings"; done
grep -q "KEEP_ALIVE changes from 75s to 7s" <(log) || fail "the log does not say what changes"
wait "$load"
[ ! -s /tmp/lost ] || fail "requests were lost: $(sort /tmp/lost | uniq -c)"
for pid in $before; do ! kill -0 "$pid" 2>/dev/null || fail "worker $pid is still there"; done

echo "--- a reload that is abandoned: systemctl says so, and the old workers go on"
before=$(workers)
settings WEB_CONCURRENCY=2 KEEP_ALIVE=soon
! systemctl reload brigade.service 2>/dev/null || fail "an abandoned reload is called a success"
wait_for "reload failed: KEEP_ALIVE in /etc/default/brigade:2: invalid value 'soon'"
[ "$(workers)" = "$before" ] || fail "workers: $(workers), and before: $before"
[ "$(property ActiveState)" = active ] || fail "it is $(property ActiveState)"
curl -fsS http://127.0.0.1:8001/health/ready >/dev/null || fail "not ready after an abandoned reload"
settings WEB_CONCURRENCY=2
systemctl reload brigade.service || fail "a reload with mended settings"
wait_for_workers 2

echo "--- the sandbox: systemd rates it, and what the master and a worker must see and do in it works"
systemd-analyze security --threshold=20 brigade.service >/tmp/rating || fail "the rating is worse than 2.0: $(tail -1 /tmp/rating)"
tail -1 /tmp/rating
[ "$(/usr/local/bin/brigade status | grep -c ' ready .* [0-9]* MiB ')" = 2 ] || fail "no memory: $(/usr/local/bin/brigade status)"
# The counter of out-of-memory kills, of cgroup v1 or v2, as the master sees it.
counters=(/sys/fs/cgroup/memory/memory.oom_control /sys/fs/cgroup/system.slice/brigade.service/memory.events)
grep '^oom_kill [0-9]' <(nsenter -t "$(property MainPID)" -m -U --preserve-credentials cat "${counters[@]}" 2>/dev/null) >/dev/null ||
    fail "no counter of out-of-memory kills"
before=$(workers)
kill -ABRT "${before%% *}"
wait_for 'thread [0-9]* "accept"' && wait_for 'brigade_accept' && wait_for 'killed by SIGABRT'
wait_for_workers 2
for pid in "$(property MainPID)" $(workers); do
    [ "$(sed -n 's/^Seccomp:\t//p;s/^CapBnd:\t//p' "/proc/$pid/status" | tr '\n' ' ')" = '0000000000000000 2 ' ] || fail "$pid has capabilities, or no filter"
done

echo "--- upgrade: another executable in the same process, and systemd does not notice"
main=$(property MainPID)
cp /usr/local/bin/brigade /usr/local/bin/brigade.new && mv /usr/local/bin/brigade.new /usr/local/bin/brigade
systemctl kill -s USR2 --kill-who=main brigade.service
# The master's own lines: `brigade reload` says so too.
wait_for "upgrade complete" && wait_for "master pid=[0-9]*: reload complete" 3
for _ in $(seq 50); do [ "$(property ActiveState)" = active ] && break; sleep 0.1; done
[ "$(property MainPID) $(property ActiveState)" = "$main active" ] || fail "the upgrade was noticed"
curl -fsS http://127.0.0.1:8001/api/v1/recipes/1 >/dev/null || fail "no recipe after the upgrade"

echo "--- control: status, and a reload that is waited for"
control=/run/brigade/control.sock
/usr/local/bin/brigade status --control "$control" | grep '2 of 2 workers ready' || fail "status"
/usr/local/bin/brigade reload --wait --control "$control" || fail "reload --wait"

echo "--- a backup while it serves: the server's user owns it, and the newest two stay"
install /opt/brigade/deploy/backup.sh /usr/local/bin/brigade-backup
install -m 644 -t /etc/systemd/system /opt/brigade/deploy/brigade-backup.service /opt/brigade/deploy/brigade-backup.timer
mkdir -p /etc/systemd/system/brigade-backup.service.d
printf '[Service]\nExecStart=\nExecStart=/usr/local/bin/brigade-backup %%S/brigade/backups 2\n' >/etc/systemd/system/brigade-backup.service.d/test.conf
systemctl daemon-reload
backups=/var/lib/brigade/backups
# add LABEL: prints the ID. The tree may have recipes of an earlier boot.
add() {
    curl -fsS -H 'Content-Type: application/json' -d "{\"label\":\"$1\",\"source\":\"a test\",\"url\":\"https://e.com/\",\"submitter_id\":1}" \
        http://127.0.0.1:8001/api/v1/recipes/ | sed 's/.*"id":\([0-9]*\).*/\1/'
}
ids=()
for label in one two three; do
    ids+=("$(add "$label")")
    systemctl start brigade-backup.service || { journalctl -b -u brigade-backup --no-pager >&2; fail "the backup"; }
    sleep 1 # the names have seconds
done
[ "$(ls "$backups" | wc -l)" = 2 ] || fail "backups: $(ls "$backups")"
[ "$(stat -c %u "$backups"/* | sort -u)" = "$(stat -c %u /var/lib/brigade/recipes.db)" ] || fail "the backups have another owner"
journalctl --sync
grep 'backed up' <(journalctl -b -u brigade-backup --no-pager) >/dev/null || fail "the journal does not say it"

echo "--- the timer is set for the next night"
systemctl start brigade-backup.timer
grep 'brigade-backup.timer' <(systemctl list-timers --no-pager) >/dev/null || fail "no timer"
systemctl stop brigade-backup.timer

echo "--- a restore: refused while it serves, then the server goes on with the older rows"
restore() { DATABASE_URL=sqlite:////var/lib/brigade/recipes.db /usr/local/bin/recipe-worker restore "$(ls "$backups"/*.db | head -1)"; }
! restore 2>/dev/null || fail "a database in use is replaced"
systemctl stop brigade.service
restore || fail "restore"
systemctl start brigade.service
curl -fsS "http://127.0.0.1:8001/api/v1/recipes/${ids[1]}" | grep two >/dev/null || fail "a row of the backup is missing"
! curl -fsS "http://127.0.0.1:8001/api/v1/recipes/${ids[2]}" 2>/dev/null || fail "a later row is there"
[ "$(add four)" = "${ids[2]}" ] || fail "the server cannot write the restored file"

echo "--- the listener survives a master that crashes: nobody is refused meanwhile"
( for _ in $(seq 200); do curl -s -o /dev/null --max-time 20 http://127.0.0.1:8001/health/live || { [ $? != 7 ] || echo refused; }; done ) >/tmp/refused 2>&1 &
load=$!
systemctl kill -s KILL --kill-who=main brigade.service
wait_for "from the service manager's store"
wait "$load"
[ ! -s /tmp/refused ] || fail "connections were refused: $(sort /tmp/refused | uniq -c)"

echo "--- watchdog: a master that stands still is replaced"
main=$(property MainPID)
kill -STOP "$main"
for _ in $(seq 150); do [ "$(property MainPID)" != "$main" ] && [ "$(property ActiveState)" = active ] && break; sleep 0.2; done
[ "$(property MainPID)" != "$main" ] || fail "the watchdog did nothing"
curl -fsS --retry 5 --retry-all-errors http://127.0.0.1:8001/health/live >/dev/null || fail "not back after the watchdog"

echo "--- stop: clean"
systemctl stop brigade.service
[ "$(property Result)" = success ] && [ "$(property ExecMainStatus)" = 0 ] || fail "it did not stop cleanly"
! pgrep -f 'brigade serve|recipe-worker' || fail "somebody is left"

echo "--- socket activation: systemd listens, and the first request starts the service, which needs no files of settings"
rm /etc/default/brigade /etc/default/brigade.secrets
systemctl start brigade.socket
curl -fsS http://127.0.0.1:8001/api/v1/recipes/3 | grep Tofu >/dev/null || fail "not activated"
grep -q "using the service manager's sockets" <(log) || fail "the log does not say where the socket comes from"
systemctl kill -s KILL --kill-who=main brigade.service
curl -fsS --retry 5 --retry-all-errors http://127.0.0.1:8001/api/v1/recipes/3 >/dev/null || fail "killed master: not back"
systemctl stop brigade.socket brigade.service

echo "--- socket activation by a unit whose name looks like this server's own"
sed 's/^ListenStream=.*/ListenStream=127.0.0.1:8002\nService=brigade.service/' /opt/brigade/deploy/brigade.socket >/etc/systemd/system/brigade-api.socket
systemctl daemon-reload
systemctl start brigade-api.socket
curl -fsS http://127.0.0.1:8002/api/v1/recipes/3 | grep Tofu >/dev/null || fail "not activated by brigade-api.socket"
systemctl stop brigade-api.socket brigade.service
echo "--- systemd: all well"
