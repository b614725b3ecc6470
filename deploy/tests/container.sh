#!/usr/bin/env bash
# Builds an unchanged Dockerfile and runs the image, without pulling images: base images are made from Debian packages.
#   container.sh build CONTEXT TAG        container.sh run TAG NAME [podman run options ...] -- [command ...]
# The build mounts the Swift toolchain of the machine, its certificate authorities, and a mirror of packages if git is
# configured for one. It uses runc, because crun refuses hybrid cgroups. Both ulimits are needed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../scripts/setup.sh"
export DISABLE_HC_SYSTEMD=true
swift_home=$(dirname "$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")")
packages=$({ git config --get-regexp '^url\..*\.insteadof$' 'https://github.com/' || true; } | sed -n 's/^url\.\(.*\)\.insteadof .*/\1/p' | head -1)
podman() { command podman --runtime=/usr/sbin/runc "$@"; }
install podman buildah runc debootstrap

slim=docker.io/library/debian:bookworm-slim
swift=docker.io/library/swift:6.3-bookworm
base_images() {
  if ! command podman image exists "$slim"; then
    local tree; tree=$(mktemp -d)
    debootstrap --variant=minbase --include=ca-certificates,libcurl4,libxml2 bookworm "$tree" >/dev/null
    tar -C "$tree" -c . | command podman import - "$slim"
    rm -rf "$tree"
  fi
  if ! command podman image exists "$swift"; then
    local c m; c=$(buildah from --pull-never "$slim")
    m=$(buildah mount "$c")
    cp -n /etc/apt/apt.conf.d/* "$m/etc/apt/apt.conf.d/" 2>/dev/null || true
    buildah run --network=host --isolation=chroot "$c" -- sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends binutils git libc6-dev libcurl4-openssl-dev libedit2 libgcc-12-dev libpq-dev libsqlite3-dev libstdc++-12-dev libxml2 libncurses6 pkg-config tzdata zlib1g-dev ca-certificates >/dev/null && apt-get clean'
    mkdir -p "$m$swift_home" "$m$packages" # mount points
    for b in swift swiftc swift-build swift-package swift-test swift-run; do ln -s "$swift_home/usr/bin/$b" "$m/usr/bin/$b"; done
    buildah umount "$c" >/dev/null
    buildah commit -q --rm "$c" "$swift"
  fi
}

case ${1:-} in
build)
  base_images
  authorities=/etc/ssl/certs/ca-certificates.crt
  mounts=(-v "$swift_home:$swift_home:ro" -v "$authorities:$authorities:ro")
  if [ -n "$packages" ]; then mounts+=(-v "$packages:$packages:ro" -v /etc/gitconfig:/etc/gitconfig:ro); fi
  buildah bud --isolation=chroot --network=host --pull-never --format docker "${mounts[@]}" -t "$3" "$2" ;;
run)
  tag=$2; name=$3; shift 3
  options=(); while [ $# -gt 0 ] && [ "$1" != -- ]; do options+=("$1"); shift; done; [ $# -gt 0 ] && shift
  podman run -d --name "$name" --ulimit nofile=20000:20000 --ulimit nproc=4096:4096 "${options[@]}" "$tag" "$@" ;;
*) echo "usage: container.sh build CONTEXT TAG | run TAG NAME [options] -- [command]" >&2; exit 64 ;;
esac
