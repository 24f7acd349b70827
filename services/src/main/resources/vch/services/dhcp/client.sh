# What the DHCP client of an endpoint (udhcpc) does with what it hears. No daemon is needed for it.
# udhcpc runs `sh EVENT` in this directory; each file EVENT sets $event and reads this one. So
# nothing here needs to be executable, and /run may be mounted noexec.
#   from the daemon: PORTLAYER_PLACE, path of the endpoint's files without their endings;
#                    PORTLAYER_BUSYBOX, path of busybox
#   from udhcpc: interface, and of the server's answer ip and one variable an option. Those are a
#                stranger's words: always quoted, never evaluated, never part of a file's name.
# The address has the lifetime of the lease in the kernel: if all of this dies, it ends in time.
set -f
place=$PORTLAYER_PLACE
client=$PPID
leased=
[ ! -e "$place.lease" ] || leased=$(sed -n 's/^address //p' "$place.lease")

# The file appears whole, or not at all.
write() { cat >"$place.new" && mv -f "$place.new" "$place.lease"; }

clean() { printf '%s' "$1" | tr -cd '[:print:]' | cut -c 1-200; }

drop() {
  [ -z "$leased" ] || ip address del "$leased" dev "$interface" 2>/dev/null
  rm -f "$place.routes"
}

# no WHY DETAIL: there is no lease. WHY is a word that the daemon knows.
no() { drop; printf 'none %s %s\n' "$1" "$2" | write; }

# Asks the client for a renewal after some seconds, if it lives and knows nothing newer by then.
renew_after() {
  (
    sleep "$1"
    grep -qF -- "$place.pid" "/proc/$client/cmdline" 2>/dev/null && cmp -s "$place.lease" "$place.seen" &&
      kill -USR1 "$client"
  ) &
}

# A server may have been put right meanwhile.
refuse() {
  no unusable "$1"
  cp "$place.lease" "$place.seen"
  renew_after 8
}

# usable: says what is wrong with the answer, or nothing
usable() {
  case ${mask:-} in
    '') echo "has no usable subnet mask${subnet:+ (${subnet%% *})}"; return ;;
    [1-9] | [12][0-9] | 3[0-2]) ;;
    *) echo "has the subnet mask ${subnet%% *}"; return ;;
  esac
  bits=$((0xffffffff << (32 - mask) & 0xffffffff))
  if [ "$subnet" != "$((bits >> 24)).$((bits >> 16 & 255)).$((bits >> 8 & 255)).$((bits & 255))" ]; then
    echo "has $subnet as subnet mask, which is none"
    return
  fi
  oldifs=$IFS; IFS=.; set -- $ip; IFS=$oldifs
  number=$(($1 << 24 | $2 << 16 | $3 << 8 | $4))
  if [ "$1" = 0 ] || [ "$1" = 127 ] || [ "$1" -ge 224 ]; then
    echo "is for $ip, which no host can have"
  elif [ "$mask" -lt 31 ] && { [ $((number & ~bits & 0xffffffff)) = 0 ] || [ $(((number | bits) & 0xffffffff)) = $((0xffffffff)) ]; }; then
    echo "is for $ip, which is no host's address in a subnet with the mask $subnet"
  elif [ "$life" -lt 2 ]; then
    echo "lasts $life s, too short to be renewed"
  fi
}

# Option 121 replaces option 3 (RFC 3442). Of several routers the first counts.
wanted_routes() {
  if [ -n "${staticroutes:-}" ]; then
    set -- $staticroutes
    while [ $# -ge 2 ]; do echo "$1 $2"; shift 2; done
  else
    set -- ${router:-}
    case ${1:-0.0.0.0} in 0.0.0.0) ;; *) echo "0.0.0.0/0 $1" ;; esac
  fi
}

# A router need not be within the subnet (hence onlink); 0.0.0.0 as router means: on this link.
put_routes() {
  metric=$(sed -n 's/^metric //p' "$place.client")
  wanted_routes | sed "s/\$/ ${metric:-100}/" | sort -u >"$place.routes.new"
  {
    while read -r to via priority; do
      case $via in 0.0.0.0) hop="scope link" ;; *) hop="via $via onlink" ;; esac
      echo "route replace $to $hop dev $interface src $ip metric $priority proto dhcp"
    done <"$place.routes.new"
    [ ! -e "$place.routes" ] || sort "$place.routes" | comm -23 - "$place.routes.new" |
      while read -r to via priority; do
        # One that goes to the same place by the same metric has been replaced already.
        grep -q "^$to .* $priority\$" "$place.routes.new" ||
          echo "route del $to dev $interface metric $priority proto dhcp"
      done
  } | ip -4 -force -batch - >/dev/null
  mv -f "$place.routes.new" "$place.routes"
}

lease_given() {
  rm -f "$place.fresh" "$place.fails"
  life=${lease:-3600} # no option 51: as udhcpc takes it
  life=${life%% *}
  wrong=$(usable)
  if [ -n "$wrong" ]; then refuse "$wrong"; return; fi
  now=$(date +%s)
  [ -z "$leased" ] || [ "$leased" = "$ip/$mask" ] || drop
  case ${broadcast:-} in '' | *' '* | 0.0.0.0) around=+ ;; *) around=$broadcast ;; esac
  case $life in 4294967295) lasting=forever ;; *) lasting=$life ;; esac
  if ! said=$(ip address replace "$ip/$mask" broadcast "$around" dev "$interface" \
    valid_lft "$lasting" preferred_lft "$lasting" 2>&1); then
    refuse "cannot be put on the link: $(clean "$said")"
    return
  fi
  put_routes
  {
    echo "address $ip/$mask"
    echo "server ${serverid:-0.0.0.0}"
    echo "routers ${router:-}"
    echo "dns ${dns:-}"
    echo "routes ${staticroutes:-}"
    echo "mtu ${mtu:-}"
    echo "domain $(clean "${domain:-}")"
    echo "obtained $now"
    echo "lease $life"
  } | write
  # Neighbours that knew another at this address learn it.
  [ "$leased" = "$ip/$mask" ] && [ "$event" = renew ] ||
    "$PORTLAYER_BUSYBOX" arping -q -U -c 2 -I "$interface" -s "$ip" "$ip" >/dev/null 2>&1 &
  # udhcpc renews at half of each lease, and takes it for one of 30 s at least. It loses an answer that comes before the socket that
  # asked is closed, and asks again 2 s later: so a lease as short as that is asked for at a third, that there is time for both.
  early=$(t1)
  third=$((life > 5 ? life / 3 : 1))
  if [ "$life" -lt 30 ] && [ "$early" -gt "$third" ]; then early=$third; fi
  if [ "$life" -lt 30 ] || [ "$early" -lt $((life * 7 / 16)) ]; then
    cp "$place.lease" "$place.seen"
    renew_after "$early"
  fi
}

# When the server wants to be asked again (option 58, seconds), if that is not about half of the lease: servers that mean half
# vary it by up to a sixteenth of the lease, and a process that waits for that is not worth it.
t1() {
  case ${opt58:-} in
    *[!0-9a-f]* | '') echo $((life / 2)) ;;
    ????????)
      seconds=$((0x$opt58))
      if [ "$seconds" -ge 1 ] && [ "$seconds" -lt "$life" ]; then echo "$seconds"; else echo $((life / 2)); fi ;;
    *) echo $((life / 2)) ;;
  esac
}

case $event in
  bound | renew) lease_given ;;
  nak) no nak "${serverid:-}${message:+ $(clean "$message")}" ;;
  deconfig)
    # At its start: what an earlier client of the endpoint left is good until the lease ends. Later,
    # udhcpc gives a lease up as soon as no server answers at half of its time; the address stays
    # for all of it, while the client asks for it anew (RFC 2131 section 4.4.5).
    if [ -e "$place.fresh" ]; then
      rm -f "$place.fresh"
    else
      case $(tail -n 1 "$place.log") in
        *"lease lost"* | *"performing DHCP renew"*) ;;
        *"declin"*) no conflict "" ;;
        *) no ended "" ;;
      esac
    fi
    ;;
  leasefail)
    # No server: ask ever more seldom, so that many containers do not flood a LAN.
    fails=$(cat "$place.fails" 2>/dev/null)
    fails=$((${fails:-0} + 1))
    echo "$fails" >"$place.fails"
    [ "$fails" -le 2 ] || sleep $((fails > 7 ? 30 : fails * 4))
    ;;
esac
[ "$(wc -c <"$place.log")" -lt 16384 ] || : >"$place.log"
