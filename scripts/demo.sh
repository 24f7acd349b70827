#!/usr/bin/env bash
# The main job, live: sets everything up and plays the use cases through the docker command line.
#   vch demo [--state-dir DIR] [--run-dir DIR] [--name NAME] [--no-install]
# Sends only within the VCH's own subnets. Exit status: 0 when every outcome is as promised.
set -euo pipefail
home=$(dirname "$(dirname "$(readlink -f "$0")")")
. "$home/scripts/common.sh"
state=${VCH_STATE_DIR:-/var/lib/portlayer} run=${VCH_RUN_DIR:-/run/portlayer} name=demo install=
usage() { echo "Usage: vch demo [--state-dir DIR] [--run-dir DIR] [--name NAME] [--no-install]"; }
while [ $# -gt 0 ]; do
  case "$1" in
    --state-dir) state=${2:?--state-dir needs a directory}; shift 2 ;;
    --run-dir) run=${2:?--run-dir needs a directory}; shift 2 ;;
    --name) name=${2:?--name needs a name}; shift 2 ;;
    --no-install) install=--no-install; shift ;;
    -h|--help) usage; exit 0 ;;
    *) echo "vch demo: unknown option '$1'" >&2; usage >&2; exit 2 ;;
  esac
done
need_root "vch demo"
started=$(date +%s)

if [ -t 1 ]; then bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' dim=$'\e[2m' plain=$'\e[0m'; else bold= green= red= dim= plain=; fi
crosses=0
title() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
tick() { printf '%s✓%s %s\n' "$green" "$plain" "$1"; }
cross() { printf '%s✗%s %s\n' "$red" "$plain" "$1"; crosses=$((crosses + 1)); }
output= status=0
# Shows the command as a user would type it, runs it, shows what it printed.
run() {
  printf '%s$%s' "$dim" "$plain"; printf ' %q' "$@" | sed "s/\\\\ / /g; s/\\\\'/'/g"; printf '\n'
  status=0
  output=$("$@" 2>&1) || status=$?
  [ -z "$output" ] || printf '%s\n' "$output"
}
quietly() { "$@" >/dev/null 2>&1 || true; }
must() { [ "$status" = 0 ] || { cross "$1"; finish; }; }
expect() { # what, text that must be in the output
  case "$output" in *"$2"*) if [ "$status" = 0 ]; then tick "$1"; else cross "$1 (exit status $status)"; fi ;; *) cross "$1" ;; esac
}
refuse() { if [ "$status" != 0 ]; then tick "$1"; else cross "$1"; fi; }
# fetch ADDRESS PORT: what a web server answers. By bash itself, which needs no further program. A server needs a moment until
# it listens; asks again for up to 5 seconds.
fetch() {
  local answer
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if answer=$(timeout 3 bash -c 'exec 3<>"/dev/tcp/$0/$1" && printf "GET / HTTP/1.0\r\n\r\n" >&3 && cat <&3' "$1" "$2" 2>/dev/null) && [ -n "$answer" ]; then
      printf '%s\n' "$answer" | sed '1,/^\r*$/d'
      return 0
    fi
    sleep 0.5
  done
  echo "no answer from $1 port $2"
  return 1
}
finish() {
  title "Result"
  echo "$(($(date +%s) - started)) seconds."
  if [ "$crosses" = 0 ]; then tick "every outcome is as promised"; else cross "$crosses outcomes are not as promised"; fi
  cat <<T

The VCH "$name" goes on. Use it:
  export DOCKER_HOST=unix://$run/$name/docker.sock
  docker ps
or from elsewhere on its network, with TLS:
$(vch inspect --name "$name" --format '  export DOCKER_HOST=tcp://{{.Client.Address}}:{{.Client.Port}} DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH={{.CertPath}}' 2>/dev/null || true)
Remove it, and the hosts that stood for two LANs:
  $home/vch delete --force --name $name${runflag:+ $runflag}
  ip netns del $name-office; ip netns del $name-production
  $home/vch portgroup rm $name-office${runflag:+ $runflag}; $home/vch portgroup rm $name-production${runflag:+ $runflag}
Stop the daemon (containers go on):
  $home/vch down${runflag:+ $runflag}
T
  [ "$crosses" = 0 ] || exit 1
  exit 0
}

title "1. What is needed"
"$home/scripts/packages.sh" $install
"$home/scripts/build.sh"
tick "packages and jars are there, JDK $(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$(find_jdk)/release")"
export VCH_RUN_DIR=$run
runflag=; [ "$run" = /run/portlayer ] || runflag="--run-dir $run"
vch() { "$home/vch" "$@"; }

title "2. The daemon and a virtual container host"
run "$home/scripts/up.sh" --state-dir "$state" --run-dir "$run"
must "the daemon runs"
if vch inspect --name "$name" --format '{{.ID}}' >/dev/null 2>&1; then
  echo "The VCH \"$name\" is there already; using it."
else
  run vch create --name "$name"
  must "vch create"
fi
run vch ls
expect "the VCH is listed" "$name"
public=$(vch inspect --name "$name" --format '{{.Public.Address}}')
export DOCKER_HOST=unix://$run/$name/docker.sock
unset DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_CONTEXT
docker() { command docker "$@"; }
for c in test1 server client db model view; do quietly docker rm -f "$c"; done
for n in my-bridge-network bridge-db bridge-web; do quietly docker network rm "$n"; done

title "3. An image, made of the distribution's static busybox"
if docker image inspect busybox >/dev/null 2>&1; then
  echo "The VCH has it already."
else
  root=$(mktemp -d); trap 'rm -rf "$root"' EXIT
  mkdir -p "$root/bin" "$root/etc" "$root/tmp" "$root/root" "$root/www"; chmod 1777 "$root/tmp"
  cp "$(command -v busybox)" "$root/bin/busybox"
  for applet in $(busybox --list); do [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"; done
  printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"; printf 'root:x:0:\n' >"$root/etc/group"
  printf '%s tar -C ROOT -c . | docker import --change '\''CMD ["sh"]'\'' - busybox\n' "$dim\$$plain"
  status=0; output=$(tar --numeric-owner --owner=0 --group=0 -C "$root" -c . | docker import --change 'CMD ["sh"]' - busybox 2>&1) || status=$?
  echo "$output"
  expect "docker import" "sha256:"
fi
run docker images

title "4. A container with a published port"
run docker run -d -p 8080:80 --name test1 busybox sh -c 'echo Hello from test1 >/www/index.html; exec httpd -f -p 80 -h /www'
must "docker run -p"
run fetch "$public" 8080
expect "port 80 of test1 answers at the public address $public, port 8080" "Hello from test1"

title "5. A bridge network of one's own"
run docker network create -d bridge my-bridge-network
must "docker network create"
run docker network ls
expect "it is listed" "my-bridge-network"
run docker run -d --net=my-bridge-network --name=server busybox sleep 3600
must "docker run server"
run docker run --rm --name=client --net=my-bridge-network busybox ping -c 3 server
expect "client reaches server by name" "3 packets received"

title "6. The same with a published port"
quietly docker rm -f server
run docker run -d -p 5000:5000 --net=my-bridge-network --name=server busybox sh -c 'echo "Hello world!" >/www/index.html; exec httpd -f -p 5000 -h /www'
must "docker run server"
run docker run --rm --name=client --net=my-bridge-network busybox ping -c 3 server
expect "client pings server" "3 packets received"
run fetch "$public" 5000
expect "server answers at the public address, port 5000" "Hello world!"
run docker run --rm --name=client --net=my-bridge-network busybox timeout 5 wget -q -O - http://server:5000/
expect "client reaches server:5000" "Hello world!"

title "7. An internal network for data, another for the web"
quietly docker rm -f test1
run docker network create --internal bridge-db
must "docker network create --internal"
run docker network create bridge-web
run docker run -d --name db --net bridge-db busybox sh -c 'echo data >/www/index.html; exec httpd -f -p 3306 -h /www'
run docker create --name model --net bridge-db busybox sleep 3600
run docker network connect bridge-web model
run docker start model
must "docker start model"
run docker run -d -p 8080:80 --name view --net bridge-web busybox sh -c 'echo "This is view" >/www/index.html; exec httpd -f -p 80 -h /www'
must "docker run view"
run docker exec model timeout 5 wget -q -O - http://db:3306/
expect "model reaches db" "data"
run docker exec model timeout 5 wget -q -O - http://view/
expect "model reaches view" "This is view"
run docker exec view ping -c 1 -W 2 db
refuse "view does not know db"
db=$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' db)
run docker exec view timeout 2 wget -q -O - "http://$db:3306/"
refuse "view cannot reach db by address ($db) either"
run docker exec db ping -c 1 -W 2 "$public"
refuse "db reaches nothing outside"
run fetch "$public" 8080
expect "view answers at the public address, port 8080" "This is view"

title "8. Container networks: addresses of their own on two LANs"
# Two segments of this machine with a host on each that stands for the LAN's router. Nothing leaves the machine.
lan() { # NAME ADDRESS: a port group, and a namespace with that address plugged into it
  quietly vch portgroup create "$name-$1"
  local link
  link=$(vch portgroup inspect "$name-$1" --format '{{.Link}}')
  ip netns del "$name-$1" 2>/dev/null || true
  ip netns add "$name-$1"
  ip link add "$link-h" type veth peer name eth0 netns "$name-$1"
  ip link set "$link-h" master "$link" up
  ip -n "$name-$1" link set lo up
  ip -n "$name-$1" link set eth0 up
  ip -n "$name-$1" addr add "$2" dev eth0
}
lan office 10.2.0.1/16
lan production 208.91.3.1/24
from_lan() { local lan=$1; shift; ip netns exec "$name-$lan" "$@"; }
if docker network inspect vic-production >/dev/null 2>&1; then
  echo "The VCH has them already."
else
  run vch configure --name "$name" --container-network "$name-office:default-external" --container-network-gateway "$name-office:10.2.0.1/16" --container-network-ip-range "$name-office:10.2.7.0/24" --container-network "$name-production:vic-production" --container-network-gateway "$name-production:208.91.3.1/24"
  must "vch configure"
fi
run docker network ls
expect "they are networks of the VCH" "vic-production"
quietly docker rm -f server view
run docker run -d --expose=80 --net=vic-production --name server busybox sh -c 'echo This is server >/www/index.html; exec httpd -f -p 80 -h /www'
must "docker run server"
address() { docker inspect --format='{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$1"; }
server=$(address server)
run from_lan production ping -c 1 -W 2 "$server"
expect "a host of the LAN reaches the container at its own address $server" "1 received"
run from_lan production curl -s -m 2 "http://$server/"
refuse "but not its port 80, which is exposed and not published"
quietly docker rm -f server
run docker run -d -p 80:8080 --net=vic-production --name server busybox sh -c 'echo This is server >/www/index.html; exec httpd -f -p 8080 -h /www'
must "docker run -p"
server=$(address server)
run docker port server
expect "the published port is the container's own" "$server:80"
run from_lan production curl -s -m 5 --retry 5 --retry-connrefused --retry-delay 1 "http://$server/"
expect "a host of the LAN reaches it, with no NAT between" "This is server"
run docker run --rm --net=vic-production busybox timeout 5 wget -q -O - http://server/
expect "another container of the network reaches it by name" "This is server"
run docker create -p 80 --name view --net bridge-db busybox sh -c 'echo This is view >/www/index.html; exec httpd -f -p 80 -h /www'
run docker network connect default-external view
run docker start view
must "docker start view"
run docker exec view timeout 5 wget -q -O - http://db:3306/
expect "view has the data network" "data"
view=$(docker inspect --format='{{(index .NetworkSettings.Networks "default-external").IPAddress}}' view)
run from_lan office curl -s -m 5 --retry 5 --retry-connrefused --retry-delay 1 "http://$view/"
expect "and its service is on port 80 of its own address $view" "This is view"
run docker exec db ping -c 1 -W 2 10.2.0.1
refuse "db has no way out"
run vch explain "$name" 208.91.3.1 server:80
run vch ip ls "$name"
finish
