package vch.portlayer.port;

import java.util.Optional;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;

/// A published port or range: what arrives at `host` of the public role goes to `container`, one to
/// one. Both ranges are of one size.
///
/// @param direct on a container network: `host` is a port of the container's own address, opened or
///   redirected inside its namespace; never in conflict with other containers
/// @param hostIp empty: every address; `0.0.0.0` or `::`: every address of that family
public record Publication(
    Protocol protocol, Optional<Ip> hostIp, PortRange host, PortRange container, boolean direct) {
  public Publication {
    if (host.size() != container.size()) {
      throw new IllegalArgumentException(
          "host ports " + host + " and container ports " + container + " differ in number");
    }
  }

  /// A publication at the public role.
  public Publication(Protocol protocol, Optional<Ip> hostIp, PortRange host, PortRange container) {
    this(protocol, hostIp, host, container, false);
  }

  /// True when both would claim the same port of the same address.
  public boolean conflictsWith(Publication other) {
    return !direct
        && !other.direct
        && protocol == other.protocol
        && host.overlaps(other.host)
        && meet(hostIp, other.hostIp);
  }

  /// True when the host addresses have one in common.
  public static boolean meet(Optional<Ip> a, Optional<Ip> b) {
    return a.isEmpty()
        || b.isEmpty()
        || a.equals(b)
        || (a.get().family() == b.get().family()
            && (a.get().isUnspecified() || b.get().isUnspecified()));
  }

  /// True when packets of the family are published.
  public boolean serves(Family family) {
    return hostIp.isEmpty() || hostIp.get().family() == family;
  }

  /// True when who asks at the port of the family is led on, whatever the address.
  public boolean serves(Family family, Port port) {
    return serves(family) && protocol == port.protocol() && host.contains(port.number());
  }

  /// True when the container's port is behind a host port.
  public boolean leadsTo(Port port) {
    return protocol == port.protocol() && container.contains(port.number());
  }

  /// The container's port behind a host port.
  public int inside(int hostPort) {
    return container.first() + hostPort - host.first();
  }

  /// The host port before a port of the container.
  public int outside(int containerPort) {
    return host.first() + containerPort - container.first();
  }

  /// `0.0.0.0:8080->80/tcp`, `[::]:8080->80/tcp`.
  @Override
  public String toString() {
    return hostIp.map(ip -> ip.isIpv4() ? ip.toString() : "[" + ip + "]").orElse("0.0.0.0")
        + ":"
        + host
        + "->"
        + container
        + "/"
        + protocol.text();
  }
}
