#!/bin/sh
# One connection of a program that starts containers. Each line is a filter such as label=a=b&label=c=d and is answered with
# ACK. When the program goes, however that happens, what matches its filters is removed.
filters=
while read -r line; do
  filters="$filters $line"
  echo ACK
done
exec >/proc/1/fd/1 2>&1

# ask METHOD PATH: the body of the answer, by HTTP/1.0, which has no chunks
ask() { printf '%s %s HTTP/1.0\r\nHost: docker\r\nContent-Length: 0\r\n\r\n' "$1" "$2" | nc.openbsd -U /var/run/docker.sock | sed '1,/^\r$/d'; }
# names MEMBER: its values in a list of objects, one a line
names() { grep -o "\"$1\":\"[^\"]*\"" | cut -d '"' -f 4; }
# remove LIST MEMBER PATH [QUERY]: everything that a list tells, but this container
remove() {
  for name in $(ask GET "$1" | names "$2"); do
    case "$name" in "$(hostname)"*) ;; *) echo "removing $3$name"; ask DELETE "$3$name$4" ;; esac
  done
}

for filter in $filters; do
  labels=
  IFS='&'
  for pair in $filter; do
    case "$pair" in label=*) labels="$labels,\"$(printf %s "${pair#label=}" | sed 's/%3D/=/g; s/%2E/./g; s/%2D/-/g')\"" ;; esac
  done
  unset IFS
  [ -n "$labels" ] || continue # everything of everybody is never meant
  query=$(printf '{"label":[%s]}' "${labels#,}" | sed 's/{/%7B/g; s/}/%7D/g; s/\[/%5B/g; s/\]/%5D/g; s/"/%22/g; s/=/%3D/g; s/,/%2C/g; s/:/%3A/g')
  remove "/containers/json?all=1&filters=$query" Id /containers/ '?force=1&v=1'
  remove "/networks?filters=$query" Id /networks/
  remove "/volumes?filters=$query" Name /volumes/
  remove "/images/json?filters=$query" Id /images/ '?force=1'
done
kill "$(cat /run/server.pid)"
