#!/usr/bin/env bash
# Jars and their dependencies into dist/lib, AOT caches beside them. Does nothing when dist is newer than every source.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/common.sh
[ -f pom.xml ] || exit 0 # an image: there is nothing to build
jdk
stamp=dist/.built
if [ -f "$stamp" ] && [ -z "$(find . -path ./dist -prune -o -path '*/target' -prune -o -path ./.git -prune -o \
    \( -name '*.java' -path '*/src/main/*' -o -name pom.xml -o -path '*/src/main/resources/*' -o -path './scripts/*' \) -type f -newer "$stamp" -print -quit)" ]; then
  exit 0
fi
command -v mvn >/dev/null 2>&1 || { echo "Building needs Maven (Debian package maven)." >&2; exit 5; }
echo "Building Portlayer ..." >&2
rm -rf dist.new && mkdir -p dist.new/lib dist.new/cli
log=$(mktemp)
mvn_ -q -DskipTests -Dspotless.check.skip package dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$PWD/dist.new/lib" -pl app -am >"$log" 2>&1 || {
  echo "The build failed:" >&2; grep -E '^\[ERROR\]' "$log" | head -n 30 >&2; rm -f "$log"; exit 6; }
rm -f "$log"
for m in portlayer kernel archive engine linux services compute build api app; do cp $m/target/$m-0.1.0.jar dist.new/lib/$m.jar; rm -f dist.new/lib/$m-0.1.0.jar; done
rm -f dist.new/lib/testkit-*.jar
# Bouncy Castle's jars are signed by their makers, class by class: the run time would verify each class, keep its digests in memory
# (4 MiB) and take none of them into the AOT cache. Maven has verified the jars whole.
unsign() { # the jar
  local parts
  parts=$(mktemp -d)
  (cd "$parts" && "$JAVA_HOME/bin/jar" --extract --file "$1")
  rm -f "$parts"/META-INF/*.SF "$parts"/META-INF/*.RSA "$parts"/META-INF/*.DSA "$parts"/META-INF/*.EC
  sed -n '/^\r\{0,1\}$/q;p' "$parts/META-INF/MANIFEST.MF" >"$parts.main" # without the sections of single classes
  rm "$parts/META-INF/MANIFEST.MF"
  "$JAVA_HOME/bin/jar" --create --file "$1" --manifest "$parts.main" -C "$parts" .
  rm -rf "$parts" "$parts.main"
}
for jar in dist.new/lib/bc*.jar; do unsign "$PWD/$jar"; done
# The command line runs from its own two jars: fewer to open, and an AOT cache of its own.
cp dist.new/lib/app.jar dist.new/lib/picocli-*.jar dist.new/cli/
rm -rf dist && mv dist.new dist
scripts/aot.sh || echo "AOT caches could not be made; vch works without them, but starts more slowly." >&2
touch "$stamp"
