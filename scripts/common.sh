# Shared by ./do, ./vch and the scripts beside this file. Sourced, never run.

# Prints the home of a JDK 25 or newer; fails where there is none. Reads the `release` file, which is quicker than
# starting a JVM. VCH_JDK_PLACES: patterns of folders to look at after those that variables name.
find_jdk() {
  local home version
  for home in "${VCH_JAVA_HOME:-}" "${VCH_HOME:-}/jdk" "${JAVA_HOME:-}" ${VCH_JDK_PLACES-/usr/lib/jvm/* /opt/jdk* /opt/java*}; do
    [ -n "$home" ] && [ -x "$home/bin/java" ] && [ -f "$home/release" ] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
    if [ "${version:-0}" -ge 25 ]; then echo "$home"; return 0; fi
  done
  return 1
}

jdk() {
  JAVA_HOME=$(find_jdk) || {
    echo "Portlayer needs a JDK 25 and found none in \$VCH_JAVA_HOME, \$JAVA_HOME or /usr/lib/jvm." >&2
    echo "Install one (for example Temurin 25 from https://adoptium.net) and set VCH_JAVA_HOME to its folder." >&2
    exit 3
  }
  export JAVA_HOME PATH="$JAVA_HOME/bin:$PATH"
}

need_root() {
  [ "$(id -u)" = 0 ] || { echo "$1 needs root: it makes network namespaces, mounts and nftables rules. Try: sudo $1" >&2; exit 4; }
}

mvn_() { mvn -B -ntp -Dstyle.color=never "$@"; }
