package vch.app.compat;

import java.util.List;
import java.util.Map;

/// A network namespace as a place to run the machine's own programs in: a container, a neighbour,
/// the machine.
///
/// @param path of the namespace
record Spot(String path) {
  static Spot named(String namespace) {
    return new Spot("/run/netns/" + namespace);
  }

  /// The network of a running container.
  static Spot in(TestVch vch, String container) {
    return new Spot(
        "/proc/" + vch.docker("inspect", "--format", "{{.State.Pid}}", container).ok() + "/ns/net");
  }

  Ran run(String... words) {
    return Command.run(
        Map.of(), new byte[0], Command.words(List.of("nsenter", "--net=" + path), words));
  }

  boolean pings(String address) {
    var ping = address.contains(":") ? "ping6" : "ping";
    return run("busybox", ping, "-c", "1", "-W", "1", address).status() == 0;
  }

  /// Ethernet address of its `eth0`.
  String mac() {
    return run("ip", "-o", "link", "show", "dev", "eth0")
        .ok()
        .replaceAll("(?s).*link/ether ([0-9a-f:]+).*", "$1");
  }

  /// Sends one Ethernet frame by `link`, whatever it says, as a process with CAP_NET_RAW can
  /// (Docker's default).
  void send(String link, String hex) {
    send(link, hex, 0);
  }

  /// The same with a wrong word to the kernel of what protocol the frame is of, and past what the
  /// namespace itself could do to it (PACKET_QDISC_BYPASS, packet(7)).
  ///
  /// @param protocol Ethernet type; 0: what the frame says
  void send(String link, String hex, int protocol) {
    var program =
        """
        socket(S, 17, 3, 0) or die $!;
        !$ARGV[2] or setsockopt(S, 263, 20, pack("i", 1)) or die $!;
        my ($i) = `ip -o link show $ARGV[0]` =~ /^(\\d+)/; my $f = pack("H*", $ARGV[1]);
        my $to = pack("S n i S C C a8", 17, $ARGV[2], $i, 0, 0, 6, substr($f, 0, 6));
        send(S, $f, 0, $to) or $!{ENOBUFS} or die $!; # so the kernel says that a filter dropped it
        """;
    var frame = hex.replace(" ", "").replace(":", "");
    run("perl", "-MErrno", "-e", program, link, frame, Integer.toString(protocol)).ok();
  }
}
