package vch.portlayer.reach;

import java.util.Optional;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.reach.Reason.BetweenNetworks;
import vch.portlayer.reach.Reason.Entered;
import vch.portlayer.reach.Reason.Foreign;
import vch.portlayer.reach.Reason.Forged;
import vch.portlayer.reach.Reason.Forwarded;
import vch.portlayer.reach.Reason.Internal;
import vch.portlayer.reach.Reason.KnownOutside;
import vch.portlayer.reach.Reason.Leaves;
import vch.portlayer.reach.Reason.Level;
import vch.portlayer.reach.Reason.Listener;
import vch.portlayer.reach.Reason.MachineAbsent;
import vch.portlayer.reach.Reason.MachineAssumed;
import vch.portlayer.reach.Reason.Masqueraded;
import vch.portlayer.reach.Reason.MembersOnly;
import vch.portlayer.reach.Reason.NoAddress;
import vch.portlayer.reach.Reason.NoInterContainer;
import vch.portlayer.reach.Reason.NoRoute;
import vch.portlayer.reach.Reason.NoWayOut;
import vch.portlayer.reach.Reason.Nobody;
import vch.portlayer.reach.Reason.NotKnown;
import vch.portlayer.reach.Reason.NotPublished;
import vch.portlayer.reach.Reason.NotRunning;
import vch.portlayer.reach.Reason.NotServed;
import vch.portlayer.reach.Reason.NotSettled;
import vch.portlayer.reach.Reason.OtherLink;
import vch.portlayer.reach.Reason.OtherRole;
import vch.portlayer.reach.Reason.Own;
import vch.portlayer.reach.Reason.Public;
import vch.portlayer.reach.Reason.Published;
import vch.portlayer.reach.Reason.Redirected;
import vch.portlayer.reach.Reason.RepliesElsewhere;
import vch.portlayer.reach.Reason.RepliesLost;
import vch.portlayer.reach.Reason.RoutedTo;
import vch.portlayer.reach.Reason.Routers;
import vch.portlayer.reach.Reason.SameNetwork;
import vch.portlayer.reach.Reason.Served;
import vch.portlayer.scope.GatewayMode;

/// Reasons as lines that people read.
public final class ReasonText {
  private ReasonText() {}

  public static String of(Reason reason) {
    return switch (reason) {
      case NotRunning(var container) -> "container " + container + " is not running";
      case NoAddress(var container) -> "container " + container + " has no address there";
      case NotSettled(var container, var address) ->
          address
              + " is held by container "
              + container
              + ", but not in use: it is being probed, or IPv6 is off there";
      case Own(var who, var address) ->
          address + " is an address of " + who + " itself: over loopback";
      case NoRoute(var who, var to) -> who + " has no route to " + to;
      case Leaves(var container, var network, var source, var via) ->
          container
              + " asks by network "
              + network
              + " as "
              + source
              + via.map(v -> ", by gateway " + v).orElse("");
      case Nobody(var network, var address) -> "nobody on network " + network + " has " + address;
      case SameNetwork(var network) -> "members of network " + network + " reach each other";
      case NoInterContainer(var network) ->
          "members of network "
              + network
              + " may not talk to each other (inter-container communication is off)";
      case Served(var vch, var service) -> "VCH " + vch + " itself answers: " + service;
      case NotServed(var vch, var address) ->
          "nothing is published on "
              + address
              + " for this, and VCH "
              + vch
              + " serves nothing there";
      case OtherLink(var vch, var address) ->
          "VCH "
              + vch
              + " serves "
              + address
              + " only on its own network, and nothing is published there for this";
      case Published(var publication, var container, var to, var traffic) ->
          "publication " + publication + " of " + container + " leads to " + to + " " + traffic;
      case Masqueraded(var as) ->
          "the request goes on as " + as + ", so that the reply comes back this way";
      case NotPublished(var network, var address) ->
          "from outside, network "
              + network
              + " is entered by publications only, not by "
              + address;
      case Entered(var network, var mode, var address) ->
          "network "
              + network
              + " is entered at "
              + address
              + " itself: its gateway mode is "
              + mode.word()
              + (mode == GatewayMode.NAT ? ", and it trusts the public role" : "");
      case RoutedTo(var network, var vch) ->
          "taken that network " + network + " is routed to the public address of VCH " + vch;
      case Internal(var network) -> "network " + network + " is internal: nothing leaves it";
      case BetweenNetworks(var from, var to) ->
          "networks " + from + " and " + to + " do not reach each other";
      case OtherRole(var nic) -> "containers leave by the public role only, not by NIC " + nic;
      case Forged(var nic, var source) ->
          source + " is not routed by NIC " + nic + ": what claims to come from there is forged";
      case NoWayOut(var vch, var family) ->
          "the public role of VCH " + vch + " has no " + word(family) + " way out";
      case Public(var vch, var source, var translated) ->
          "leaves VCH "
              + vch
              + " by its public role as "
              + source
              + (translated
                  ? ""
                  : ", its own address: replies come only where that is routed back");
      case Forwarded(var group, var source) ->
          "the machine forwards to port group " + group + " as " + source;
      case Routers(var group) -> "taken that routers outside lead to port group " + group;
      case KnownOutside(var network, var address) ->
          "network " + network + " knows " + address + ", an auxiliary address of it: a neighbour";
      case NotKnown(var network, var group, var address) ->
          "on port group "
              + group
              + " network "
              + network
              + " knows the hosts of its auxiliary addresses only (none, if it is internal), and not "
              + address;
      case MembersOnly(var network, var group, var gateway) ->
          "gateway "
              + gateway
              + " of network "
              + network
              + " is there for its members, not for hosts on port group "
              + group;
      case MachineAbsent(var group) ->
          "the machine has no address on port group " + group + " and is kept apart from it";
      case MachineAssumed(var group) ->
          "taken that the machine has an address on port group " + group;
      case Level(var network, var level, var rule) ->
          "network " + network + " is " + level.word() + ": " + rule.text();
      case Redirected(var from, var to) -> "asked at " + from + ", port " + to + " answers";
      case RepliesElsewhere(var container, var network) ->
          "the reply of "
              + container
              + " leaves by network "
              + network
              + ": taken that routers there lead it back";
      case RepliesLost(var container, var network) ->
          "the reply of " + container + " would leave by network " + network + " and is lost";
      case Foreign(var address, var via) ->
          address + " is not ours" + by(via) + ": whether it answers is for you to see";
      case Listener(var who, var traffic) ->
          traffic instanceof Traffic.Ping
              ? who + " answers"
              : "whether a program listens on " + traffic + " of " + who + " is for you to see";
    };
  }

  private static String word(Family family) {
    return switch (family) {
      case IPV4 -> "IPv4";
      case IPV6 -> "IPv6";
    };
  }

  private static String by(Optional<Ip> via) {
    return via.map(v -> ", it is asked by router " + v).orElse("");
  }
}
