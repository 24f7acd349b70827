package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.NextFit;
import vch.portlayer.address.Range;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Endpoint;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.state.AddressCursor;
import vch.portlayer.state.Change;
import vch.portlayer.state.Holder;
import vch.portlayer.state.Image;

/// Gives endpoints their addresses on a scope. Dynamic addresses go round (next-fit): the cursor is
/// part of the record.
final class Places {
  private Places() {}

  /// What came of it: an endpoint with all its addresses and the cursors that moved, or why not.
  sealed interface Outcome {
    record Held(Endpoint endpoint, List<Change> cursors) implements Outcome {}

    record Refused(Refusal why) implements Outcome {}
  }

  /// Gives the endpoint one address of each family that the scope has, and the Ethernet address
  /// that goes with it where the user asked for none. Addresses that it holds already stay.
  static Outcome hold(Image image, ContainerId container, Endpoint endpoint, Scope scope) {
    var addresses = new ArrayList<Cidr>();
    var cursors = new ArrayList<Change>();
    endpoint.lease().filter(_ -> scope.leased()).ifPresent(l -> addresses.add(l.address()));
    for (var subnet : scope.subnets()) {
      var family = subnet.subnet().family();
      int length = subnet.subnet().length();
      var held = endpoint.address(family);
      var asked = endpoint.requested().stream().filter(a -> a.family() == family).findFirst();
      if (held.isPresent()) {
        addresses.add(held.get());
      } else if (asked.isPresent()) {
        var taken = taken(image, container, scope, subnet, asked.get());
        if (taken.isPresent()) {
          return new Outcome.Refused(
              new Refusal.Forbidden(
                  "Address already in use (" + asked.get() + " is " + taken.get() + ")"));
        }
        addresses.add(new Cidr(asked.get(), length));
      } else {
        var next = next(image, scope, subnet);
        if (next.isEmpty()) {
          return new Outcome.Refused(
              new Refusal.Failed(
                  "no available "
                      + (family.bits() == 32 ? "IPv4" : "IPv6")
                      + " addresses on this network's address pools: "
                      + scope.name()
                      + " ("
                      + scope.id()
                      + ")"));
        }
        addresses.add(new Cidr(next.get(), length));
        cursors.add(new Change.AddressCursorPut(new AddressCursor(scope.id(), next.get())));
      }
    }
    // On a segment of several scopes the Ethernet address stays with the container, which may
    // leave the scope; the next holder of the address needs another, and announces it.
    boolean fresh =
        endpoint.addresses().isEmpty()
            && !endpoint.macRequested()
            && !addresses.isEmpty()
            && !SharedNic.serves(image, scope);
    var mac = fresh ? Mac.at(scope.id().value(), addresses.getFirst().address()) : endpoint.mac();
    var placed = endpoint.placed(scope.name(), scope.id(), addresses, mac);
    return new Outcome.Held(placed, cursors);
  }

  /// As [#hold(Image, ContainerId, Endpoint, Scope)], throwing the refusal.
  static Outcome.Held require(Image image, ContainerId container, Endpoint endpoint, Scope scope) {
    return switch (hold(image, container, endpoint, scope)) {
      case Outcome.Held held -> held;
      case Outcome.Refused(var why) -> throw why;
    };
  }

  /// What frees addresses that the endpoint asks for from containers that do not run, as Docker has
  /// it: who asks for a certain address and runs comes before who only kept it. The other asks
  /// again at its next start. For endpoints of containers that are live, or about to be.
  static List<Change> vacate(Image image, ContainerId self, Endpoint endpoint, Scope scope) {
    return endpoint.requested().stream()
        .filter(asked -> endpoint.address(asked.family()).isEmpty())
        .flatMap(
            asked ->
                image
                    .holder(scope.vch(), asked)
                    .filter(h -> h.scope().equals(scope.id()) && !h.container().equals(self))
                    .flatMap(h -> image.container(h.container()))
                    .filter(c -> !c.live())
                    .map(c -> (Change) new Change.ContainerPut(without(c, asked)))
                    .stream())
        .toList();
  }

  private static Container without(Container container, Ip address) {
    return container.withEndpoints(
        container.endpoints().stream()
            .map(
                e ->
                    e.withAddresses(
                        e.addresses().stream().filter(a -> !a.address().equals(address)).toList()))
            .toList());
  }

  private static Optional<Ip> next(Image image, Scope scope, SubnetConfig subnet) {
    var last = image.addressCursor(scope.id(), subnet.subnet().family());
    return NextFit.next(
        pools(scope, subnet),
        last,
        a -> never(image, scope, subnet, a),
        from -> image.held(scope.vch(), from));
  }

  /// Where dynamic addresses of the subnet come from.
  static List<Range> pools(Scope scope, SubnetConfig subnet) {
    var pools = scope.external().map(e -> e.pools(subnet.subnet().family())).orElse(List.of());
    return pools.isEmpty() ? List.of(subnet.range().orElse(subnet.subnet()).range()) : pools;
  }

  private static boolean never(Image image, Scope scope, SubnetConfig subnet, Ip address) {
    return !subnet.subnet().isHost(address)
        || address.equals(subnet.gateway())
        || subnet.reserved().containsValue(address)
        || (scope.kind() instanceof ScopeKind.External external
            && (external.dns().contains(address)
                || Neighbours.holder(image, external.portGroup(), scope.vch(), address)
                    .isPresent()));
  }

  /// Whose the address is, if it cannot be given to the container.
  private static Optional<String> taken(
      Image image, ContainerId self, Scope scope, SubnetConfig subnet, Ip address) {
    if (address.equals(subnet.gateway())) {
      return Optional.of("the gateway of network " + scope.name());
    }
    if (!subnet.subnet().isHost(address)) {
      return Optional.of(
          (address.equals(subnet.subnet().first())
                  ? "the network address of "
                  : "the broadcast address of ")
              + subnet.subnet());
    }
    for (var aux : subnet.reserved().entrySet()) {
      if (aux.getValue().equals(address)) {
        return Optional.of("the auxiliary address " + aux.getKey() + " of network " + scope.name());
      }
    }
    if (scope.kind() instanceof ScopeKind.External external) {
      if (external.dns().contains(address)) {
        return Optional.of("a name server of network " + scope.name());
      }
      var other = Neighbours.holder(image, external.portGroup(), scope.vch(), address);
      if (other.isPresent()) {
        return other;
      }
    }
    return image
        .holder(scope.vch(), address)
        .filter(h -> !h.container().equals(self))
        .map(h -> holderText(image, h));
  }

  static String holderText(Image image, Holder holder) {
    return "held by container "
        + image
            .container(holder.container())
            .map(Container::name)
            .orElse(holder.container().brief());
  }

  /// Refuses an address asked for that the scope could never give.
  static void check(Endpoint endpoint, Scope scope) {
    checkLinkLocal(endpoint, scope);
    if (scope.kind() instanceof ScopeKind.External external) {
      checkExternal(endpoint, scope, external);
      return;
    }
    for (var address : endpoint.requested()) {
      var subnet = scope.subnets().stream().filter(s -> s.subnet().contains(address)).findFirst();
      if (subnet.isEmpty()) {
        throw new Refusal.Invalid(
            "no configured subnet contains IP address "
                + address
                + " (network "
                + scope.name()
                + " has "
                + String.join(
                    ", ", scope.subnets().stream().map(s -> s.subnet().toString()).toList())
                + ")");
      }
      if (!subnet.get().chosen()) {
        throw new Refusal.Invalid(
            "user specified IP address is supported only when connecting to networks with user configured subnets"
                + " (the subnet of network "
                + scope.name()
                + " was chosen automatically)");
      }
    }
  }

  private static void checkLinkLocal(Endpoint endpoint, Scope scope) {
    if (!endpoint.linkLocal().isEmpty() && !(scope.kind() instanceof ScopeKind.Bridge)) {
      throw new Refusal.Unsupported(
          "link-local addresses (--link-local-ip) on network "
              + scope.name()
              + " are not offered: leave them out, only bridge networks have them");
    }
    for (var address : endpoint.linkLocal()) {
      if (scope.subnet(address.family()).isEmpty()) {
        throw new Refusal.Invalid(
            "link-local address "
                + address
                + " needs a network with "
                + (address.isIpv4() ? "IPv4" : "IPv6")
                + ", which network "
                + scope.name()
                + " does not have");
      }
    }
  }

  /// On a container network an address is asked for within the ranges.
  private static void checkExternal(Endpoint endpoint, Scope scope, ScopeKind.External external) {
    for (var address : endpoint.requested()) {
      if (scope.leased()) {
        throw new Refusal.Invalid(
            "Cannot set static IP ("
                + address
                + ") when default gateway is not set for network "
                + scope.name()
                + ": its addresses come by DHCP");
      }
      var pools = external.pools(address.family());
      boolean inside =
          pools.isEmpty()
              ? scope.subnet(address.family()).filter(s -> s.subnet().contains(address)).isPresent()
              : pools.stream().anyMatch(p -> p.contains(address));
      if (!inside) {
        throw new Refusal.Invalid(
            address
                + " is outside "
                + (pools.isEmpty()
                    ? "the subnets of network "
                        + scope.name()
                        + ": "
                        + scope.subnets().stream()
                            .map(s -> s.subnet().toString())
                            .collect(Collectors.joining(", "))
                    : "the range of network "
                        + scope.name()
                        + ": "
                        + pools.stream().map(Range::toString).collect(Collectors.joining(", "))));
      }
    }
  }
}
