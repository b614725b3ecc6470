#!/usr/bin/env bash
# Runs only the prestart step: it waits for the database, migrates and seeds it. It is safe to run again.
# DATABASE_URL names the database (default: sqlite:///recipes.db in this directory).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/setup.sh
case ${1:-} in -h | --help) usage && exit ;; esac
[ $# -eq 0 ] || die "prestart.sh takes no arguments; set DATABASE_URL to choose the database"
set_up_build
build_release
exec .build/release/recipe-worker prestart
