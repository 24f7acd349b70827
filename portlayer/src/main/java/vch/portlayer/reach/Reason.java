package vch.portlayer.reach;

import java.util.Optional;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.port.Publication;
import vch.portlayer.scope.GatewayMode;
import vch.portlayer.scope.TrustLevel;

/// Why a packet goes on as it does, or goes no further. Names are those that people gave.
public sealed interface Reason {
  /// The container does not run: it asks nobody, and its addresses answer nobody.
  record NotRunning(String container) implements Reason {}

  /// The container has no address to be asked at.
  record NoAddress(String container) implements Reason {}

  /// The container holds the address, but it is not on its link: it is being probed still.
  record NotSettled(String container, Ip address) implements Reason {}

  /// Who asks has the address itself.
  record Own(String who, Ip address) implements Reason {}

  /// Who asks has no route to the address.
  record NoRoute(String who, Ip to) implements Reason {}

  /// The way out of a container.
  ///
  /// @param via the gateway; empty where the address is on the network itself
  record Leaves(String container, String network, Ip source, Optional<Ip> via) implements Reason {}

  /// Nobody on the network has the address.
  record Nobody(String network, Ip address) implements Reason {}

  /// Both are on the network, whose members reach each other.
  record SameNetwork(String network) implements Reason {}

  /// Members of the network may not talk to each other (`--icc=false`).
  record NoInterContainer(String network) implements Reason {}

  /// A service of a VCH answers.
  record Served(String vch, String service) implements Reason {}

  /// The VCH has the address and serves nothing there to who asks.
  record NotServed(String vch, Ip address) implements Reason {}

  /// An address of the VCH is served only on the link that has it.
  record OtherLink(String vch, Ip address) implements Reason {}

  /// A publication leads on.
  record Published(Publication publication, String container, Ip to, Traffic traffic)
      implements Reason {}

  /// The request takes the gateway's address, so that the reply comes back the same way.
  record Masqueraded(Ip as) implements Reason {}

  /// From outside a network is entered by publications only.
  record NotPublished(String network, Ip address) implements Reason {}

  /// Members of the network are reached at their own addresses by who routes to them.
  record Entered(String network, GatewayMode mode, Ip address) implements Reason {}

  /// It is taken that who asks, or a router of it, leads to the network by an address of the VCH.
  record RoutedTo(String network, String vch) implements Reason {}

  /// The network is internal.
  record Internal(String network) implements Reason {}

  /// Networks of a VCH do not reach each other.
  record BetweenNetworks(String from, String to) implements Reason {}

  /// Containers leave by the public role only.
  record OtherRole(String nic) implements Reason {}

  /// A NIC drops what claims to come from an address that is routed by another link.
  record Forged(String nic, Ip source) implements Reason {}

  /// The VCH has no way out for the family.
  record NoWayOut(String vch, Family family) implements Reason {}

  /// Out of the VCH by its public role.
  ///
  /// @param translated under the public address, not the container's own
  record Public(String vch, Ip source, boolean translated) implements Reason {}

  /// The machine forwards to another of its port groups.
  record Forwarded(String portGroup, Ip source) implements Reason {}

  /// Two segments are joined by routers that are not ours; it is taken that they lead there.
  record Routers(String portGroup) implements Reason {}

  /// The machine has no address of its own that is known on the port group.
  record MachineAbsent(String portGroup) implements Reason {}

  /// The host on the port group is known to the network by an auxiliary address: a neighbour.
  record KnownOutside(String network, Ip address) implements Reason {}

  /// On the port group that the network is joined with it knows the host not.
  record NotKnown(String network, String portGroup, Ip address) implements Reason {}

  /// The gateway of a network does not hear the port group that the network is joined with.
  record MembersOnly(String network, String portGroup, Ip gateway) implements Reason {}

  /// It is taken that the machine has an address on the port group.
  record MachineAssumed(String portGroup) implements Reason {}

  /// What the trust level of a container network says.
  record Level(String network, TrustLevel level, LevelRule rule) implements Reason {}

  /// A publication inside the container: it is asked at one port and answers at another.
  record Redirected(Traffic from, int to) implements Reason {}

  /// The reply would leave by another network than the request came by, and is lost.
  record RepliesLost(String container, String network) implements Reason {}

  /// The reply leaves by another network than the request came by; it is taken that routers there
  /// lead it back.
  record RepliesElsewhere(String container, String network) implements Reason {}

  /// The host is not ours.
  ///
  /// @param via the router that leads there; empty where the host is on the segment
  record Foreign(Ip address, Optional<Ip> via) implements Reason {}

  /// Whether a program listens is not known here.
  record Listener(String who, Traffic traffic) implements Reason {}
}
