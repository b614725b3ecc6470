#!/usr/bin/env bash
# Makes the standby on this machine the primary. Run it as the user postgres, after the old primary has stopped for good.
#   promote.sh OLD_PRIMARY      its address; the script refuses while a server answers there
# Connection options are PostgreSQL's own variables: PGHOST (a directory for a unix socket), PGPORT.
set -euo pipefail
[ $# = 1 ] || { echo "usage: promote.sh OLD_PRIMARY" >&2; exit 64; }
export PGDATABASE=postgres
ask() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --command "$1"; }

refuse() { echo "promote.sh: $*" >&2; exit 1; }

[ "$(ask 'SELECT pg_is_in_recovery()')" = t ] || refuse "this server is no standby: nothing to do"
getent hosts "$1" >/dev/null || refuse "$1 has no address: is the name right?"
# Two primaries would each take connections, and their rows could not be merged. 2: no answer.
status=0
pg_isready --quiet --host "$1" --timeout 3 || status=$?
[ $status = 2 ] || refuse "$1 still answers: stop it first, and see that nothing starts it again"
# The other server is gone, so commits must not wait for it. Before the promotion: otherwise the first ones would.
ask "ALTER SYSTEM SET synchronous_standby_names = ''"
ask "SELECT pg_reload_conf()" >/dev/null
[ "$(ask 'SELECT pg_promote(wait_seconds => 60)')" = t ] || refuse "not promoted within 60 s: see the log of PostgreSQL"
echo "promoted: this server is the primary, without a standby. Make the other one its standby, and then run:"
echo "  psql -c 'ALTER SYSTEM RESET synchronous_standby_names' -c 'SELECT pg_reload_conf()'"
