#!/usr/bin/env bash
# A database and a web application that find each other: by a link, by a network, by Compose. See README.md.
#   run.sh [--keep] [--cache DIR] [link|network|compose]...     all three where none is named
# --keep   leaves the last one running and says where its page is
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
keep=0 ways=() cache=()
while [ $# -gt 0 ]; do
  case "$1" in
    --keep) keep=1 ;;
    --cache) cache=(--cache "${2:?--cache needs a directory}"); shift ;;
    link|network|compose) ways+=("$1") ;;
    *) echo "run.sh: unknown word '$1'" >&2; sed -n '3s/^# */Usage: /p' "$0" >&2; exit 2 ;;
  esac
  shift
done
export DOCKER_BUILDKIT=${DOCKER_BUILDKIT:-0} # a VCH has the classic builder
[ ${#ways[@]} -gt 0 ] || ways=(link network compose)

# Where published ports answer: the public address of the VCH.
address() {
  local socket=${DOCKER_HOST:-} directory
  case "$socket" in
    tcp://*) socket=${socket#tcp://}; echo "${socket%:*}"; return ;;
    unix://*/docker.sock)
      directory=$(dirname "${socket#unix://}")
      if [ -S "$(dirname "$directory")/admin.sock" ]; then
        "$here/../../vch" inspect --run-dir "$(dirname "$directory")" --name "$(basename "$directory")" --format '{{.Public.Address}}'
        return
      fi ;;
  esac
  echo 127.0.0.1
}
host=${ADDRESS:-$(address)}

compose() {
  if docker compose version >/dev/null 2>&1; then docker compose --project-directory "$here" -f "$here/docker-compose.yml" -p shop "$@"
  else docker-compose --project-directory "$here" -f "$here/docker-compose.yml" -p shop "$@"; fi
}
say() { printf '\n== %s\n' "$1"; }
run() { printf '$'; printf ' %q' "$@"; printf '\n'; "$@"; }
# get PORT [FORM]: the page, by bash alone. With a form, a row is added.
get() {
  timeout 10 bash -c 'exec 3<>"/dev/tcp/$0/$1"; if [ -n "$2" ]; then printf "POST / HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s" ${#2} "$2" >&3
    else printf "GET / HTTP/1.0\r\n\r\n" >&3; fi; cat <&3' "$host" "$1" "${2:-}" 2>/dev/null || true
}
# page CONTAINER: waits until the page shows the rows; the database makes itself at its first start
page() {
  local port answer=
  port=$(docker port "$1" 5000/tcp | head -n 1); port=${port##*:}
  for _ in $(seq 1 120); do
    answer=$(get "$port")
    case "$answer" in *"<td>quince<td>3"*) break ;; esac
    sleep 0.5
  done
  case "$answer" in *"<td>quince<td>3"*) ;; *) echo "The page does not show the rows after a minute. It says: $answer" >&2; docker logs --tail 5 "$1" >&2; exit 1 ;; esac
  get "$port" 'name=medlar&pieces=5' >/dev/null
  answer=$(get "$port")
  case "$answer" in *"<td>medlar<td>5"*) ;; *) echo "The page does not show a row that was added. It says: $answer" >&2; exit 1 ;; esac
  printf '%s\n' "$answer" | sed '1,/^\r*$/d'
  echo "The page: http://$host:$port/"
}
clear() { # everything of this example, whatever state it is in
  docker rm -f -v shop-web shop-db >/dev/null 2>&1 || true
  docker network rm shop-net >/dev/null 2>&1 || true
  compose down -v --remove-orphans -t 1 >/dev/null 2>&1 || true
}

by_link() {
  run docker run -d --name shop-db portlayer/shop-db
  run docker run -d --name shop-web --link shop-db:db -P portlayer/shop-web
  page shop-web
}
by_network() {
  run docker network create shop-net
  run docker run -d --name shop-db --network shop-net --network-alias db portlayer/shop-db
  run docker run -d --name shop-web --network shop-net -P portlayer/shop-web
  page shop-web
}
by_compose() {
  compose up -d
  page "$(compose ps -q web)"
}

say "The images"
"$here/prepare.sh" "${cache[@]}"
run docker build -q -t portlayer/shop-db "$here/db"
run docker build -q -t portlayer/shop-web "$here/web"
clear
[ $keep = 1 ] || trap clear EXIT
for way in "${ways[@]}"; do
  clear
  say "By $way"
  "by_$way"
done
echo
if [ $keep = 1 ]; then echo "It goes on. To end it: docker rm -f -v shop-web shop-db; docker network rm shop-net; or, by Compose, docker-compose -p shop down -v"; else echo "All of it worked."; fi
