#!/usr/bin/env bash
# Makes what the Dockerfiles start from, on this machine and by its own package sources: a small Debian as the image
# portlayer/debian, and the packages beside the Dockerfiles. Keeps both for the next time.
#   prepare.sh [--cache DIR]     default: ~/.cache/portlayer-mysql-flask, about 160 MB
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/portlayer-mysql-flask
[ "${1:-}" != --cache ] || cache=$2
[ "$(id -u)" = 0 ] || { echo "prepare.sh needs root: it makes a Debian below $cache. Try: sudo -E $0" >&2; exit 4; }
for p in debootstrap apt-get docker; do command -v $p >/dev/null 2>&1 || { echo "prepare.sh needs $p; install the package ${p/apt-get/apt}" >&2; exit 5; }; done
. /etc/os-release
[ "${ID:-}" = debian ] || { echo "prepare.sh takes Debian's packages by the sources of this machine, which is ${ID:-unknown}, not debian" >&2; exit 5; }

suite=$VERSION_CODENAME root=$cache/$VERSION_CODENAME
mkdir -p "$cache"
if [ ! -f "$root.done" ]; then
  source=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Release: '"$suite" | head -n 1)
  [ -n "$source" ] || { apt-get update -qq; source=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1); }
  echo "Making a small Debian $suite in $root (a minute, once) ..."
  rm -rf "$root"
  debootstrap --variant=minbase "$suite" "$root" "$source" >"$cache/debootstrap.log" 2>&1 || { tail -n 5 "$cache/debootstrap.log" >&2; exit 6; }
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale}/*
  touch "$root.done"
fi

# packages DIR PACKAGE...: downloads what is missing in the small Debian, by the machine's own apt
packages() {
  local at=$here/$1/packages
  shift
  mkdir -p "$at/partial"
  apt-get -y -qq --no-install-recommends -o Dir::State::status="$root/var/lib/dpkg/status" -o Dir::Cache::archives="$at/" -o Debug::NoLocking=1 \
    -o APT::Sandbox::User=root -o APT::Keep-Downloaded-Packages=true install --download-only "$@" >"$cache/apt.log" 2>&1 || { tail -n 5 "$cache/apt.log" >&2; exit 6; }
  rm -rf "$at/partial" "$at/lock"
}
echo "Fetching MariaDB and Flask ..."
packages db mariadb-server-core mariadb-client-core
packages web python3-flask python3-pymysql

if ! docker image inspect portlayer/debian >/dev/null 2>&1; then
  echo "Importing the image portlayer/debian ..."
  tar --numeric-owner --one-file-system --exclude='./dev/*' -C "$root" -c . | docker import --change 'CMD ["bash"]' - portlayer/debian
fi
