package vch.portlayer.reach;

import java.util.Comparator;
import java.util.Optional;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.rule.OutsideHosts;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Nic;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;

/// On the segment of a port group: NICs of VCHs, containers on container networks, the machine, and
/// hosts that are not ours. What the machine's own firewall says is not known here.
final class SegmentWay {
  private final Image image;
  private final VchId vch;
  private final Trail trail;

  /// @param vch whose bridge scopes are meant, since each VCH may have the same addresses there
  SegmentWay(Image image, VchId vch, Trail trail) {
    this.image = image;
    this.vch = vch;
    this.trail = trail;
  }

  /// @param next who is asked on the segment: the address itself, or the router to it
  Path toNext(PortGroupId group, Packet packet, Ip next) {
    if (next.equals(packet.to())) {
      return to(group, packet).orElseGet(() -> left(packet, Optional.empty()));
    }
    var machine = nat(group).filter(n -> n.isMachine(next));
    if (machine.isPresent()) {
      return forwarded(machine.get(), packet, next);
    }
    var nic = nic(group, next);
    return nic.isPresent()
        ? new EndpointWay(image, nic.get().vch, trail).byNic(nic.get().nic, packet)
        : left(packet, Optional.of(next));
  }

  /// Out of what is known here. From there a bridge scope is entered by the public role of its VCH
  /// only.
  Path left(Packet packet, Optional<Ip> via) {
    return bridge(packet.to())
        .map(s -> routed(s, packet, Optional.empty()))
        .orElseGet(() -> trail.leftTo(packet, via));
  }

  private Optional<Scope> bridge(Ip address) {
    return image.scopeAround(vch, address).filter(s -> s.kind() instanceof ScopeKind.Bridge);
  }

  /// To a bridge scope, if who asks is led to the public address of its VCH.
  ///
  /// @param from the segment of who asks; where it is not that of the public role, routers are
  ///   between
  Path routed(Scope scope, Packet packet, Optional<PortGroupId> from) {
    var owner = image.vch(vch);
    var nic = owner.flatMap(v -> v.nic(Role.PUBLIC)).filter(n -> n.has(packet.family()));
    if (nic.isEmpty()
        || !(scope.kind() instanceof ScopeKind.Bridge kind)
        || !kind.entered(packet.family())) {
      return trail.dropped(new Reason.NotPublished(scope.name(), packet.to()));
    }
    var group = nic.get().portGroup();
    if (!from.equals(Optional.of(group))) {
      image.portGroup(group).ifPresent(g -> trail.add(new Reason.Routers(g.name())));
    }
    trail.add(new Reason.RoutedTo(scope.name(), owner.orElseThrow().name()));
    return new EndpointWay(image, owner.orElseThrow(), trail).byNic(nic.get(), packet);
  }

  /// By the machine: with its address on the segment of the public role, where it has one.
  Optional<Path> byMachine(Packet packet) {
    var group = image.vch(vch).flatMap(v -> v.nic(Role.PUBLIC)).map(Nic::portGroup);
    return bridge(packet.to())
        .flatMap(
            s ->
                group
                    .flatMap(this::nat)
                    .flatMap(n -> n.machine(packet.family()))
                    .map(
                        own -> {
                          trail.asksFrom(own.address());
                          return routed(s, packet.from(own.address()), group);
                        }));
  }

  /// From a host that is not ours, on the segment or behind it.
  Path byStranger(PortGroupId group, Packet packet) {
    var here = joined(group, packet).or(() -> to(group, packet));
    if (here.isPresent()) {
      return here.get();
    }
    var other = groupOf(packet.to());
    if (other.isEmpty()) {
      return bridge(packet.to())
          .map(s -> routed(s, packet, Optional.of(group)))
          .orElseGet(() -> left(packet, Optional.empty()));
    }
    var machine = nat(group).flatMap(n -> n.machine(packet.family()));
    if (machine.isPresent() && other.get().kind() instanceof PortGroupKind.Nat) {
      return toNext(group, packet, machine.get().address());
    }
    trail.add(new Reason.Routers(other.get().name()));
    return toNext(other.get().id(), packet, packet.to());
  }

  /// To a bridge scope of a VCH whose segment is joined with the port group. VCHs there may have
  /// the same addresses; one that knows the host comes first.
  private Optional<Path> joined(PortGroupId id, Packet packet) {
    var scopes =
        OutsideHosts.joined(image, id).stream()
            .flatMap(v -> image.scopeAround(v.id(), packet.to()).stream())
            .filter(s -> s.kind() instanceof ScopeKind.Bridge)
            .sorted(Comparator.comparing(s -> !s.vch().equals(vch)))
            .toList();
    var knowing =
        scopes.stream()
            .filter(s -> packet.source().filter(OutsideHosts.of(image, s)::contains).isPresent())
            .findFirst();
    return knowing
        .or(() -> scopes.stream().findFirst())
        .flatMap(
            s ->
                s.kind() instanceof ScopeKind.Bridge kind
                    ? image
                        .portGroup(id)
                        .map(g -> new MemberWay(image, s, kind, trail).byOutside(g, packet))
                    : Optional.empty());
  }

  /// To whom of ours has the address on the segment.
  Optional<Path> to(PortGroupId group, Packet packet) {
    var nic = nic(group, packet.to());
    if (nic.isPresent()) {
      return nic.map(n -> new EndpointWay(image, n.vch, trail).byNic(n.nic, packet));
    }
    if (nat(group).filter(n -> n.isMachine(packet.to())).isPresent()) {
      return Optional.of(trail.reachedMachine(packet));
    }
    return holder(group, packet.to()).map(c -> into(c, packet));
  }

  private Path into(Container holder, Packet packet) {
    var namespace = ContainerNamespace.of(image, holder);
    if (namespace.isEmpty()) {
      return trail.dropped(new Reason.NotRunning(holder.name()));
    }
    var place = namespace.get().at(packet.to());
    return place.isPresent() && place.get().scope().kind() instanceof ScopeKind.External kind
        ? new ContainerWay(image, namespace.get(), trail).in(place.get(), kind, packet)
        : trail.dropped(new Reason.NotSettled(holder.name(), packet.to()));
  }

  /// By the machine, out of a port group of kind nat.
  private Path forwarded(PortGroupKind.Nat from, Packet packet, Ip router) {
    boolean member = packet.source().filter(from::contains).isPresent();
    if (image.portGroups().stream()
        .flatMap(g -> nat(g.id()).stream())
        .anyMatch(n -> n.isMachine(packet.to()))) {
      return trail.reachedMachine(packet); // whichever of its links has the address
    }
    for (var group : image.portGroups()) {
      if (group.kind() instanceof PortGroupKind.Nat nat && nat.contains(packet.to())) {
        var as = nat.machine(packet.family()).map(Cidr::address).filter(_ -> member);
        var next = as.map(packet::from).orElse(packet);
        next.source().ifPresent(s -> trail.add(new Reason.Forwarded(group.name(), s)));
        return toNext(group.id(), next, packet.to());
      }
    }
    return left(packet, Optional.of(router));
  }

  /// Who of ours has the address, on whatever segment.
  Optional<PortGroup> groupOf(Ip address) {
    return image.portGroups().stream()
        .filter(
            g ->
                nic(g.id(), address).isPresent()
                    || nat(g.id()).filter(n -> n.isMachine(address)).isPresent()
                    || holder(g.id(), address).isPresent())
        .findFirst();
  }

  private record VchNic(Vch vch, Nic nic) {}

  private Optional<VchNic> nic(PortGroupId group, Ip address) {
    return image.vchs().stream()
        .flatMap(v -> v.nics().stream().map(n -> new VchNic(v, n)))
        .filter(
            n ->
                n.nic.portGroup().equals(group)
                    && n.nic.addresses().stream().anyMatch(a -> a.address().equals(address)))
        .findFirst();
  }

  private Optional<PortGroupKind.Nat> nat(PortGroupId group) {
    return image
        .portGroup(group)
        .flatMap(
            g -> g.kind() instanceof PortGroupKind.Nat nat ? Optional.of(nat) : Optional.empty());
  }

  /// The container of any VCH that holds the address on a container network of the segment.
  private Optional<Container> holder(PortGroupId group, Ip address) {
    return image.vchs().stream()
        .flatMap(v -> image.holder(v.id(), address).stream())
        .filter(h -> image.scope(h.scope()).filter(s -> s.isOn(group)).isPresent())
        .flatMap(h -> image.container(h.container()).stream())
        .findFirst();
  }
}
