#!/usr/bin/env bash
# Finds out which Debian packages are missing and installs them.
#   packages.sh [--tests] [--bench] [--no-install]
# --tests       also what only the tests need
# --bench       also what ./do bench compares with and measures by
# --no-install  names what is missing and exits 5 instead
set -euo pipefail
tests=0 bench=0 install=1
for a in "$@"; do case "$a" in --tests) tests=1 ;; --bench) bench=1 ;; --no-install) install=0 ;; *) echo "packages.sh: unknown option $a" >&2; exit 2 ;; esac; done

# program:package, one line each; what the product runs
wanted="nft:nftables
ip:iproute2
conmon:conmon
runc:runc
busybox:busybox-static
nsenter:util-linux"
# A clone is built here; an image (./do image) is not.
[ ! -f "$(dirname "$(dirname "$(readlink -f "$0")")")/pom.xml" ] || wanted="$wanted
mvn:maven"
[ "$tests" = 0 ] || wanted="$wanted
docker-registry:docker-registry
skopeo:skopeo
htpasswd:apache2-utils
conntrack:conntrack
nc:netcat-openbsd
zstd:zstd
curl:curl
expect:expect
ping:iputils-ping
dnsmasq:dnsmasq-base
kea-dhcp4:kea-dhcp4-server
python3:python3
openssl:openssl
sysctl:procps
sqlite3:sqlite3
dockerd:docker.io
iptables:iptables
docker-compose:docker-compose
debootstrap:debootstrap
node:nodejs
npm:npm
python3:python3"

[ "$bench" = 0 ] || wanted="$wanted
dockerd:docker.io
iptables:iptables
podman:podman
/usr/lib/podman/netavark:netavark
/usr/lib/podman/aardvark-dns:aardvark-dns
dnsmasq:dnsmasq-base
dnsperf:dnsperf
tcpdump:tcpdump
iperf3:iperf3
docker-compose:docker-compose"

missing=
for line in $wanted; do
  program=${line%%:*} package=${line##*:}
  PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null 2>&1 || missing="$missing $package"
done
# A library has no program to look for.
[ "$tests" = 0 ] || /usr/bin/python3 -c 'import docker' 2>/dev/null || missing="$missing python3-docker"
# Debian has the docker client only together with its daemon; one that is there already is kept
command -v docker >/dev/null 2>&1 || missing="$missing docker.io"
missing=${missing# }
[ -n "$missing" ] || exit 0

if [ "$install" = 0 ]; then
  echo "Missing Debian packages: $missing" >&2
  echo "Install them with: apt-get install $missing" >&2
  exit 5
fi
[ "$(id -u)" = 0 ] || { echo "Missing Debian packages: $missing. Installing them needs root: sudo apt-get install $missing" >&2; exit 4; }
command -v apt-get >/dev/null 2>&1 || { echo "Missing programs from the packages: $missing. There is no apt-get here; install them by your distribution's means." >&2; exit 5; }
echo "Installing Debian packages: $missing"
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
# The package of the docker client would start its own daemon and its own bridge: neither is wanted.
policy=/usr/sbin/policy-rc.d
made_policy=0
if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' >"$policy"; chmod 755 "$policy"; made_policy=1; fi
trap '[ "$made_policy" = 0 ] || rm -f "$policy"; rm -f "$log"' EXIT
{ apt-get update -qq || true; apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1 || {
  echo "apt-get could not install them:" >&2; tail -n 20 "$log" >&2; exit 5; }
