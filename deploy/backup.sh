#!/bin/sh
# Backs up the SQLite database of DATABASE_URL while the server runs, and keeps the newest backups.
#   backup.sh DIRECTORY [KEEP]     DIRECTORY/recipes-DATE.db; KEEP is 14 if it is not given
# Run it as the server's user. Old backups are removed only when a new one is complete. Copy the directory to another machine.
set -eu
case ${1:-} in '' | -*) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2 && exit 1 ;; esac
keep=${2:-14}
[ "$keep" -ge 1 ] || { echo "backup.sh: KEEP must be a number from 1" >&2 && exit 1; }
mkdir -p -m 700 "$1"
recipe-worker backup "$1/recipes-$(date -u +%Y-%m-%dT%H%M%SZ).db"
cd "$1"
# The names sort by date.
for old in $(ls | grep -E '^recipes-[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{6}Z\.db$' | sort -r | tail -n "+$((keep + 1))"); do
    rm -- "$old"
done
# What backups left that were killed.
find . -maxdepth 1 -name 'recipes-*.db.partial-*' -mtime +0 -exec rm -- {} +
