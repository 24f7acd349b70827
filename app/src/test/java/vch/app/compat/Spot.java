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
    var program =
        """
                socket(S, 17, 3, 0) or die $!;
                my ($i) = `ip -o link show $ARGV[0]` =~ /^(\\d+)/; my $f = pack("H*", $ARGV[1]);
                send(S, $f, 0, pack("S n i S C C a8", 17, 0, $i, 0, 0, 6, substr($f, 0, 6))) or die $!;
                """;
    run("perl", "-e", program, link, hex.replace(" ", "").replace(":", "")).ok();
  }
}
