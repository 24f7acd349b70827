"""A DHCP server that misbehaves in one way: hostile.py HOW. Runs on a host 10.9.0.1 of a LAN, on its eth0."""
import random
import socket
import struct
import sys

DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE = 1, 2, 3, 4, 5, 6, 7
how = sys.argv[1]
chance = random.Random(7)
declined = set()
requests = 0

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
server.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
server.bind(("", 67))


def ip(text):
    return socket.inet_aton(text)


def option(code, data):
    return bytes([code, len(data)]) + data


def options_of(packet):
    found, at = {}, 240
    while at < len(packet) and packet[at] != 255:
        if packet[at] == 0:
            at += 1
            continue
        found[packet[at]] = packet[at + 2 : at + 2 + packet[at + 1]]
        at += 2 + packet[at + 1]
    return found


def message(asked, kind, address, options, pad=0):
    head = struct.pack("!BBBBIHH", 2, 1, 6, 0, struct.unpack("!I", asked[4:8])[0], 0, 0x8000)
    head += ip("0.0.0.0") + ip(address) + ip("0.0.0.0") * 2 + asked[28:44] + bytes(192)
    return head + b"\x63\x82\x53\x63" + option(53, bytes([kind])) + options + b"\xff" + bytes(pad)


def say(data, to="255.255.255.255"):
    server.sendto(data, (to, 68))


def usual(lease=3600, mask="255.255.255.0", router="10.9.0.1"):
    out = option(54, ip("10.9.0.1"))
    if lease is not None:
        out += option(51, struct.pack("!I", lease))
    if mask:
        out += option(1, ip(mask))
    if router:
        out += option(3, ip(router))
    return out


def answer(asked, kind):
    """Address and options for an offer or an acknowledgement."""
    address = "10.9.0.50"
    if how == "no-mask":
        return address, usual(mask=None)
    if how == "odd-mask":
        return address, usual(mask="255.0.255.0")
    if how == "empty-mask":
        return address, usual(mask="0.0.0.0")
    if how == "long-mask":
        return address, usual(mask=None) + option(1, ip("255.255.255.0") * 3)
    if how == "network-address":
        return "10.9.0.0", usual()
    if how == "loopback":
        return "127.0.0.1", usual()
    if how == "multicast":
        return "224.0.0.5", usual()
    if how == "no-time":
        return address, usual(lease=None)
    if how == "instant":
        return address, usual(lease=0)
    if how == "for-ever":
        return address, usual(lease=0xFFFFFFFF)
    if how == "bare":
        return address, usual(router=None)
    if how == "other-subnet":
        return "172.31.5.5", usual(mask="255.255.255.255", router="10.9.0.1")
    if how in ("short", "nak-renewal", "moving"):
        if how == "moving" and requests > 1 and kind == ACK:
            address = "10.9.0.60"
        if how == "nak-renewal" and requests > 1:
            address = "10.9.0.60"
        return address, usual(lease=4)
    if how == "early":
        return address, usual() + option(58, struct.pack("!I", 3))
    if how == "taken":
        return next(a for a in ("10.9.0.40", "10.9.0.41") if a not in declined), usual()
    if how == "words":
        evil = b"$(touch pwned)`touch pwned`;touch pwned\n\"'\\\nserver 6.6.6.6\n"
        out = usual() + option(15, evil) + option(12, evil) + option(56, evil) + option(66, evil)
        out += option(17, b"PATH=/nowhere\nLD_PRELOAD=/x") + option(26, b"\x00\x01") + option(6, ip("224.0.0.9"))
        # what ends within an address, or has bits after its prefix, or an impossible prefix
        return address, out + option(121, bytes([9, 10, 255]) + ip("10.9.0.2") + bytes([200]) + b"\x01\x02\x03")
    if how in ("many", "giant"):
        out = usual()
        for n in range(16 if how == "many" else 200):
            out += option(121, bytes([24, 10, 20, n]) + ip("10.9.0.2"))
        return address, out + option(6, ip("10.9.0.2") * 8)
    return address, usual()


def noise(asked):
    """Messages of the right transaction that are damaged in all ways: none of them may count."""
    for _ in range(60):
        whole = message(asked, chance.choice((OFFER, ACK, NAK)), "10.9.0.66", usual())
        damaged = bytearray(whole)
        for _ in range(chance.randrange(1, 30)):
            damaged[chance.randrange(8, len(damaged))] = chance.randrange(256)
        # of another client: what udhcpc must drop, however it is made otherwise
        damaged[28] ^= 0xFF
        say(bytes(damaged[: chance.randrange(1, len(damaged))]))
    say(message(asked, OFFER, "10.9.0.66", option(51, b"")[:1] + b"\xff" * 200))
    say(bytes(60000))
    say(asked[:240])


while True:
    asked, (sender, _) = server.recvfrom(65535)
    told = options_of(asked)
    kind = told.get(53, b"\0")[0]
    print(kind, told.get(50, b"").hex(), sender, flush=True)
    if how == "silent":
        continue
    if kind == DISCOVER:
        if how == "noise":
            noise(asked)
        address, options = answer(asked, OFFER)
        say(message(asked, OFFER, address, options))
        if how == "twice":
            say(message(asked, OFFER, "10.9.0.77", options))
    elif kind == DECLINE:
        declined.add(socket.inet_ntoa(told[50]))
    elif kind == REQUEST:
        requests += 1
        if how == "no-ack":
            continue
        if how == "nak" or how == "nak-renewal" and requests == 2:
            say(message(asked, NAK, "0.0.0.0", option(54, ip("10.9.0.1")) + option(56, b"go\naway")), "255.255.255.255")
            continue
        address, options = answer(asked, ACK)
        to = "255.255.255.255" if asked[12:16] == bytes(4) else socket.inet_ntoa(asked[12:16])
        say(message(asked, ACK, address, options, pad=5000 if how == "padded" else 0), to)
