#!/usr/bin/env bash
# Runs the prestart step by itself: waits for the database, migrates, seeds. Safe to run again.
# DATABASE_URL says which database (default sqlite:///recipes.db in this folder).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/setup.sh
case ${1:-} in -h | --help) usage && exit ;; esac
[ $# -eq 0 ] || die "prestart.sh takes no arguments; DATABASE_URL says which database"
set_up_build
build_release
exec .build/release/recipe-worker prestart
