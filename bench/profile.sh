#!/usr/bin/env bash
# Prints the steps of one `docker run --rm busybox true`, by strace of a daemon of its own and of all that it starts: milliseconds
# since the request, thread, event. Tracing makes system calls slow; read the order and the shares. Needs root and strace.
set -euo pipefail
home=$(dirname "$(dirname "$(readlink -f "$0")")")
. "$home/scripts/common.sh"
need_root "bench/profile.sh"
command -v strace >/dev/null || { echo "profile: strace is missing; install the Debian package strace" >&2; exit 5; }
"$home/scripts/build.sh"
work=$(mktemp -d /tmp/plprofile.XXXX) ns=plpf$$ daemon=
cleanup() {
  set +e
  "$home/vch" delete --force --name p --run-dir "$work/r" >/dev/null 2>&1
  [ -z "$daemon" ] || { kill "$daemon"; wait "$daemon"; } 2>/dev/null
  sed -n "s#^[^ ]* \($work[^ ]*\) .*#\1#p" /proc/self/mounts | sort -r | while read -r m; do umount -l "$m"; done
  ip netns del "$ns" 2>/dev/null
  rm -rf "$work"
}
trap cleanup EXIT
ip netns add "$ns" && ip -n "$ns" link set lo up
nsenter --net="/run/netns/$ns" "$home/vch" daemon --state-dir "$work/s" --run-dir "$work/r" >"$work/log" 2>&1 &
daemon=$!
for _ in $(seq 1 200); do [ -f "$work/r/daemon.pid" ] && break; sleep 0.1; done
"$home/vch" create --name p --run-dir "$work/r" >/dev/null
export DOCKER_HOST="unix://$work/r/p/docker.sock" DOCKER_CONFIG="$work/config"
mkdir -p "$work/root/bin" && cp "$(command -v busybox)" "$work/root/bin/busybox" && ln -s busybox "$work/root/bin/true"
tar -C "$work/root" -c . | docker import - busybox >/dev/null
for _ in 1 2 3 4 5; do docker run --rm busybox true; done
pid=$(cat "$work/r/daemon.pid")
for t in /proc/"$pid"/task/*; do echo "${t##*/} $(tr ' ' '_' <"$t/comm")"; done >"$work/threads"
strace -f -ttt -s 60 -e trace=read,fsync,fdatasync,execve,mount,umount2,exit_group,writev -p "$pid" -o "$work/trace" 2>/dev/null &
tracer=$!
sleep 1
docker run --rm busybox true
sleep 0.5
kill "$tracer" 2>/dev/null; wait "$tracer" 2>/dev/null || true
awk '
  NR == FNR { name[$1] = $2; next }
  /execve\(/ { n = split($0, q, "\""); program[$1] = q[2] }
  { event = "" }
  /read\([0-9]+, "(POST|DELETE|GET|HEAD) / { event = $0; sub(/^[^"]*"/, "request ", event); sub(/ HTTP.*/, "", event) }
  /execve\("/ { event = $0; sub(/^[^"]*"/, "exec ", event); sub(/".*/, "", event) }
  /(fsync|fdatasync)\(/ && !/resumed/ { event = "fsync" }
  / mount\(/ { event = $0; sub(/^.* mount\(/, "mount ", event); event = substr(event, 1, 70) }
  /umount2\(/ { event = "unmount" }
  /exit_group\(/ { event = "end" }
  /writev\([0-9]+, \[\{iov_base="HTTP/ { event = $0; sub(/^.*iov_base="HTTP\/1.1 /, "answer ", event); sub(/\\r.*/, "", event) }
  event != "" { if (!start) start = $2; printf "%8.1f  %-16s %s\n", ($2 - start) * 1000, ($1 in name ? name[$1] : program[$1]), event }
' "$work/threads" "$work/trace"
