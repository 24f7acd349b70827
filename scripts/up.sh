#!/usr/bin/env bash
# Starts the daemon in the background, if none runs on the run directory.
#   up.sh [--state-dir DIR] [--run-dir DIR] [--runtime PROGRAM] [--debug]
set -euo pipefail
home=$(dirname "$(dirname "$(readlink -f "$0")")")
. "$home/scripts/common.sh"
state=${VCH_STATE_DIR:-/var/lib/portlayer} run=${VCH_RUN_DIR:-/run/portlayer} rest=()
usage() { echo "Usage: vch up [--state-dir DIR] [--run-dir DIR] [--runtime PROGRAM] [--debug]"; }
while [ $# -gt 0 ]; do
  case "$1" in
    --state-dir) state=${2:?--state-dir needs a directory}; shift 2 ;;
    --state-dir=*) state=${1#*=}; shift ;;
    --run-dir) run=${2:?--run-dir needs a directory}; shift 2 ;;
    --run-dir=*) run=${1#*=}; shift ;;
    --runtime) rest+=("$1" "${2:?--runtime needs a program}"); shift 2 ;;
    --runtime=*|--debug) rest+=("$1"); shift ;;
    -h|--help) usage; echo "Starts the daemon in the background, if none runs."; exit 0 ;;
    *) echo "vch up: unknown option '$1'" >&2; usage >&2; exit 2 ;;
  esac
done
need_root "vch up"
answers() { [ -S "$run/admin.sock" ] && "$home/vch" version --run-dir "$run" >/dev/null 2>&1; }
if answers; then echo "A daemon runs already on $run."; exit 0; fi
mkdir -p "$run" "$state"
log="$state/daemon.log"
began=$(stat -c %s "$log" 2>/dev/null || echo 0)
said() { tail -c "+$((began + 1))" "$log" | tail -n "$1"; }
setsid "$home/vch" daemon --state-dir "$state" --run-dir "$run" "${rest[@]}" </dev/null >>"$log" 2>&1 &
pid=$!
for _ in $(seq 1 300); do
  if answers; then echo "The daemon runs (pid $pid): state in $state, sockets in $run, log in $log."; exit 0; fi
  if ! kill -0 "$pid" 2>/dev/null && said 1 | grep -q "another daemon runs on $run;"; then
    # started twice at once: the other was quicker
    for _ in $(seq 1 100); do if answers; then echo "A daemon runs already on $run."; exit 0; fi; sleep 0.1; done
  fi
  kill -0 "$pid" 2>/dev/null || {
    echo "vch: the daemon did not start:" >&2
    if [ -n "$(said 1)" ]; then said 15 >&2; else echo "nothing was written to $log: is its disk full? Run 'vch daemon' in the foreground to see." >&2; fi
    exit 1
  }
  sleep 0.1
done
echo "vch: the daemon does not answer after 30 seconds; see $log" >&2
exit 1
