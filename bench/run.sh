#!/usr/bin/env bash
# Measures Portlayer beside Debian's dockerd. See bench/README.md.
#   bench/run.sh [--rounds N] [--out FILE]
set -euo pipefail
home=$(dirname "$(dirname "$(readlink -f "$0")")")
. "$home/scripts/common.sh"
rounds=10 out="$home/bench/results/$(date +%F).md"
while [ $# -gt 0 ]; do
  case "$1" in
    --rounds) rounds=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    *) echo "Usage: bench/run.sh [--rounds N] [--out FILE]" >&2; exit 2 ;;
  esac
done
need_root "bench/run.sh"
"$home/scripts/packages.sh" --tests
for p in dockerd containerd iptables; do
  PATH="$PATH:/usr/sbin" command -v $p >/dev/null || { echo "bench: $p is missing; install docker.io and iptables" >&2; exit 5; }
done
"$home/scripts/build.sh"

work=$(mktemp -d /tmp/plbench.XXXX)
ns=plb$$
pids=()
cleanup() {
  set +e
  "$home/vch" delete --force --name bench --run-dir "$work/pr" >/dev/null 2>&1
  for p in "${pids[@]}"; do kill "$p" 2>/dev/null; done
  for _ in $(seq 1 50); do # dockerd takes a while to stop its containerd
    left=; for p in "${pids[@]}"; do kill -0 "$p" 2>/dev/null && left=1; done
    [ -n "$left" ] || break
    sleep 0.2
  done
  for p in "${pids[@]}"; do kill -9 "$p" 2>/dev/null; done
  for p in $(pgrep -f "$work" || true); do [ "$p" = $$ ] || kill -9 "$p" 2>/dev/null; done
  sed -n "s#^[^ ]* \($work[^ ]*\) .*#\1#p" /proc/self/mounts | sort -r | while read -r m; do umount -l "$m"; done
  ip netns del "$ns-p" 2>/dev/null; ip netns del "$ns-d" 2>/dev/null
  rm -rf "$work"
}
trap cleanup EXIT

for n in p d; do ip netns add "$ns-$n"; ip -n "$ns-$n" link set lo up; done
ip netns exec "$ns-p" "$home/vch" daemon --state-dir "$work/ps" --run-dir "$work/pr" >"$work/portlayer.log" 2>&1 &
pids+=($!)
# dockerd in its own network namespace, by nsenter: `ip netns exec` would hide the cgroups from it
mkdir -p "$work/dr"
PATH="$PATH:/usr/sbin:/sbin" nsenter --net="/run/netns/$ns-d" dockerd --data-root "$work/dd" --exec-root "$work/de" -p "$work/dr/pid" -H "unix://$work/dr/docker.sock" \
  --storage-driver overlay2 >"$work/dockerd.log" 2>&1 &
pids+=($!)
for _ in $(seq 1 100); do [ -S "$work/pr/admin.sock" ] && [ -S "$work/dr/docker.sock" ] && break; sleep 0.2; done
sleep 1

now() { date +%s%N; }
create_start=$(now)
"$home/vch" create --name bench --run-dir "$work/pr" >/dev/null
create_ms=$(( ($(now) - create_start) / 1000000 ))
P="docker -H unix://$work/pr/bench/docker.sock"
D="docker -H unix://$work/dr/docker.sock"
export DOCKER_CONFIG="$work/config"; mkdir -p "$DOCKER_CONFIG"

root="$work/root"; mkdir -p "$root/bin"; cp "$(command -v busybox)" "$root/bin/busybox"
for a in $(busybox --list); do [ "$a" = busybox ] || ln -s busybox "$root/bin/$a"; done
for e in "$P" "$D"; do tar -C "$root" -c . | $e import --change 'CMD ["sh"]' - busybox >/dev/null; done

# median and spread of milliseconds in a file
stats() { sort -n "$1" | awk '{a[NR]=$1} END {printf "%.1f (%.1f..%.1f)", a[int((NR+1)/2)], a[1], a[NR]}'; }
median() { sort -n "$1" | awk '{a[NR]=$1} END {print a[int((NR+1)/2)]}'; }
once() { local s; s=$(now); "$@" >/dev/null 2>&1 || echo "failed: $*" >>"$work/failures"; echo "$(( ($(now) - s) / 10000 ))" | awk '{printf "%.2f\n", $1/100}'; }
rows=
measure() { # name, function, rounds
  local name=$1 f=$2 n=$3
  : >"$work/p.ms"; : >"$work/d.ms"
  for _ in $(seq 1 "$n"); do once "$f" "$P" >>"$work/p.ms"; once "$f" "$D" >>"$work/d.ms"; done
  local ratio; ratio=$(awk -v p="$(median "$work/p.ms")" -v d="$(median "$work/d.ms")" 'BEGIN {printf "%.2f", p/d}')
  rows="$rows| $name | $(stats "$work/p.ms") | $(stats "$work/d.ms") | $ratio | $n |"$'\n'
  echo "$name: portlayer $(stats "$work/p.ms") ms, dockerd $(stats "$work/d.ms") ms, ratio $ratio" >&2
}
run_true() { $1 run --rm busybox true; }
net() { $1 network create benchnet && $1 network rm benchnet; }
publish1() { $1 run --rm -p 9000:9000 busybox true; }
publish100() { $1 run --rm -p 9000-9099:9000-9099 busybox true; }
publish1000() { $1 run --rm -p 9000-9999:9000-9999 busybox true; }
parallel50() { local i; local w=(); for i in $(seq 1 50); do $1 run -d --name "par$i" busybox sleep 1000 & w+=($!); done; wait "${w[@]}"; }
clean50() { local all; all=$($1 ps -aq); [ -z "$all" ] || $1 rm -f $all >/dev/null 2>&1; }

run_true "$P" >/dev/null; run_true "$D" >/dev/null # warm
measure "\`docker run --rm busybox true\`" run_true "$rounds"
measure "\`network create\` + \`rm\`" net "$rounds"
measure "run with 1 published port" publish1 "$rounds"
measure "run with a range of 100 published ports" publish100 3
measure "run with a range of 1,000 published ports" publish1000 1
: >"$work/p.ms"; : >"$work/d.ms"
once parallel50 "$P" >>"$work/p.ms"; clean50 "$P"; once parallel50 "$D" >>"$work/d.ms"; clean50 "$D"
rows="$rows| 50 containers started in parallel | $(stats "$work/p.ms") | $(stats "$work/d.ms") | $(awk -v p="$(median "$work/p.ms")" -v d="$(median "$work/d.ms")" 'BEGIN {printf "%.2f", p/d}') | 1 |"$'\n'

rss() { local sum=0 r; for p in "$@"; do r=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$p/status" 2>/dev/null || echo 0); sum=$((sum + ${r:-0})); done; echo $((sum / 1024)); }
java_pid=$(cat "$work/pr/daemon.pid")
docker_pids="$(cat "$work/dr/pid") $(pgrep -f "containerd --config $work/de" || true)"
mkdir -p "$(dirname "$out")"
{
  echo "# $(date +%F)"
  echo
  echo "Machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r). JDK $(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$(find_jdk)/release"),"
  echo "$($D version --format 'dockerd {{.Server.Version}}'), docker CLI $(docker version --format '{{.Client.Version}}' 2>/dev/null || true), $(runc --version | head -n 1), commit $(git -C "$home" rev-parse --short HEAD 2>/dev/null || echo '?')."
  echo "Command: \`bench/run.sh --rounds $rounds\`. Milliseconds as median (least..greatest) of alternating runs of the same docker CLI, which is part of each number."
  echo
  echo "| what | Portlayer ms | dockerd ms | ratio | rounds |"
  echo "| --- | --- | --- | --- | --- |"
  printf '%s' "$rows"
  echo "| \`vch create\` (the first of a daemon) | $create_ms | | | 1 |"
  echo "| memory of the daemons afterwards (RSS, MiB) | $(rss $java_pid) | $(rss $docker_pids) (dockerd + containerd) | | |"
  [ ! -f "$work/failures" ] || { echo; echo "Failures:"; echo; sed 's/^/    /' "$work/failures" | sort | uniq -c; }
} >"$out"
cat "$out"
