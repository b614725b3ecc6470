#!/usr/bin/env bash
# Boots a real systemd (252) in a container and runs a script in it, without a terminal.
#   systemd.sh INSIDE.sh [FOLDER]     FOLDER is mounted at /opt/brigade; INSIDE.sh runs as root.
# BUILD=debug tests the debug build, which needs the libraries of Swift in ROOT.
# The first run takes about 50 s, because it makes a Debian tree in ROOT; later ones take about 2 s. The exit code is that
# of INSIDE.sh. MemoryMax= and TasksMax= have no effect in it, and Type=notify-reload needs systemd 253.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../scripts/setup.sh"
inside=${1:?usage: systemd.sh INSIDE.sh [FOLDER]}
folder=${2:-$PWD}
packages=systemd,systemd-sysv,dbus,libpam-systemd,iproute2,procps,curl,python3-minimal,libpq5,libsqlite3-0
# Another list needs another tree.
root=${ROOT:-${TMPDIR:-/tmp}/brigade-systemd-$(cksum <<<"$packages" | cut -d' ' -f1)}
name=brigade$$
install systemd-container debootstrap procps
if [ ! -d "$root" ]; then
  say "making a Debian tree in $root"
  debootstrap --variant=minbase --include="$packages" bookworm "$root" >"$root.log" 2>&1
  rm -rf "$root"/var/cache/apt/archives/*.deb
  systemd-firstboot --root="$root" --hostname=brigade --timezone=UTC --root-password=x --force >/dev/null 2>&1 || true
  ln -sf /dev/null "$root/etc/systemd/system/apt-daily.timer"
  ln -sf /dev/null "$root/etc/systemd/system/apt-daily-upgrade.timer"
fi
mkdir -p "$root/opt/brigade"
cp "$inside" "$root/opt/inside.sh"
setsid systemd-nspawn -q -D "$root" -M "$name" --boot --register=no --keep-unit --console=pipe --private-network \
  --resolv-conf=off --timezone=off --bind-ro="$folder:/opt/brigade" </dev/null >"$root.console" 2>&1 &
nspawn=$!
trap 'kill -KILL $nspawn 2>/dev/null || true; rm -rf "/run/systemd/nspawn/propagate/$name"' EXIT
leader=
for _ in $(seq 100); do
  leader=$(pgrep -P "$nspawn" | head -1 || true)
  if [ -n "$leader" ] && nsenter -t "$leader" -a systemctl is-system-running --wait 2>/dev/null | grep -qE 'running|degraded'; then break; fi
  sleep 0.2
done
status=0
nsenter -t "$leader" -a env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_PAGER= SYSTEMD_COLORS=0 BUILD="${BUILD:-release}" \
  bash /opt/inside.sh </dev/null || status=$?
nsenter -t "$leader" -a systemctl poweroff || true
for _ in $(seq 100); do kill -0 "$nspawn" 2>/dev/null || break; sleep 0.1; done
exit "$status"
