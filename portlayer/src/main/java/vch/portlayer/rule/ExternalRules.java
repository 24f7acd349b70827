package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.Lease;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.AddressCursor;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Vch;

/// Rules of places on container networks: addresses that others on the segment may have, leases,
/// and what a container may do to its own firewall.
public final class ExternalRules {
  private ExternalRules() {}

  /// Places of the container on container networks, in the order of attachment.
  public static List<Endpoint> places(Image image, Container container) {
    return EndpointRules.ordered(container).stream()
        .filter(e -> EndpointRules.external(image, e))
        .toList();
  }

  /// Nobody else on the segment has the addresses: they may be on the link.
  public static Decision<Container> settled(Image image, ContainerId id, EndpointId place) {
    var container = get(image, id);
    return put(replaced(container, endpoint(container, place).withSettled(true)));
  }

  /// DHCP gave or renewed an address. One that lies in a scope of the VCH, or that another
  /// container holds, is refused: packets for it could go astray.
  public static Decision<Container> leased(
      Image image, ContainerId id, EndpointId place, Lease lease) {
    var container = get(image, id);
    var endpoint = endpoint(container, place);
    var address = lease.address().address();
    var other = image.scopeAround(container.vch(), address);
    if (other.isPresent()) {
      throw new Refusal.Failed(
          "DHCP on network "
              + endpoint.network()
              + " gave "
              + address
              + ", which is inside the subnet of network "
              + other.get().name()
              + ": ask for another range there, or remove that network");
    }
    image
        .holder(container.vch(), address)
        .filter(h -> !h.container().equals(id))
        .ifPresent(
            h -> {
              throw new Refusal.Failed(
                  "DHCP on network "
                      + endpoint.network()
                      + " gave "
                      + address
                      + ", which is "
                      + Places.holderText(image, h));
            });
    var next = endpoint.withLease(lease);
    return next.equals(endpoint) ? Decision.of(container) : put(replaced(container, next));
  }

  /// The address is another's: the next one of the pool, for an endpoint that asked for none.
  ///
  /// @param taken the address in conflict; it is passed over until the pool has gone round
  public static Decision<Container> another(
      Image image, ContainerId id, EndpointId place, Ip taken) {
    var container = get(image, id);
    var endpoint = endpoint(container, place);
    var scope =
        endpoint
            .scope()
            .flatMap(image::scope)
            .orElseThrow(() -> Texts.noSuchNetwork(endpoint.network()));
    var without =
        endpoint.withAddresses(
            endpoint.addresses().stream().filter(a -> !a.address().equals(taken)).toList());
    // The address in conflict is still held in the image, so it is not found again.
    var held = Places.require(image, id, without, scope);
    var changes = new ArrayList<>(held.cursors());
    changes.add(new Change.AddressCursorPut(new AddressCursor(scope.id(), last(held, taken))));
    var next = replaced(container, held.endpoint());
    changes.add(new Change.ContainerPut(next));
    return new Decision<>(changes, next);
  }

  private static Ip last(Places.Outcome.Held held, Ip taken) {
    return held.endpoint().address(taken.family()).map(Cidr::address).orElse(taken);
  }

  /// Refuses what would let a container lift the firewall of a container network that it is on.
  static void checkCapabilities(Image image, Vch vch, Container container) {
    if (vch.allowNetAdmin()) {
      return;
    }
    guarded(image, container)
        .findFirst()
        .ifPresent(
            scope -> {
              if (mayConfigureNetwork(container)) {
                throw netAdmin("container " + container.name() + " would have", scope);
              }
              guests(image, container)
                  .filter(ExternalRules::mayConfigureNetwork)
                  .findFirst()
                  .ifPresent(
                      g -> {
                        throw netAdmin(
                            "container "
                                + g.name()
                                + ", which shares the network of container "
                                + container.name()
                                + ", has",
                            scope);
                      });
            });
    guarded(image, container)
        .filter(scope -> SenderRules.onNic(image, scope))
        .findFirst()
        .ifPresent(
            scope ->
                Stream.concat(Stream.of(container), guests(image, container))
                    .forEach(c -> SenderRules.check(vch, c, scope)));
  }

  /// Refuses a further process that could lift the firewall of a container network.
  ///
  /// @param privileged the process gets all capabilities
  public static void checkExec(Image image, Container container, boolean privileged) {
    if (!privileged || image.vch(container.vch()).filter(Vch::allowNetAdmin).isPresent()) {
      return;
    }
    guarded(image, container)
        .findFirst()
        .ifPresent(
            scope -> {
              throw netAdmin(
                  "a privileged exec in container " + container.name() + " would have", scope);
            });
  }

  private static Refusal netAdmin(String who, Scope scope) {
    return new Refusal.Forbidden(
        who
            + " CAP_NET_ADMIN, with which it can lift the firewall of container network "
            + scope.name()
            + ": leave it out, or create the VCH with --allow-net-admin");
  }

  /// Live containers that run in the network of this one.
  private static Stream<Container> guests(Image image, Container container) {
    return container.live()
        ? image
            .containers(container.vch())
            .filter(
                c ->
                    c.live()
                        && c.mode() instanceof NetworkMode.Shared(var target)
                        && target.equals(container.id().value()))
        : Stream.empty();
  }

  /// The container networks below `open` that the container, or the one whose network it shares, is
  /// on.
  private static Stream<Scope> guarded(Image image, Container container) {
    var owner =
        container.mode() instanceof NetworkMode.Shared(var target)
            ? ContainerRules.lookUp(image, container.vch(), target)
            : Optional.of(container);
    return owner.stream()
        .flatMap(c -> c.endpoints().stream())
        .flatMap(e -> e.scope().flatMap(image::scope).stream())
        .filter(s -> s.external().filter(k -> k.trust() != TrustLevel.OPEN).isPresent());
  }

  private static boolean mayConfigureNetwork(Container container) {
    var spec = container.spec();
    return spec.privileged() || spec.isGranted("NET_ADMIN", false);
  }

  private static Container get(Image image, ContainerId id) {
    return image.container(id).orElseThrow(() -> Texts.noSuchContainer(id.value()));
  }

  private static Endpoint endpoint(Container container, EndpointId place) {
    return container
        .place(place)
        .orElseThrow(
            () ->
                new Refusal.Failed(
                    "container " + container.name() + " was disconnected meanwhile"));
  }

  private static Container replaced(Container container, Endpoint next) {
    return container.withEndpoints(
        container.endpoints().stream().map(e -> e.id().equals(next.id()) ? next : e).toList());
  }

  private static Decision<Container> put(Container next) {
    return Decision.of(next, new Change.ContainerPut(next));
  }
}
