package vch.portlayer.reach;

import java.util.Optional;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.port.Port;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.Publication;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.reach.ContainerNamespace.Place;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.scope.GatewayMode;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Nic;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;

/// Through the endpoint namespace of a VCH: publications, its services, the way out.
final class EndpointWay {
  private static final int DNS = 53;

  private final Image image;
  private final Vch vch;
  private final Trail trail;

  EndpointWay(Image image, Vch vch, Trail trail) {
    this.image = image;
    this.vch = vch;
    this.trail = trail;
  }

  /// A publication in force that serves the packet.
  ///
  /// @param container whose it is
  /// @param place that the publication leads to
  private record Hit(
      ContainerNamespace container, Place place, Publication publication, Ip to, Port port) {
    Traffic traffic() {
      return new Traffic.OfPort(port);
    }
  }

  /// What leaves a segment by its gateway, or asks the gateway itself.
  Path bySegment(Scope scope, ScopeKind.Bridge kind, Packet packet) {
    boolean gateway = scope.isGateway(packet.to());
    if (!kind.internal() && (isPublic(packet.to()) || (gateway && !packet.traffic().asks(DNS)))) {
      var hit = publication(packet, false);
      if (hit.isPresent()) {
        return translated(hit.get(), packet, Optional.of(scope));
      }
    }
    if (local(packet.to())) {
      return gateway
          ? gatewayService(packet)
          : trail.refused(new Reason.OtherLink(vch.name(), packet.to()));
    }
    return outOf(scope, kind, packet);
  }

  private Path gatewayService(Packet packet) {
    var node = new Node.OfVch(vch.id());
    if (packet.traffic() instanceof Traffic.Ping) {
      return trail.served(packet, node, new Reason.Served(vch.name(), "ping"));
    }
    return packet.traffic().asks(DNS)
        ? trail.served(packet, node, new Reason.Served(vch.name(), "DNS"))
        : trail.refused(new Reason.NotServed(vch.name(), packet.to()));
  }

  private Path outOf(Scope scope, ScopeKind.Bridge kind, Packet packet) {
    var other = around(packet.to());
    if (other.isPresent()) {
      if (kind.internal()) {
        return trail.refused(new Reason.Internal(scope.name()));
      }
      return routed(other.get(), packet.family())
          ? entered(other.get(), packet)
              .orElseGet(
                  () -> trail.refused(new Reason.NotPublished(other.get().name(), packet.to())))
          : trail.refused(new Reason.BetweenNetworks(scope.name(), other.get().name()));
    }
    var nic = nicTo(packet.to());
    if (nic.isEmpty()) {
      return trail.refused(new Reason.NoWayOut(vch.name(), packet.family()));
    }
    if (kind.internal()) {
      return trail.refused(new Reason.Internal(scope.name()));
    }
    if (!nic.get().roles().contains(Role.PUBLIC)) {
      return trail.refused(new Reason.OtherRole(nic.get().name()));
    }
    var address = nic.get().address(packet.family()).map(Cidr::address);
    var leaving =
        kind.masquerades(packet.family()) && address.isPresent()
            ? packet.from(address.get())
            : packet;
    leaving
        .source()
        .ifPresent(
            s -> trail.add(new Reason.Public(vch.name(), s, kind.masquerades(packet.family()))));
    return new SegmentWay(image, vch.id(), trail)
        .toNext(nic.get().portGroup(), leaving, next(nic.get(), packet.to()));
  }

  /// What arrives at an address of a NIC, or is to be routed on.
  Path byNic(Nic nic, Packet packet) {
    var by = packet.source().flatMap(this::linkTo);
    if (packet.source().isPresent() && !by.equals(Optional.of(nic.name()))) {
      return trail.dropped(new Reason.Forged(nic.name(), packet.source().get()));
    }
    if (nic.roles().contains(Role.PUBLIC) && isPublic(packet.to())) {
      var hit = publication(packet, byMachine(nic, packet));
      if (hit.isPresent()) {
        return translated(hit.get(), packet, Optional.empty());
      }
    }
    if (nic.addresses().stream().anyMatch(a -> a.address().equals(packet.to()))) {
      return nicService(nic, packet);
    }
    if (local(packet.to())) {
      return trail.refused(new Reason.OtherLink(vch.name(), packet.to()));
    }
    return around(packet.to())
        .filter(_ -> nic.roles().contains(Role.PUBLIC))
        .flatMap(s -> entered(s, packet))
        .orElseGet(() -> trail.dropped(new Reason.NotPublished(name(packet.to()), packet.to())));
  }

  private static boolean routed(Scope scope, Family family) {
    return scope.kind() instanceof ScopeKind.Bridge kind
        && !kind.internal()
        && kind.gateways().of(family) == GatewayMode.ROUTED;
  }

  /// Into a scope, to the address of a member.
  ///
  /// @return empty where it is not let in
  private Optional<Path> entered(Scope scope, Packet packet) {
    if (!(scope.kind() instanceof ScopeKind.Bridge kind) || kind.internal()) {
      return Optional.empty();
    }
    var mode = kind.gateways().of(packet.family());
    boolean ping = packet.traffic() instanceof Traffic.Ping;
    boolean lets =
        switch (mode) {
          case NAT -> kind.portsRouted() && direct(packet);
          case NAT_UNPROTECTED -> true;
          case ROUTED -> ping || direct(packet);
          case ISOLATED -> false;
        };
    if (!lets) {
      return Optional.empty();
    }
    trail.add(new Reason.Entered(scope.name(), mode, packet.to()));
    var holder = holder(packet.to());
    var place = holder.flatMap(h -> h.at(packet.to()));
    if (place.isEmpty()) {
      return Optional.of(trail.dropped(new Reason.Nobody(scope.name(), packet.to())));
    }
    var lost =
        packet
            .source()
            .flatMap(s -> new ContainerWay(image, holder.get(), trail).replyLost(place.get(), s));
    return lost.map(trail::dropped)
        .or(() -> Optional.of(trail.reached(packet, holder.get().container())));
  }

  private Optional<ContainerNamespace> holder(Ip address) {
    return image
        .holder(vch.id(), address)
        .flatMap(h -> image.container(h.container()))
        .flatMap(c -> ContainerNamespace.of(image, c));
  }

  /// To a port of the container that is published by the place with this address.
  private boolean direct(Packet packet) {
    var family = packet.family();
    boolean routed = around(packet.to()).filter(s -> routed(s, family)).isPresent();
    return packet.traffic() instanceof Traffic.OfPort(var port)
        && holder(packet.to())
            .filter(h -> h.published(family).filter(p -> has(p, packet.to())).isPresent())
            .stream()
            .flatMap(h -> h.container().publications().stream())
            .anyMatch(p -> p.serves(family) && p.direct() == routed && p.leadsTo(port));
  }

  private static boolean has(Place place, Ip address) {
    return place.endpoint().addresses().stream().anyMatch(a -> a.address().equals(address));
  }

  private Path nicService(Nic nic, Packet packet) {
    var node = new Node.OfVch(vch.id());
    if (packet.traffic() instanceof Traffic.Ping) {
      return trail.served(packet, node, new Reason.Served(vch.name(), "ping"));
    }
    boolean api =
        nic.roles().contains(Role.CLIENT)
            && packet.traffic() instanceof Traffic.OfPort(var port)
            && port.equals(new Port(vch.tls().port(), Protocol.TCP));
    return api
        ? trail.served(packet, node, new Reason.Served(vch.name(), "the Docker API"))
        : trail.refused(new Reason.NotServed(vch.name(), packet.to()));
  }

  /// @param segment that the packet came by; empty: by the public NIC
  private Path translated(Hit hit, Packet packet, Optional<Scope> segment) {
    trail.add(new Reason.Published(hit.publication, hit.container.name(), hit.to, hit.traffic()));
    var way = new ContainerWay(image, hit.container, trail);
    var arriving = packet.to(hit.to, hit.traffic());
    if (!hit.container.has(hit.to)) {
      return trail.dropped(new Reason.Nobody(hit.place.scope().name(), hit.to));
    }
    if (masqueraded(hit, packet, segment)) {
      var gateway = hit.place.scope().subnet(packet.family()).orElseThrow().gateway();
      trail.add(new Reason.Masqueraded(gateway));
      return trail.reached(arriving.from(gateway), hit.container.container());
    }
    var lost = packet.source().flatMap(s -> way.replyLost(hit.place, s));
    return lost.isPresent()
        ? trail.dropped(lost.get())
        : trail.reached(arriving, hit.container.container());
  }

  /// On a segment that the container is on, and from an address of its own. Where it is on a
  /// container network, too, a program may answer datagrams by that, from another address: there
  /// all but TCP.
  private boolean masqueraded(Hit hit, Packet packet, Optional<Scope> segment) {
    boolean aside =
        segment
            .filter(s -> hit.container.places().stream().anyMatch(p -> p.scope().equals(s)))
            .isPresent();
    boolean away =
        hit.container.places().stream()
            .anyMatch(
                p ->
                    p.scope().kind() instanceof ScopeKind.External
                        && EndpointRules.has(p.scope(), hit.to.family()));
    boolean own = packet.source().filter(hit.container::has).isPresent();
    return aside || own || (away && hit.port.protocol() != Protocol.TCP);
  }

  /// The address asked for comes before any address.
  ///
  /// @param byMachine the machine asks, for which alone are publications on loopback addresses
  private Optional<Hit> publication(Packet packet, boolean byMachine) {
    if (!(packet.traffic() instanceof Traffic.OfPort(var port))) {
      return Optional.empty();
    }
    return (byMachine ? published(packet, port, Where.LOOPBACK) : Optional.<Hit>empty())
        .or(() -> published(packet, port, Where.ADDRESS))
        .or(() -> published(packet, port, Where.ANY));
  }

  private enum Where {
    LOOPBACK,
    ADDRESS,
    ANY
  }

  private Optional<Hit> published(Packet packet, Port port, Where where) {
    return image
        .containers(vch.id())
        .filter(c -> !c.publications().isEmpty())
        .flatMap(c -> ContainerNamespace.of(image, c).stream())
        .flatMap(c -> hit(c, packet, port, where).stream())
        .findFirst();
  }

  private Optional<Hit> hit(ContainerNamespace container, Packet packet, Port port, Where where) {
    var place = container.published(packet.family());
    var address = place.flatMap(p -> p.endpoint().address(packet.family())).map(Cidr::address);
    if (address.isEmpty()) {
      return Optional.empty();
    }
    return container.container().publications().stream()
        .filter(p -> !p.direct() && p.serves(packet.family(), port) && on(p, packet.to(), where))
        .findFirst()
        .map(
            p ->
                new Hit(
                    container,
                    place.get(),
                    p,
                    address.get(),
                    new Port(p.inside(port.number()), port.protocol())));
  }

  private static boolean on(Publication publication, Ip asked, Where where) {
    var host = publication.hostIp().filter(ip -> !ip.isUnspecified());
    return switch (where) {
      case LOOPBACK -> host.filter(Ip::isLoopback).isPresent();
      case ADDRESS -> host.equals(Optional.of(asked));
      case ANY -> host.isEmpty();
    };
  }

  /// Where the machine itself asks the public role.
  private boolean byMachine(Nic nic, Packet packet) {
    return image
        .portGroup(nic.portGroup())
        .filter(
            g ->
                g.kind() instanceof PortGroupKind.Nat nat
                    && packet.source().filter(nat::isMachine).isPresent())
        .isPresent();
  }

  private boolean isPublic(Ip address) {
    return vch.nic(Role.PUBLIC).stream()
        .flatMap(n -> n.addresses().stream())
        .anyMatch(a -> a.address().equals(address));
  }

  /// One of the endpoint namespace's own.
  private boolean local(Ip address) {
    return vch.nics().stream()
            .flatMap(n -> n.addresses().stream())
            .anyMatch(a -> a.address().equals(address))
        || around(address).filter(s -> s.isGateway(address)).isPresent();
  }

  private String name(Ip address) {
    return image.scopeAround(vch.id(), address).map(Scope::name).orElse("none");
  }

  /// The link by which the address is routed: a NIC, or the name of a network.
  private Optional<String> linkTo(Ip address) {
    return around(address).map(s -> "network " + s.name()).or(() -> nicTo(address).map(Nic::name));
  }

  /// The bridge scope that the address lies in.
  private Optional<Scope> around(Ip address) {
    return image.scopeAround(vch.id(), address).filter(s -> s.kind() instanceof ScopeKind.Bridge);
  }

  private Optional<Nic> nicTo(Ip address) {
    return vch.nics().stream()
        .filter(n -> n.addresses().stream().anyMatch(a -> a.subnet().contains(address)))
        .findFirst()
        .or(() -> vch.nic(Role.PUBLIC).filter(n -> n.gateway(address.family()).isPresent()));
  }

  private static Ip next(Nic nic, Ip address) {
    return nic.addresses().stream().anyMatch(a -> a.subnet().contains(address))
        ? address
        : nic.gateway(address.family()).orElse(address);
  }
}
