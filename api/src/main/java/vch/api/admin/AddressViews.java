package vch.api.admin;

import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import vch.engine.Lifecycle;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.Lease;
import vch.portlayer.rule.AddressBook;
import vch.portlayer.rule.AddressUse;
import vch.portlayer.rule.PoolUse;
import vch.portlayer.scope.Scope;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// Addresses, pools and leases of a VCH as the command line shows them. Field names are part of the
/// interface.
final class AddressViews {
  static final List<Map.Entry<String, String>> ADDRESS_COLUMNS =
      List.of(
          Map.entry("NETWORK", ".Network"),
          Map.entry("ADDRESS", ".Address"),
          Map.entry("WHO", ".Who"),
          Map.entry("SINCE", ".Since"),
          Map.entry("WHY", ".Why"),
          Map.entry("STATE", ".State"));

  static final List<Map.Entry<String, String>> POOL_COLUMNS =
      List.of(
          Map.entry("NETWORK", ".Network"),
          Map.entry("POOL", ".Pool"),
          Map.entry("SIZE", ".Size"),
          Map.entry("TAKEN", ".Taken"),
          Map.entry("FREE", ".Free"));

  static final List<Map.Entry<String, String>> LEASE_COLUMNS =
      List.of(
          Map.entry("ADDRESS", ".Address"),
          Map.entry("CONTAINER", ".Container"),
          Map.entry("NETWORK", ".Network"),
          Map.entry("SERVER", ".Server"),
          Map.entry("OBTAINED", ".Obtained"),
          Map.entry("EXPIRES", ".Expires"));

  private AddressViews() {}

  /// @param conflicts who else used an address of a place
  static List<Map<String, Object>> addresses(
      Image image,
      List<Scope> scopes,
      BiFunction<EndpointId, Ip, Optional<Lifecycle.AddressConflict>> conflicts) {
    return scopes.stream()
        .flatMap(s -> AddressBook.uses(image, s).stream())
        .map(
            use -> address(use, endpoint(use).flatMap(e -> conflicts.apply(e.id(), use.address()))))
        .toList();
  }

  private static Map<String, Object> address(
      AddressUse use, Optional<Lifecycle.AddressConflict> conflict) {
    var out = new LinkedHashMap<String, Object>();
    out.put("Network", use.scope().name());
    out.put("Address", use.address().toString());
    out.put("Who", use.who());
    out.put("Container", use.container().map(c -> c.id().value()).orElse(""));
    out.put("Since", time(use.since()));
    out.put("Why", why(use));
    var other = conflict.map(c -> c.other().toString());
    out.put("State", state(use) + other.map(mac -> ", also used by " + mac).orElse(""));
    out.put("ConflictMAC", other.orElse(""));
    out.put("ConflictSeen", conflict.map(c -> time(c.last())).orElse(""));
    return out;
  }

  private static String why(AddressUse use) {
    return switch (use.reason()) {
      case DYNAMIC -> "dynamic";
      case REQUESTED -> "asked for";
      case LEASED -> "DHCP" + lease(use).map(l -> ", expires " + time(l.expires())).orElse("");
      case GATEWAY -> "gateway of the network";
      case NAME_SERVER -> "name server of the network";
      case AUXILIARY -> "auxiliary address";
      case NEIGHBOUR -> "on the same port group";
    };
  }

  private static Optional<Lease> lease(AddressUse use) {
    return endpoint(use).flatMap(Endpoint::lease);
  }

  private static Optional<Endpoint> endpoint(AddressUse use) {
    return use.container().flatMap(c -> c.on(use.scope().id()));
  }

  private static String state(AddressUse use) {
    if (use.container().isEmpty()) {
      return use.reason() == AddressUse.Reason.NEIGHBOUR ? "in use" : "reserved";
    }
    var container = use.container().get();
    boolean probing = container.live() && endpoint(use).filter(e -> !e.settled()).isPresent();
    return probing ? "probing" : container.state().phase().name().toLowerCase(Locale.ROOT);
  }

  static List<Map<String, Object>> pools(Image image, List<Scope> scopes) {
    return scopes.stream()
        .flatMap(s -> AddressBook.pools(image, s).stream())
        .map(AddressViews::pool)
        .toList();
  }

  private static Map<String, Object> pool(PoolUse use) {
    var out = new LinkedHashMap<String, Object>();
    out.put("Network", use.scope().name());
    out.put("Pool", use.range().subnet().map(Object::toString).orElse(use.range().toString()));
    out.put("Size", use.size());
    out.put("Taken", use.taken());
    out.put("Free", use.free());
    return out;
  }

  /// Leases of all containers of the VCH, in the order of their addresses.
  static List<Map<String, Object>> leases(Image image, VchId vch) {
    return image
        .containers(vch)
        .flatMap(
            c ->
                c.endpoints().stream()
                    .flatMap(e -> e.lease().stream().map(l -> new Leased(c, e, l))))
        .sorted(Comparator.comparing(l -> l.lease.address()))
        .map(Leased::fields)
        .toList();
  }

  private record Leased(Container container, Endpoint endpoint, Lease lease) {
    Map<String, Object> fields() {
      var out = new LinkedHashMap<String, Object>();
      out.put("Address", lease.address().toString());
      out.put("Container", container.name());
      out.put("ContainerID", container.id().value());
      out.put("Network", endpoint.network());
      out.put("Server", lease.server().toString());
      out.put("Obtained", time(lease.obtained()));
      out.put("Expires", time(lease.expires()));
      out.put("Routers", texts(lease.routers().stream()));
      out.put("DNS", texts(lease.dns().stream()));
      out.put("Domain", lease.domain().orElse(""));
      return out;
    }
  }

  private static List<String> texts(Stream<?> things) {
    return things.map(Object::toString).toList();
  }

  /// Whole seconds.
  private static String time(Instant at) {
    return at.truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString();
  }
}
