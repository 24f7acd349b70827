package vch.portlayer.reach;

import vch.portlayer.port.Port;
import vch.portlayer.port.Protocol;

/// What is sent.
public sealed interface Traffic {
  /// A connection to a port, or a datagram and its answer.
  record OfPort(Port port) implements Traffic {
    /// `80/tcp`.
    @Override
    public String toString() {
      return port.toString();
    }
  }

  /// An ICMP echo request.
  record Ping() implements Traffic {
    @Override
    public String toString() {
      return "ping";
    }
  }

  /// True for TCP and UDP to the port.
  default boolean asks(int number) {
    return this instanceof OfPort(var port)
        && port.protocol() != Protocol.SCTP
        && port.number() == number;
  }
}
