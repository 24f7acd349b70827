package vch.portlayer.port;

import java.util.Optional;
import vch.portlayer.address.Ip;

/// What the user asked to publish: container ports, and on which host ports.
///
/// @param container container ports
/// @param hostIp empty: every address of the public role
/// @param host empty: random ports from the ephemeral range. A range as large as `container` is
///   mapped one to one; a larger one, where `container` is a single port, means "the first free
///   port of these"
public record PublishRequest(
    Protocol protocol, PortRange container, Optional<Ip> hostIp, Optional<PortRange> host) {
  public PublishRequest {
    if (host.isPresent() && container.size() > 1 && host.get().size() != container.size()) {
      throw new IllegalArgumentException(
          "host ports " + host.get() + " and container ports " + container + " differ in number");
    }
  }
}
