#!/usr/bin/env bash
# Makes the Debian package twice, compares, lets lintian check it, and installs, upgrades and removes it under systemd.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
. "$root/scripts/setup.sh"
install dpkg-dev lintian
packages=$root/.build/packages
rm -rf "$packages"
# Quick, not small.
export DPKG_DEB_COMPRESSOR_TYPE=gzip DPKG_DEB_COMPRESSOR_LEVEL=1 DEBEMAIL=packages@example.org DEBFULLNAME='A test'
make() { "$root/deploy/package.sh" --build "$root/.build/release" "$@"; }

one=$(make "$packages")
same=$(make "$packages/again")
cmp "$one" "$same" || die "the same tree makes another package"
rm -r "$packages/again"
# It has no manual pages, and is not uploaded to Debian.
lintian --fail-on error,warning --suppress-tags no-manual-page,initial-upload-closes-no-bugs "$one" || die "lintian complains (above)"
make --revision 2 "$packages" >/dev/null
"$here/systemd.sh" "$here/inside-package.sh" "$root"
