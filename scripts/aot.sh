#!/usr/bin/env bash
# Trains the AOT caches of the command line and of the daemon. Called by build.sh.
set -euo pipefail
home=$(dirname "$(dirname "$(readlink -f "$0")")")
. "$home/scripts/common.sh"
jdk
dist="$home/dist"
rm -f "$dist"/*.aot
jars=$(echo "$dist"/cli/*.jar | tr ' ' ':')
# One run that parses the largest command and fails to connect: everything a command does but the answer.
"$JAVA_HOME/bin/java" -XX:AOTCacheOutput="$dist/cli.aot" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Xmx48m \
  -cp "$jars" vch.app.cli.Vch create --name train --run-dir "$dist/none" --dns-server 192.0.2.1 >/dev/null 2>&1 || true
[ -s "$dist/cli.aot" ]
