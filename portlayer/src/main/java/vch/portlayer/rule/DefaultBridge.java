package vch.portlayer.rule;

import java.util.Optional;
import vch.portlayer.address.Ip;
import vch.portlayer.scope.SubnetRequest;

/// The default bridge as the user asked for it.
///
/// @param subnet empty: one is cut from the bridge network range
/// @param hostIp publications that name no host address are on this one; empty: on every address
public record DefaultBridge(Optional<SubnetRequest> subnet, Optional<Ip> hostIp) {
  public static final DefaultBridge ANY = new DefaultBridge(Optional.empty(), Optional.empty());
}
