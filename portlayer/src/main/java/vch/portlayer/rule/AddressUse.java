package vch.portlayer.rule;

import java.time.Instant;
import java.util.Optional;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.scope.Scope;

/// An address of a scope that is not free.
///
/// @param who the name of the container, or what has the address
/// @param since when who has it was made
/// @param container where a container of the scope's VCH holds it
public record AddressUse(
    Scope scope,
    Ip address,
    String who,
    Instant since,
    Reason reason,
    Optional<Container> container) {
  /// Why it is not free.
  public enum Reason {
    /// The next one of the pool.
    DYNAMIC,
    /// The user asked for it.
    REQUESTED,
    /// By DHCP.
    LEASED,
    GATEWAY,
    NAME_SERVER,
    /// Kept free by the user (`--aux-address`).
    AUXILIARY,
    /// Another on the segment of the same port group has it.
    NEIGHBOUR
  }
}
