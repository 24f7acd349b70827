package vch.portlayer.reach;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.port.Port;
import vch.portlayer.port.Publication;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.VchId;

/// Does one reach another? The image's answer: over which addresses, and what decides.
public final class Reach {
  private final Image image;
  private final VchId vch;

  private Reach(Image image, VchId vch) {
    this.image = image;
    this.vch = vch;
  }

  /// @param vch whose networks are meant where VCHs have the same addresses
  public static Answer ask(Image image, VchId vch, From from, To to, Traffic traffic) {
    var reach = new Reach(image, vch);
    if (from instanceof From.OfContainer(var id) && reach.namespace(id).isEmpty()) {
      return nowhere(new Reason.NotRunning(reach.name(id)));
    }
    return switch (to) {
      case To.Address(var address) ->
          new Answer(List.of(reach.path(from, address, traffic)), List.of());
      case To.OfContainer it -> reach.toContainer(from, it, traffic);
    };
  }

  private static Answer nowhere(Reason why) {
    return new Answer(List.of(), List.of(why));
  }

  private Answer toContainer(From from, To.OfContainer to, Traffic traffic) {
    var target = namespace(to.id());
    if (target.isEmpty()) {
      return nowhere(new Reason.NotRunning(name(to.id())));
    }
    var paths = new ArrayList<Path>();
    for (var place : target.get().places()) {
      if (to.scope().isEmpty() || to.scope().get().equals(place.scope().id())) {
        target.get().addresses(place).stream()
            .map(Cidr::address)
            .sorted()
            .forEach(a -> paths.add(path(from, a, traffic)));
      }
    }
    if (to.scope().isEmpty() && traffic instanceof Traffic.OfPort(var port)) {
      published(target.get(), port, paths, from);
    }
    paths.sort(Comparator.comparing(Path::verdict));
    return paths.isEmpty()
        ? nowhere(new Reason.NoAddress(name(to.id())))
        : new Answer(paths, List.of());
  }

  /// The host ports that lead to the port.
  private void published(ContainerNamespace target, Port port, List<Path> paths, From from) {
    for (var publication : target.container().publications()) {
      if (publication.direct() || !publication.leadsTo(port)) {
        continue;
      }
      var host = new Port(publication.outside(port.number()), port.protocol());
      for (var address : hosts(target, publication)) {
        paths.add(path(from, address, new Traffic.OfPort(host)));
      }
    }
  }

  private List<Ip> hosts(ContainerNamespace target, Publication publication) {
    return image.vch(target.container().vch()).stream()
        .flatMap(v -> v.nic(Role.PUBLIC).stream())
        .flatMap(n -> n.addresses().stream())
        .map(Cidr::address)
        .filter(a -> target.published(a.family()).isPresent() && publication.serves(a.family()))
        .filter(
            a ->
                publication
                    .hostIp()
                    .filter(ip -> !ip.isUnspecified() && !ip.isLoopback() && !ip.equals(a))
                    .isEmpty())
        .toList();
  }

  private Path path(From from, Ip to, Traffic traffic) {
    var trail = new Trail(to, traffic);
    return switch (from) {
      case From.OfContainer(var id) ->
          new ContainerWay(image, namespace(id).orElseThrow(), trail).out(to, traffic);
      case From.Machine() -> byMachine(to, traffic, trail);
      case From.Stranger(var group, var address) -> {
        trail.asksFrom(address);
        yield new SegmentWay(image, vch, trail)
            .byStranger(group, new Packet(Optional.of(address), to, traffic));
      }
    };
  }

  private Path byMachine(Ip to, Traffic traffic, Trail trail) {
    var segments = new SegmentWay(image, vch, trail);
    for (var group : image.portGroups()) {
      if (group.kind() instanceof PortGroupKind.Nat nat && nat.contains(to)) {
        var own = nat.machine(to.family()).orElseThrow().address();
        trail.asksFrom(own);
        if (own.equals(to)) {
          trail.add(new Reason.Own("the machine", to));
        }
        return segments.toNext(group.id(), new Packet(Optional.of(own), to, traffic), to);
      }
    }
    var packet = new Packet(Optional.empty(), to, traffic);
    var group = segments.groupOf(to);
    return group
        .map(g -> machineOn(g, packet, trail))
        .or(() -> segments.byMachine(packet))
        .orElseGet(() -> segments.left(packet, Optional.empty()));
  }

  /// The machine's addresses on segments that it does not lead are not known here.
  private Path machineOn(PortGroup group, Packet packet, Trail trail) {
    boolean there =
        switch (group.kind()) {
          case PortGroupKind.Internal _ -> false;
          case PortGroupKind.Nat _, PortGroupKind.Bridge _ -> true;
          case PortGroupKind.Nic(_, var hostAccess) -> hostAccess && packet.to().isIpv4();
        };
    if (!there) {
      var why = new Reason.MachineAbsent(group.name());
      // By a NIC of its own it asks for the address, and nobody on the cable has it.
      return group.kind() instanceof PortGroupKind.Nic ? trail.dropped(why) : trail.refused(why);
    }
    trail.add(new Reason.MachineAssumed(group.name()));
    return new SegmentWay(image, vch, trail).toNext(group.id(), packet, packet.to());
  }

  private Optional<ContainerNamespace> namespace(ContainerId id) {
    return image.container(id).flatMap(c -> ContainerNamespace.of(image, c));
  }

  private String name(ContainerId id) {
    return image.container(id).map(Container::name).orElse(id.brief());
  }
}
