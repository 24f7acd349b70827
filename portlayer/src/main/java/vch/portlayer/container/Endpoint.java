package vch.portlayer.container;

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
/// @param addresses addresses held, with the subnet's prefix length; at most one a family
/// @param macRequested true when the user asked for `mac`
/// @param gatewayPriority highest gives the default route
/// @param ordinal order of attachment within the container, from 0; the link is `eth<ordinal>`
///   unless `linkName`
/// @param linkName name of the link asked for by the user
/// @param options what the personality was told, kept to be shown again
public record Endpoint(
    EndpointId id,
    String network,
    Optional<ScopeId> scope,
    List<Ip> requested,
    List<Cidr> addresses,
    Mac mac,
    boolean macRequested,
    List<String> aliases,
    List<NameLink> links,
    int gatewayPriority,
    int ordinal,
    Optional<String> linkName,
    Map<String, String> options) {
  public Endpoint {
    requested = List.copyOf(requested);
    addresses = List.copyOf(addresses);
    aliases = List.copyOf(aliases);
    links = List.copyOf(links);
    options = Map.copyOf(options);
  }

  public Endpoint withLinks(List<NameLink> next) {
    return new Endpoint(
        id,
        network,
        scope,
        requested,
        addresses,
        mac,
        macRequested,
        aliases,
        next,
        gatewayPriority,
        ordinal,
        linkName,
        options);
  }

  public Optional<Cidr> address(Family family) {
    return addresses.stream().filter(a -> a.address().family() == family).findFirst();
  }

  /// Name of the link inside the container.
  public String link() {
    return linkName.orElse("eth" + ordinal);
  }
}
