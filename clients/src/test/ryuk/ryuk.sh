#!/bin/sh
# What Testcontainers wants of its reaper: port 8080, one line a filter, ACK. Speaks the protocol of testcontainers/ryuk.
# Ends when it has reaped, as that does.
nc -ll -p 8080 -e /bin/serve.sh &
echo $! >/run/server.pid
until grep -qs ':1F90 ' /proc/net/tcp /proc/net/tcp6; do usleep 20000; done
echo "Started"
wait
