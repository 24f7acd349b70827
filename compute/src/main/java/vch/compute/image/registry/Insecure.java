package vch.compute.image.registry;

import java.util.List;
import java.util.Optional;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;

/// Which registries may be asked without TLS or with a certificate that nobody vouches for: those
/// that were named, and 127.0.0.0/8 (and `localhost`), as with Docker. Host names are compared as
/// written, not looked up.
record Insecure(List<String> allowed) {
  private static final Cidr LOOPBACK = Cidr.parse("127.0.0.0/8");

  Insecure {
    allowed = List.copyOf(allowed);
  }

  /// @param registry `host` or `host:port`
  boolean allows(String registry) {
    var host = host(registry);
    var address = Ip.tryParse(host);
    if (host.equals("localhost")
        || address.map(a -> within(LOOPBACK, a) || a.isLoopback()).orElse(false)) {
      return true;
    }
    return allowed.stream()
        .anyMatch(a -> a.equals(registry) || a.equals(host) || matches(a, address));
  }

  private static boolean matches(String cidr, Optional<Ip> address) {
    return Cidr.tryParse(cidr).flatMap(c -> address.map(a -> within(c, a))).orElse(false);
  }

  private static boolean within(Cidr net, Ip address) {
    return net.address().family() == address.family()
        && address.masked(net.length()).equals(net.address().masked(net.length()));
  }

  static String host(String registry) {
    if (registry.startsWith("[")) {
      int end = registry.indexOf(']');
      return end < 0 ? registry : registry.substring(1, end);
    }
    int colon = registry.indexOf(':');
    return colon < 0 ? registry : registry.substring(0, colon);
  }
}
