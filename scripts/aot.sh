#!/usr/bin/env bash
# Trains the AOT caches of the command line and of the daemon. Called by build.sh.
# The daemon is trained in a network namespace of its own, which needs root and the packages that it runs with; where these are
# missing it goes without a cache and starts more slowly.
set -euo pipefail
home=$(dirname "$(dirname "$(readlink -f "$0")")")
. "$home/scripts/common.sh"
jdk
dist="$home/dist"
rm -f "$dist"/*.aot
jars=$(echo "$dist"/cli/*.jar | tr ' ' ':')
# Everything that a command does but the answer: it parses the largest one and finds no daemon.
"$JAVA_HOME/bin/java" -XX:AOTCacheOutput="$dist/cli.aot" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Xmx48m \
  -cp "$jars" vch.app.cli.Vch create --name train --run-dir "$dist/none" --dns-server 192.0.2.1 >/dev/null 2>&1 || true
[ -s "$dist/cli.aot" ] || echo "No AOT cache for the command line." >&2

[ "$(id -u)" = 0 ] && "$home/scripts/packages.sh" --no-install >/dev/null 2>&1 || exit 0
work=$(mktemp -d /tmp/plaot.XXXX) ns=plaot$$
daemon=
cleanup() {
  set +e
  [ -z "$daemon" ] || { kill "$daemon"; wait "$daemon"; } 2>/dev/null
  ip netns del "$ns" 2>/dev/null
  sed -n "s#^[^ ]* \($work[^ ]*\) .*#\1#p" /proc/self/mounts | sort -r | while read -r m; do umount -l "$m"; done
  rm -rf "$work"
}
trap cleanup EXIT
ip netns add "$ns" && ip -n "$ns" link set lo up
touch "$dist/.built"
export VCH_RUN_DIR="$work/r" DOCKER_HOST="unix://$work/r/train/docker.sock" DOCKER_CONFIG="$work/config"

start() { # flags of the JVM
  ip netns exec "$ns" "$JAVA_HOME/bin/java" $(cat "$home/scripts/daemon.flags") \
    -Djava.security.properties="$home/scripts/java.security" "$@" \
    -p "$dist/lib" -m vch.app/vch.app.daemon.Main --state-dir "$work/s" --run-dir "$work/r" >>"$work/log" 2>&1 &
  daemon=$!
  for _ in $(seq 1 300); do [ -f "$work/r/daemon.pid" ] && return; kill -0 "$daemon" 2>/dev/null || exit 0; sleep 0.1; done
  exit 0
}
stop() {
  kill "$daemon" && wait "$daemon" || true
  daemon=
}

# What is trained is the daemon that matters most: one that takes over a VCH with containers. So one goes before it.
start
{
  "$home/vch" create --name train
  mkdir -p "$work/root/bin" && cp "$(command -v busybox)" "$work/root/bin/busybox" && ln -s busybox "$work/root/bin/sh"
  tar -C "$work/root" -c . | docker import - busybox
  docker network create kept
  docker run -d --name adopted --net kept -p 8081:80 busybox sh -c 'exec busybox sleep 1000'
} >>"$work/log" 2>&1 || true
stop
# Without profiles of methods: only C2 would use them, and they are 3 MiB of each daemon's memory.
start -XX:AOTCacheOutput="$dist/daemon.aot" -XX:-AOTRecordTraining
{
  docker exec adopted busybox nslookup adopted || true
  docker network create net
  docker run --rm --net net -p 8080:80 busybox sh -c 'echo hi'
  docker run -d --name a1 busybox sh -c 'exec busybox sleep 1000'
  docker exec a1 sh -c 'echo hi'
  docker ps -a; docker inspect a1; docker logs a1; docker rm -f a1 adopted; docker network rm net kept; docker info; docker images
  "$home/vch" ls; "$home/vch" plan
  "$home/vch" delete --force --name train
  "$home/vch" create --name again
  "$home/vch" delete --force --name again
} >>"$work/log" 2>&1 || true
stop
[ -s "$dist/daemon.aot" ] || echo "No AOT cache for the daemon." >&2
