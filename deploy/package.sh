#!/usr/bin/env bash
# Makes a Debian package of a built tree: brigade_VERSION-REVISION_ARCHITECTURE.deb, in the folder.
#   deploy/package.sh [OPTION...] FOLDER
#     --build DIR     the executables (.build/release)
#     --docs DIR      Swagger UI and ReDoc, downloaded by deploy/docs-assets.sh DIR; /docs then needs no internet
#     --revision N    the package's revision (1)
# The version is that of Sources/Shared/Contract/Version.swift. DEBFULLNAME and DEBEMAIL name the maintainer. The same tree
# makes the same bytes: the time of the files is SOURCE_DATE_EPOCH, or that of the last commit. The debug information goes
# to FOLDER/debug (deploy/strip.sh). Needs dpkg-dev.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
value() { [ -n "${2:-}" ] || die "$1 needs a value"; printf %s "$2"; }

build=$root/.build/release docs='' revision=1 folder=''
while [ $# -gt 0 ]; do
    case $1 in
    --build) build=$(value "$@") && shift ;;
    --docs) docs=$(value "$@") && shift ;;
    --revision) revision=$(value "$@") && shift ;;
    -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" && exit ;;
    -*) die "unknown option $1; see deploy/package.sh --help" ;;
    *) folder=$1 ;;
    esac
    shift
done
[ -n "$folder" ] || die "name the folder for the package; see deploy/package.sh --help"
command -v dpkg-shlibdeps >/dev/null || die "dpkg-shlibdeps is not there: apt-get install dpkg-dev"
version=$(sed -n 's/.*text = "\(.*\)".*/\1/p' "$root/Sources/Shared/Contract/Version.swift")
[ "$("$build/brigade" --version)" = "brigade $version" ] || die "$build/brigade is not version $version: build it with ./run.sh"
version=$version-$revision
maintainer="${DEBFULLNAME:-Local build} <${DEBEMAIL:-root@localhost}>"
architecture=$(dpkg --print-architecture)
package=$folder/brigade_${version}_$architecture.deb
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
mkdir -p "$folder"

umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/deploy/strip.sh" "$build" "$work/stripped"
rm -rf "$folder/debug"
mv "$work/stripped/debug" "$folder/debug"
"$root/deploy/install.sh" --destdir "$work/tree" --prefix /usr --build "$work/stripped" ${docs:+--docs "$docs"} 2>"$work/log" ||
    die "$(cat "$work/log")"

documents=$work/tree/usr/share/doc/brigade
mkdir -p "$documents"
{
    printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\n'
    sed -n 's/^\(Copyright.*\)/\1/p' "$root/LICENSE" | sed 's/^Copyright (c) /Copyright: /; s/^Copyright: *$/&the authors of Brigade/'
    printf 'License: Expat\n'
    sed '1,/^Permission/{/^Permission/!d}; s/^$/./; s/^/ /' "$root/LICENSE"
} >"$documents/copyright"
gzip -9n <"$root/CHANGELOG.md" >"$documents/changelog.gz"
gzip -9n >"$documents/changelog.Debian.gz" <<END
brigade ($version) unstable; urgency=medium

  * See changelog.gz.

 -- $maintainer  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
END
mkdir -p "$work/tree/usr/share/lintian/overrides"
cat >"$work/tree/usr/share/lintian/overrides/brigade" <<END
# A stuck or crashed worker writes its stacks itself. For that, the names of the functions stay.
brigade: unstripped-binary-or-object [usr/bin/brigade]
brigade: unstripped-binary-or-object [usr/bin/recipe-worker]
# Part of Swift's static standard library.
brigade: embedded-library zlib [usr/bin/recipe-worker]
END
mkdir -p "$work/tree/DEBIAN" "$work/debian"
cp "$root"/deploy/debian/{postinst,prerm,postrm} "$work/tree/DEBIAN/"
chmod 755 "$work/tree"/DEBIAN/*
echo /etc/default/brigade >"$work/tree/DEBIAN/conffiles"

# What the executables need, in versions that have the symbols which they use.
printf 'Source: brigade\n\nPackage: brigade\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O tree/usr/bin/brigade tree/usr/bin/recipe-worker 2>"$work/errors" | sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || die "dpkg-shlibdeps: $(cat "$work/errors")"
cat >"$work/tree/DEBIAN/control" <<END
Package: brigade
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -k -s --apparent-size --exclude=DEBIAN "$work/tree" | cut -f1)
Depends: $depends
Recommends: ca-certificates
Section: httpd
Priority: optional
Description: application server for Swift with the recipe API
 One master process opens the listening sockets and supervises the workers. A
 crash, a stuck handler, a reload or an upgrade does not take the service down,
 and the log says what happened.
 .
 This package has the server and its example application as a systemd service.
END
find "$work/tree" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
(cd "$work/tree" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z | xargs -0 md5sum) >"$work/md5sums"
install -m 644 "$work/md5sums" "$work/tree/DEBIAN/md5sums"
dpkg-deb --root-owner-group --build "$work/tree" "$package" >/dev/null
echo "$package"
