#!/usr/bin/env bash
# Stops the daemon of a run directory. Containers and their networks go on; the next daemon takes them over.
#   down.sh [--run-dir DIR]
set -euo pipefail
run=${VCH_RUN_DIR:-/run/portlayer}
while [ $# -gt 0 ]; do
  case "$1" in
    --run-dir) run=${2:?--run-dir needs a directory}; shift 2 ;;
    --run-dir=*) run=${1#*=}; shift ;;
    -h|--help) echo "Usage: vch down [--run-dir DIR]"; echo "Stops the daemon; containers go on."; exit 0 ;;
    *) echo "vch down: unknown option '$1'" >&2; echo "Usage: vch down [--run-dir DIR]" >&2; exit 2 ;;
  esac
done
pid=$(cat "$run/daemon.pid" 2>/dev/null) || { echo "vch: no daemon runs on $run" >&2; exit 1; }
if ! tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q vch.app; then echo "vch: no daemon runs on $run" >&2; exit 1; fi
kill "$pid"
for _ in $(seq 1 100); do kill -0 "$pid" 2>/dev/null || { echo "The daemon has ended; containers go on."; exit 0; }; sleep 0.1; done
echo "vch: the daemon (pid $pid) has not ended after 10 seconds" >&2
exit 1
