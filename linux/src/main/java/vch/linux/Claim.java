package vch.linux;

import java.util.Optional;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

/// What a neighbour said about an address, whatever the protocol.
interface Claim {
  /// Whose Ethernet address goes with it.
  Mac sender();

  /// The address that the sender says it has; empty when it only asks.
  Optional<Ip> held();

  /// True when this means that another than `self` has the address or is about to take it.
  boolean contests(Ip address, Mac self);
}
