#!/usr/bin/env bash
# Builds the measuring program and runs it. See bench/README.md.
set -euo pipefail
home=$(dirname "$(dirname "$(readlink -f "$0")")")
. "$home/scripts/common.sh"
jdk
cd "$home"
path=bench/target/classpath
if [ ! -f "$path" ] || [ -n "$(find . -path ./dist -prune -o -path '*/target' -prune -o -path ./.git -prune -o \
    \( -name '*.java' -path '*/src/main/*' -o -name pom.xml \) -type f -newer "$path" -print -quit)" ]; then
  echo "Building the bench ..." >&2
  mvn_ -q -DskipTests -Dspotless.check.skip package dependency:build-classpath -Dmdep.outputFile="$home/$path" -DincludeScope=runtime -pl bench -am >&2
fi
if [ "${1:-}" = --jmh ]; then
  shift
  exec "$JAVA_HOME/bin/java" -cp "$home/bench/target/classes:$(cat "$path")" org.openjdk.jmh.Main "$@"
fi
need_root "./do bench"
scripts/packages.sh --bench
exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx128m -Dbench.home="$home" -cp "$home/bench/target/classes:$(cat "$path")" vch.bench.Main "$@"
