package vch.portlayer.rule;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Range;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// Which addresses of a VCH are in use, by whom and why, and how many are free.
public final class AddressBook {
  private static final Comparator<AddressUse> BY_ADDRESS =
      Comparator.comparing(AddressUse::address);

  private AddressBook() {}

  /// Scopes that have addresses, in the order of their names.
  public static List<Scope> scopes(Image image, VchId vch) {
    return image
        .scopes(vch)
        .filter(s -> s.kind() instanceof ScopeKind.Bridge || s.kind() instanceof ScopeKind.External)
        .sorted(Comparator.comparing(Scope::name))
        .toList();
  }

  /// All addresses of the scope that are not free, in their order; who holds one of another's is
  /// there beside it.
  public static List<AddressUse> uses(Image image, Scope scope) {
    var out = new ArrayList<AddressUse>();
    scope.subnets().forEach(s -> reserved(scope, s, out));
    if (scope.kind() instanceof ScopeKind.External kind) {
      for (var server : kind.dns()) {
        if (inside(scope, server)) {
          out.add(own(scope, server, "name server", AddressUse.Reason.NAME_SERVER));
        }
      }
      Neighbours.all(image, kind.portGroup(), scope.vch())
          .filter(n -> scope.leased() || inside(scope, n.address()))
          .forEach(
              n ->
                  out.add(
                      new AddressUse(
                          scope,
                          n.address(),
                          n.who(),
                          n.since(),
                          AddressUse.Reason.NEIGHBOUR,
                          Optional.empty())));
    }
    image
        .members(scope.id())
        .forEach(c -> c.on(scope.id()).ifPresent(e -> held(scope, c, e).forEach(out::add)));
    out.sort(BY_ADDRESS);
    return out;
  }

  private static void reserved(Scope scope, SubnetConfig subnet, List<AddressUse> out) {
    out.add(own(scope, subnet.gateway(), "gateway", AddressUse.Reason.GATEWAY));
    subnet
        .reserved()
        .forEach((name, ip) -> out.add(own(scope, ip, name, AddressUse.Reason.AUXILIARY)));
  }

  private static AddressUse own(Scope scope, Ip address, String who, AddressUse.Reason reason) {
    return new AddressUse(scope, address, who, scope.created(), reason, Optional.empty());
  }

  private static boolean inside(Scope scope, Ip address) {
    return scope.subnets().stream().anyMatch(s -> s.subnet().contains(address));
  }

  private static Stream<AddressUse> held(Scope scope, Container container, Endpoint endpoint) {
    return endpoint.addresses().stream()
        .map(
            a ->
                new AddressUse(
                    scope,
                    a.address(),
                    container.name(),
                    container.created(),
                    reason(endpoint, a.address()),
                    Optional.of(container)));
  }

  private static AddressUse.Reason reason(Endpoint endpoint, Ip address) {
    if (endpoint.lease().filter(l -> l.address().address().equals(address)).isPresent()) {
      return AddressUse.Reason.LEASED;
    }
    return endpoint.requested().contains(address)
        ? AddressUse.Reason.REQUESTED
        : AddressUse.Reason.DYNAMIC;
  }

  /// The pools of the scope; none where addresses come by DHCP.
  public static List<PoolUse> pools(Image image, Scope scope) {
    var taken = uses(image, scope).stream().map(AddressUse::address).distinct().toList();
    return scope.subnets().stream()
        .flatMap(
            subnet ->
                Places.pools(scope, subnet).stream()
                    .map(range -> pool(scope, subnet, range, taken)))
        .toList();
  }

  private static PoolUse pool(Scope scope, SubnetConfig subnet, Range range, List<Ip> taken) {
    var block = subnet.subnet();
    long noHosts =
        Stream.of(block.first(), block.last())
            .distinct()
            .filter(a -> range.contains(a) && !block.isHost(a))
            .count();
    long inUse = taken.stream().filter(a -> range.contains(a) && block.isHost(a)).count();
    return new PoolUse(
        scope,
        range,
        range.size().subtract(BigInteger.valueOf(noHosts)),
        BigInteger.valueOf(inUse));
  }
}
