#!/bin/sh
# Writes the root of a reaper's image as a tar archive to standard output: busybox, OpenBSD's nc (which speaks to Unix sockets) with its
# libraries, and two scripts. Where no registry has testcontainers/ryuk:
#   clients/src/test/ryuk/image.sh | docker import --change 'ENTRYPOINT ["/bin/ryuk.sh"]' - portlayer/ryuk:1
set -eu
here=$(dirname "$(readlink -f "$0")")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/bin" "$root/etc" "$root/run" "$root/var" "$root/tmp" "$root/proc"
ln -s ../run "$root/var/run"
cp /bin/busybox "$root/bin/busybox"
for applet in $(busybox --list); do [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"; done
cp "$(readlink -f "$(command -v nc.openbsd)")" "$root/bin/nc.openbsd"
for library in $(ldd /bin/nc.openbsd | grep -o '/[^ ]*'); do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done
cp "$here/ryuk.sh" "$here/serve.sh" "$root/bin/"
chmod 755 "$root"/bin/*.sh
tar --numeric-owner --owner=0 --group=0 -C "$root" -c .
