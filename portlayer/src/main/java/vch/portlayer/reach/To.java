package vch.portlayer.reach;

import java.util.Optional;
import vch.portlayer.address.Ip;
import vch.portlayer.container.ContainerId;
import vch.portlayer.scope.ScopeId;

/// Who is asked.
public sealed interface To {
  /// A container: at its addresses, and at the host ports that are published for the port asked.
  ///
  /// @param scope at its addresses there only
  record OfContainer(ContainerId id, Optional<ScopeId> scope) implements To {}

  /// An address, whoever has it.
  record Address(Ip address) implements To {}
}
