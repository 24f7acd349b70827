#!/usr/bin/env bash
# A self-contained image: the jars, the scripts and a Java run time of just the modules that are needed, in dist/image.
# It runs on a machine of the same architecture without any JDK: dist/image/vch.
set -euo pipefail
home=$(dirname "$(dirname "$(readlink -f "$0")")")
. "$home/scripts/common.sh"
jdk
image="$home/dist/image"
rm -rf "$image" && mkdir -p "$image/dist"
# What the jars say they need of the JDK; automatic modules (without a descriptor) are looked through by jdeps.
modules=$(jdeps --ignore-missing-deps --multi-release 25 --print-module-deps --module-path "$home/dist/lib" \
  --add-modules ALL-MODULE-PATH "$home/dist/lib/app.jar" 2>/dev/null | tr ',' '\n' | grep -E '^(java|jdk)\.' | sort -u | paste -sd, || true)
modules="${modules:+$modules,}java.base,java.logging,java.sql,java.naming,java.management,java.xml,jdk.unsupported,jdk.crypto.ec"
jlink --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --compress zip-6 --generate-cds-archive \
  --output "$image/jdk"
cp -r "$home/dist/lib" "$home/dist/cli" "$image/dist/"
cp -r "$home/scripts" "$home/vch" "$image/"
cp "$home/README.md" "$home/LICENSE" "$image/"
touch "$image/dist/.built"
echo "$image: $(du -sh "$image" | cut -f1). Try: $image/vch --help"
