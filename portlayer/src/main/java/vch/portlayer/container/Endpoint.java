package vch.portlayer.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.scope.ScopeId;

/// A container's place on a scope. Bound from create (or connect) to removal: stop and start change
/// nothing here.
///
/// @param network the scope's name, or what the user wrote where the scope did not exist yet
/// @param scope empty while the scope does not exist: start resolves it or refuses
/// @param requested addresses the user asked for, at most one a family
/// @param linkLocal further addresses on the link that the user asked for, of RFC 3927 or RFC 4291
///   section 2.5.6; no names lead to them
/// @param addresses addresses held, with the subnet's prefix length; at most one a family
/// @param macRequested true when the user asked for `mac`
/// @param sysctls settings of the link that the user asked for: paths below /proc/sys with [#LINK]
///   in the place of the link's name
/// @param settled the addresses may be on the link: on segments that others share they are probed
///   first (RFC 5227); on bridge scopes always true
/// @param lease where the address comes by DHCP: the lease, once there is one
/// @param gatewayPriority highest gives the default route
/// @param ordinal order of attachment within the container, from 0; the link is `eth<ordinal>`
///   unless `linkName`
/// @param linkName name of the link, where the user asked for one or the NIC is that of another
///   place, too
/// @param options what the personality was told, kept to be shown again
public record Endpoint(
    EndpointId id,
    String network,
    Optional<ScopeId> scope,
    List<Ip> requested,
    List<Ip> linkLocal,
    List<Cidr> addresses,
    Mac mac,
    boolean macRequested,
    List<String> aliases,
    List<NameLink> links,
    int gatewayPriority,
    int ordinal,
    Optional<String> linkName,
    Map<String, String> options,
    Map<String, String> sysctls,
    boolean settled,
    Optional<Lease> lease) {
  /// Stands for the name of the link in [#sysctls].
  public static final String LINK = "IFNAME";

  public Endpoint {
    requested = List.copyOf(requested);
    linkLocal = List.copyOf(linkLocal);
    addresses = List.copyOf(addresses);
    aliases = List.copyOf(aliases);
    links = List.copyOf(links);
    options = Map.copyOf(options);
    sysctls = Map.copyOf(sysctls);
  }

  public Endpoint withLinks(List<NameLink> next) {
    return copy(network, scope, addresses, mac, next, settled, lease);
  }

  /// A place on the scope with these addresses, and the Ethernet address that goes with them.
  public Endpoint placed(String name, ScopeId on, List<Cidr> held, Mac hardware) {
    return copy(name, Optional.of(on), held, hardware, links, settled, lease);
  }

  /// Without its scope, which is gone: start resolves `name` or refuses.
  public Endpoint unresolved(String name) {
    return copy(name, Optional.empty(), List.of(), mac, links, true, Optional.empty());
  }

  public Endpoint withAddresses(List<Cidr> next) {
    return copy(network, scope, next, mac, links, settled, lease);
  }

  public Endpoint withSettled(boolean next) {
    return copy(network, scope, addresses, mac, links, next, lease);
  }

  /// On the same NIC as the other.
  public Endpoint beside(Endpoint other) {
    return new Endpoint(
        id,
        network,
        scope,
        requested,
        linkLocal,
        addresses,
        other.mac,
        other.macRequested,
        aliases,
        links,
        gatewayPriority,
        ordinal,
        Optional.of(other.link()),
        options,
        sysctls,
        settled,
        lease);
  }

  /// With what DHCP gave; the lease's address is the only one of its family.
  public Endpoint withLease(Lease next) {
    var held = new ArrayList<Cidr>();
    held.add(next.address());
    addresses.stream()
        .filter(a -> a.address().family() != next.address().address().family())
        .forEach(held::add);
    return copy(network, scope, held, mac, links, true, Optional.of(next));
  }

  private Endpoint copy(
      String nextNetwork,
      Optional<ScopeId> nextScope,
      List<Cidr> nextAddresses,
      Mac nextMac,
      List<NameLink> nextLinks,
      boolean nextSettled,
      Optional<Lease> nextLease) {
    return new Endpoint(
        id,
        nextNetwork,
        nextScope,
        requested,
        linkLocal,
        nextAddresses,
        nextMac,
        macRequested,
        aliases,
        nextLinks,
        gatewayPriority,
        ordinal,
        linkName,
        options,
        sysctls,
        nextSettled,
        nextLease);
  }

  public Optional<Cidr> address(Family family) {
    return addresses.stream().filter(a -> a.address().family() == family).findFirst();
  }

  /// Name of the link inside the container.
  public String link() {
    return linkName.orElse("eth" + ordinal);
  }
}
