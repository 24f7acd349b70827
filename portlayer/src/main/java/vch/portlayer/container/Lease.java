package vch.portlayer.container;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;

/// An address that ends, and what the server said with it (RFC 2131, options of RFC 2132 and RFC
/// 3442).
///
/// @param server identifier of the server (option 54)
/// @param routers option 3, or the default route of option 121
/// @param dns option 6
/// @param routes classless static routes (option 121) without the default route
/// @param mtu option 26, bytes
/// @param domain option 15
/// @param obtained when it was given or renewed last
/// @param expires when it ends unless it is renewed
public record Lease(
    Cidr address,
    Ip server,
    List<Ip> routers,
    List<Ip> dns,
    List<StaticRoute> routes,
    Optional<Integer> mtu,
    Optional<String> domain,
    Instant obtained,
    Instant expires) {
  public Lease {
    routers = List.copyOf(routers);
    dns = List.copyOf(dns);
    routes = List.copyOf(routes);
  }

  /// A route that the server gave.
  public record StaticRoute(Subnet to, Ip via) {}
}
