package vch.portlayer.port;

import java.util.Optional;
import vch.portlayer.address.Ip;

/// A published port or range: what arrives at `host` of the public role goes to `container`, one to
/// one. Both ranges are of one size.
public record Publication(
    Protocol protocol, Optional<Ip> hostIp, PortRange host, PortRange container) {
  public Publication {
    if (host.size() != container.size()) {
      throw new IllegalArgumentException(
          "host ports " + host + " and container ports " + container + " differ in number");
    }
  }

  /// True when both would claim the same port of the same address.
  public boolean conflictsWith(Publication other) {
    return protocol == other.protocol
        && host.overlaps(other.host)
        && (hostIp.isEmpty() || other.hostIp.isEmpty() || hostIp.equals(other.hostIp));
  }

  /// `0.0.0.0:8080->80/tcp`.
  @Override
  public String toString() {
    return hostIp.map(Ip::toString).orElse("0.0.0.0")
        + ":"
        + host
        + "->"
        + container
        + "/"
        + protocol.text();
  }
}
