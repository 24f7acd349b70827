package vch.portlayer.reach;

import java.util.Optional;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.rule.OutsideHosts;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;

/// On a bridge scope, from neighbour to neighbour: its members, and hosts outside that it knows.
final class MemberWay {
  private final Image image;
  private final Scope scope;
  private final ScopeKind.Bridge kind;
  private final Trail trail;

  MemberWay(Image image, Scope scope, ScopeKind.Bridge kind, Trail trail) {
    this.image = image;
    this.scope = scope;
    this.kind = kind;
    this.trail = trail;
  }

  /// From a member.
  Path byMember(Packet packet) {
    if (!OutsideHosts.of(image, scope).contains(packet.to())) {
      return toMember(packet, new Reason.SameNetwork(scope.name()));
    }
    if (!kind.interContainer()) {
      return trail.dropped(new Reason.NoInterContainer(scope.name()));
    }
    trail.add(new Reason.KnownOutside(scope.name(), packet.to()));
    return trail.leftTo(packet, Optional.empty());
  }

  /// From a host on the port group that the segment is joined with.
  Path byOutside(PortGroup group, Packet packet) {
    var source = packet.source().orElseThrow();
    if (!OutsideHosts.of(image, scope).contains(source)) {
      return trail.dropped(new Reason.NotKnown(scope.name(), group.name(), source));
    }
    if (scope.isGateway(packet.to())) {
      return trail.dropped(new Reason.MembersOnly(scope.name(), group.name(), packet.to()));
    }
    return toMember(packet, new Reason.KnownOutside(scope.name(), source));
  }

  private Path toMember(Packet packet, Reason why) {
    var holder =
        image.holder(scope.vch(), packet.to()).flatMap(h -> image.container(h.container()));
    if (holder.isEmpty()) {
      return trail.dropped(new Reason.Nobody(scope.name(), packet.to()));
    }
    var other = ContainerNamespace.of(image, holder.get());
    if (other.filter(o -> o.has(packet.to())).isEmpty()) {
      return trail.dropped(new Reason.NotRunning(holder.get().name()));
    }
    if (!kind.interContainer()) {
      return trail.dropped(new Reason.NoInterContainer(scope.name()));
    }
    trail.add(why);
    return trail.reached(packet, holder.get());
  }
}
