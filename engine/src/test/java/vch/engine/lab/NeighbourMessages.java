package vch.engine.lab;

import static org.assertj.core.api.Assertions.assertThat;

import vch.engine.machine.NamespaceName;

/// Sends messages of neighbour discovery (RFC 4861) that nobody asked for by `eth0` of a namespace.
/// The kernel wraps them: what is behind an address is told to it before, by `ip neigh`.
record NeighbourMessages(ShellMachine machine) {
  static final int ROUTER = 134;
  static final int QUESTION = 135;
  static final int ANSWER = 136;
  static final int REDIRECT = 137;

  static final String ALL_NODES = "ff02::1";

  private static final String PROGRAM =
      """
      import socket, sys
      kind, source, to, about, options = sys.argv[1:]
      s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
      s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 255)
      s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
      s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)  # or the sender would learn from itself
      link = socket.if_nametoindex("eth0")
      s.bind((source, 0, 0, link))
      head = bytes([int(kind), 0, 0, 0, 0x20, 0, 0, 0]) + socket.inet_pton(socket.AF_INET6, about)
      s.sendto(head + bytes.fromhex(options.replace(":", "")), (to, 0, 0, link))
      """;

  /// @param source an address of the namespace
  /// @param about whom it names
  /// @param options as hex, colons allowed
  void send(NamespaceName from, int kind, String source, String to, String about, String options) {
    var sent =
        machine.in(
            from,
            "python3 - %d %s %s %s '%s' <<'END'\n%sEND"
                .formatted(kind, source, to, about, options, PROGRAM));
    assertThat(sent.status()).as(sent.output()).isZero();
  }

  /// The option that says whose Ethernet address it is: of who asks, or of whom an answer is about.
  static String hardware(int kind, String mac) {
    return (kind == QUESTION ? "0101" : "0201") + mac;
  }

  /// The group that is asked for an address (RFC 4291 section 2.7.1), of one that ends below 100
  /// (hex).
  static String asked(String address) {
    return "ff02::1:ff00:" + address.substring(address.lastIndexOf(':') + 1);
  }
}
