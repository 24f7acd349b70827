package vch.portlayer.scope;

import java.util.Map;
import java.util.Optional;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;

/// A subnet of a scope.
///
/// @param range dynamic addresses come from here; empty: from the whole subnet
/// @param reserved auxiliary addresses by name; never handed out
/// @param chosen true when the user named the subnet; static addresses are offered only then
/// @param gatewayChosen true when the user named the gateway
public record SubnetConfig(
    Subnet subnet,
    Ip gateway,
    Optional<Subnet> range,
    Map<String, Ip> reserved,
    boolean chosen,
    boolean gatewayChosen) {
  public SubnetConfig {
    reserved = Map.copyOf(reserved);
  }
}
