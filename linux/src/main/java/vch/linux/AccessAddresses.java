package vch.linux;

import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.NamespaceName;
import vch.kernel.rtnl.AddressInfo;
import vch.kernel.rtnl.AddressMessages;
import vch.kernel.rtnl.LinkInfo;
import vch.kernel.rtnl.Rtnl;

/// The IPv4 addresses of a NIC, copied to the macvlan by which the machine speaks on its segment:
/// each alone, with its whole length, so that no route goes with it. They carry no mark of ours.
final class AccessAddresses {
  private static final int WHOLE = 32;

  private AccessAddresses() {}

  static boolean same(Rtnl rtnl, int nic, int access) {
    return of(rtnl, nic).equals(of(rtnl, access));
  }

  private static Set<InetAddress> of(Rtnl rtnl, int link) {
    return rtnl.addresses().stream()
        .filter(a -> a.link() == link && a.address().getAddress().length == 4)
        .map(a -> a.address())
        .collect(Collectors.toSet());
  }

  /// Under which address the machine asks a host by such a macvlan: of the NIC's addresses the one
  /// whose subnet the host is in. The kernel would take the first of them.
  static Optional<InetAddress> source(Space space, Route route) {
    if (!space.name().equals(NamespaceName.MACHINE)
        || route.via().isPresent()
        || route.to().length() != WHOLE
        || !route.to().first().isIpv4()) {
      return Optional.empty();
    }
    var rtnl = space.rtnl();
    return rtnl.link(route.link())
        .filter(l -> l.kind().equals("macvlan"))
        .flatMap(
            l ->
                rtnl.addresses().stream()
                    .filter(a -> a.link() == l.lower() && a.address().getAddress().length == 4)
                    .filter(
                        a -> Addresses.subnet(a.address(), a.length()).contains(route.to().first()))
                    .map(AddressInfo::address)
                    .findFirst());
  }

  /// Makes them the same.
  static void copy(Rtnl rtnl, String nic, String access) {
    int from = rtnl.link(nic).map(LinkInfo::index).orElse(0);
    int to = rtnl.link(access).map(LinkInfo::index).orElse(0);
    var wanted = of(rtnl, from);
    var there = of(rtnl, to);
    for (var address : wanted) {
      if (!there.contains(address)) {
        rtnl.request(AddressMessages.set(to, address, WHOLE, 0))
            .check("set address " + address.getHostAddress(), "on " + access);
      }
    }
    for (var address : there) {
      if (!wanted.contains(address)) {
        rtnl.request(AddressMessages.remove(to, address, WHOLE))
            .check("remove address " + address.getHostAddress(), "from " + access);
      }
    }
  }
}
