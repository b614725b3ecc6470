#!/bin/sh
# Lays out the file system of an image that only runs these programs: they, the shared libraries that they need, certificate
# authorities, and the users. Scanners find the packages of the libraries in /var/lib/dpkg/status.d. Debian only.
#   image-files.sh FOLDER PROGRAM...
set -eu
folder=${1:?usage: image-files.sh FOLDER PROGRAM...}
shift
for directory in bin lib sbin; do
    mkdir -p "$folder/usr/$directory"
    ln -s "usr/$directory" "$folder/$directory"
done
if [ -e /lib64 ]; then
    mkdir -p "$folder/usr/lib64"
    ln -s usr/lib64 "$folder/lib64"
fi
mkdir -p "$folder/etc/ssl/certs" "$folder/var/lib/dpkg/status.d"
mkdir -m 1777 "$folder/tmp"
cp /etc/passwd /etc/group /etc/nsswitch.conf /etc/os-release "$folder/etc/"
cp /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/"
for program; do
    mkdir -p "$folder$(dirname "$program")"
    cp "$program" "$folder$program"
done
# Such as `libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x7f...)`; the loader itself has no arrow.
ldd "$@" | sed -n 's/^[[:blank:]]*\([^ ]* => \)\{0,1\}\(\/[^ ]*\) (.*/\2/p' | sort -u | while read -r library; do
    directory=$(realpath "$(dirname "$library")")
    mkdir -p "$folder$directory"
    cp -L "$library" "$folder$directory/"
    # dpkg may know the file by its path before the merge of /lib and /usr/lib.
    file=$(realpath "$library")
    package=$(dpkg -S "$file" 2>/dev/null || dpkg -S "${file#/usr}")
    package=${package%%:*}
    if [ ! -e "$folder/var/lib/dpkg/status.d/$package" ]; then
        dpkg -s "$package" >"$folder/var/lib/dpkg/status.d/$package"
        mkdir -p "$folder/usr/share/doc/$package"
        cp -L "/usr/share/doc/$package/copyright" "$folder/usr/share/doc/$package/"
    fi
done
