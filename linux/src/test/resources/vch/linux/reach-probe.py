"""Listeners and askers in many network namespaces at once, in one process: a socket stays in the
namespace that it was made in.

Commands on standard input, one a line, names without spaces:
  ns NAME PATH             a namespace
  tcp NAME PORT            listen on every address; who connects is told "NAME ADDRESS-SEEN PORT"
  udp NAME ADDRESS PORT    answer datagrams with the same
  sctp NAME ADDRESS PORT   answer an INIT with an INIT ACK that says the same: by raw sockets, so no kernel needs SCTP
  ready                    listeners are there: answers "ready"
  ask ID NAME PROTO ADDRESS PORT   to be asked with the next "go"; PROTO is tcp, udp, sctp or ping
  go SECONDS               asks all at once, answers "ID VERDICT [NAME SEEN PORT]" for each, then "done"
Verdicts: reached, refused (an error came), silence.
"""
import ctypes, errno, os, resource, selectors, socket, struct, sys, time

CLONE_NEWNET = 0x40000000
AGAIN = 0.25  # seconds between datagrams that ask the same
# The own filter drops what is sent; after 3 s without an answer to "who has": nobody has the address.
SILENCE = (errno.EPERM, errno.EHOSTUNREACH)

libc = ctypes.CDLL(None, use_errno=True)
most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
selector = selectors.DefaultSelector()
namespaces, asks, results = {}, [], {}
current = None


def enter(name):
    global current
    if current != name:
        if libc.setns(namespaces[name], CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns " + name)
        current = name


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def plain(address):
    return address.removeprefix("::ffff:")


def listen_tcp(name, port):
    enter(name)
    s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("::", port))
    s.listen(1024)
    s.setblocking(False)
    selector.register(s, selectors.EVENT_READ, lambda: accept(s, name, port))


def accept(s, name, port):
    try:
        c, peer = s.accept()
        c.sendall(f"{name} {plain(peer[0])} {port}\n".encode())
        c.close()
    except OSError:
        pass  # who asked went away


def listen_udp(name, address, port):
    enter(name)
    s = socket.socket(family(address), socket.SOCK_DGRAM)
    end = time.monotonic() + 10
    while True:
        try:
            s.bind((address, port))
            break
        except OSError as e:  # an IPv6 address is tentative at first
            if e.errno != errno.EADDRNOTAVAIL or time.monotonic() > end:
                raise OSError(e.errno, f"udp {name} {address} {port}")
            time.sleep(0.02)
    s.setblocking(False)
    selector.register(s, selectors.EVENT_READ, lambda: answer(s, name, port))


def answer(s, name, port):
    try:
        _, peer = s.recvfrom(64)
        s.sendto(f"{name} {plain(peer[0])} {port}".encode(), peer)
    except OSError:
        pass


CRC = []
for n in range(256):
    for _ in range(8):
        n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
    CRC.append(n)


def sctp_packet(source, to, tag, chunk, text=b""):
    """RFC 9260: common header with the checksum CRC32c, and a chunk INIT (1) or INIT ACK (2)."""
    value = struct.pack("!IIHHI", 7, 65536, 1, 1, 7) + text
    chunk = struct.pack("!BBH", chunk, 0, 4 + len(value)) + value
    chunk += bytes(-len(chunk) % 4)
    head = struct.pack("!HHI", source, to, tag)
    crc = 0xFFFFFFFF
    for byte in head + bytes(4) + chunk:
        crc = crc >> 8 ^ CRC[(crc ^ byte) & 255]
    return head + struct.pack("<I", crc ^ 0xFFFFFFFF) + chunk


def sctp_read(address, data):
    """Ports, chunk and text."""
    data = data if ":" in address else data[(data[0] & 15) * 4 :]
    source, to = struct.unpack("!HH", data[:4])
    length = struct.unpack("!H", data[14:16])[0]
    return source, to, data[12], data[32 : 12 + length]


sctp_ports = {}
sctp_source = 20000


def listen_sctp(name, address, port):
    if (name, address) in sctp_ports:
        sctp_ports[name, address].add(port)
        return
    sctp_ports[name, address] = {port}
    enter(name)
    s = socket.socket(family(address), socket.SOCK_RAW, socket.IPPROTO_SCTP)
    s.bind((address, 0))
    s.setblocking(False)
    selector.register(s, selectors.EVENT_READ, lambda: answer_sctp(s, name, address))


def answer_sctp(s, name, address):
    try:
        data, peer = s.recvfrom(2048)
        source, to, chunk, _ = sctp_read(address, data)
        if chunk == 1 and to in sctp_ports[name, address]:
            text = f"{name} {plain(peer[0])} {to}".encode()
            s.sendto(sctp_packet(to, source, 7, 2, text), (peer[0], 0))
    except OSError:
        pass


class Ask:
    def __init__(self, ident, name, proto, address, port):
        self.ident, self.proto = ident, proto
        enter(name)
        kind = socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM
        number = 0
        if proto == "sctp":
            global sctp_source
            sctp_source += 1
            kind, number = socket.SOCK_RAW, socket.IPPROTO_SCTP
            self.address, self.ports = address, (sctp_source, port)
        if proto == "ping":
            number = socket.IPPROTO_ICMPV6 if ":" in address else socket.IPPROTO_ICMP
        self.s = socket.socket(family(address), kind, number)
        self.s.setblocking(False)
        self.sent = 0.0
        self.payload = b"?"
        if proto == "ping":
            self.payload = struct.pack("!BBHHH", 128 if ":" in address else 8, 0, 0, 0, 1) + b"reach"
        if proto == "sctp":
            self.payload, port = sctp_packet(*self.ports, 0, 1), 0
        self.events = selectors.EVENT_WRITE if proto == "tcp" else selectors.EVENT_READ
        try:
            self.s.connect((address, port))
        except BlockingIOError:
            pass
        except OSError as e:
            return self.failed(e)
        selector.register(self.s, self.events, self.ready)
        self.send()

    def send(self):
        if self.proto == "tcp" or self.ident in results or time.monotonic() - self.sent < AGAIN:
            return
        self.sent = time.monotonic()
        try:
            self.s.send(self.payload)
        except OSError as e:
            self.failed(e)

    def failed(self, e):
        if e.errno in SILENCE:
            results[self.ident] = "silence"
        elif e.errno not in (errno.EAGAIN, errno.ENOBUFS):
            results[self.ident] = "refused"

    def ready(self):
        if self.ident in results:
            return self.close()
        if self.events == selectors.EVENT_WRITE:
            failure = self.s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if failure:
                self.failed(OSError(failure, ""))
                return self.close()
            self.events = selectors.EVENT_READ
            selector.modify(self.s, self.events, self.ready)
            return
        try:
            data = self.s.recv(2048)
            if self.proto == "sctp":
                source, to, chunk, data = sctp_read(self.address, data)
                if (to, source) != self.ports or chunk != 2:
                    return
            text = "" if self.proto == "ping" else " " + data.decode().strip()
            results[self.ident] = "reached" + text
        except OSError as e:
            self.failed(e)
        if self.ident in results:
            self.close()

    def close(self):
        try:
            selector.unregister(self.s)
        except (KeyError, ValueError):
            pass
        self.s.close()


def turn(until):
    for key, _ in selector.select(max(0.0, min(0.05, until - time.monotonic()))):
        key.data()


def go(seconds):
    global asks
    results.clear()
    open_asks = []
    for a in sorted(asks, key=lambda a: a[1]):
        open_asks.append(Ask(*a))
        if len(open_asks) % 50 == 0:
            turn(time.monotonic())
    end = time.monotonic() + seconds
    while time.monotonic() < end and len(results) < len(open_asks):
        turn(end)
        for a in open_asks:
            a.send()
    for a in open_asks:
        a.close()
        print(a.ident, results.get(a.ident, "silence"))
    print("done", flush=True)
    asks = []


for line in sys.stdin:
    verb, *rest = line.split()
    if verb == "ns":
        namespaces[rest[0]] = os.open(rest[1], os.O_RDONLY)
        enter(rest[0])
        with open("/proc/sys/net/ipv4/ping_group_range", "w") as f:
            f.write("0 2147483647")
    elif verb == "tcp":
        listen_tcp(rest[0], int(rest[1]))
    elif verb == "udp":
        listen_udp(rest[0], rest[1], int(rest[2]))
    elif verb == "sctp":
        listen_sctp(rest[0], rest[1], int(rest[2]))
    elif verb == "ready":
        print("ready", flush=True)
    elif verb == "ask":
        asks.append((rest[0], rest[1], rest[2], rest[3], int(rest[4])))
    elif verb == "go":
        go(float(rest[0]))
