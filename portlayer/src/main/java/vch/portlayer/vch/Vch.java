package vch.portlayer.vch;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.portgroup.PortGroupId;

/// One virtual container host.
///
/// @param bridgeGroup port group of the bridge role
/// @param dnsServers upstream name servers asked from the endpoint namespace; empty: those of the
///   machine
/// @param tls how the Docker API is offered on the client role
/// @param insecureRegistries host, host:port or CIDR that may be pulled from without TLS
///   verification
/// @param allowNetAdmin containers on a container network may have CAP_NET_ADMIN, with which they
///   can lift their own firewall
public record Vch(
    VchId id,
    String name,
    Instant created,
    List<Nic> nics,
    PortGroupId bridgeGroup,
    BridgeSettings bridge,
    List<Ip> dnsServers,
    TlsMode tls,
    List<String> insecureRegistries,
    boolean allowNetAdmin) {
  public Vch {
    nics = List.copyOf(nics);
    dnsServers = List.copyOf(dnsServers);
    insecureRegistries = List.copyOf(insecureRegistries);
  }

  public Vch withDnsServers(List<Ip> next) {
    return new Vch(
        id, name, created, nics, bridgeGroup, bridge, next, tls, insecureRegistries, allowNetAdmin);
  }

  /// The NIC that serves the role; none for the bridge role.
  public Optional<Nic> nic(Role role) {
    return nics.stream().filter(n -> n.roles().contains(role)).findAny();
  }

  /// IPv4 address of the role, with its prefix length.
  public Optional<Cidr> address(Role role) {
    return nic(role).flatMap(n -> n.address(Family.IPV4));
  }
}
