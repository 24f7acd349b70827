package vch.linux;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import vch.engine.fake.Samples;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Range;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.Lease;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.Publication;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.scope.GatewayMode;
import vch.portlayer.scope.GatewayModes;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;
import vch.portlayer.vch.BridgeSettings;
import vch.portlayer.vch.Nic;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.TlsMode;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;
import vch.testkit.Parts;

/// A random image. Always there are four segments, each with a stranger (host .200):
///
/// - `VM Network`, nat, 192.168.218.0/24: public roles of VCH blue (.2) and green (.3); container
///   network 202 has its addresses there, too.
/// - `lan`, internal, 10.200.0.0/24: container networks 200 (blue) and 210 (green); at times the
///   client role of blue (.240).
/// - `lan-nat`, nat, 10.201.0.0/24: container network 201.
/// - `nic`, at the machine's NIC `nic0` (.250), 10.203.0.0/24: container network 203, and, where
///   addresses come by DHCP, 204 in 10.204.0.0/24.
///
/// Blue has bridge scopes 1 to 4 and containers 1 to 8, green scope 11 and containers 21 and 22.
final class ReachTown {
  static final VchId GREEN = new VchId("0000000009e1");
  static final PortGroupId LAN = Samples.LAN;
  static final PortGroupId LAN_NAT = new PortGroupId("00000000001b");
  static final PortGroupId NIC = new PortGroupId("00000000001c");
  static final String NIC_LINK = "nic0";
  static final int CONTAINERS = 8;

  private static final int LEASED = 204;

  /// A host that is not ours.
  record Stranger(PortGroupId group, String link, String name, List<Cidr> addresses) {}

  private final Random chance;
  private final boolean ipv6;
  private final List<Change> changes = new ArrayList<>();

  private ReachTown(long seed) {
    this.chance = new Random(seed);
    this.ipv6 = chance.nextBoolean();
  }

  static Image image(long seed) {
    var town = new ReachTown(seed);
    town.segments();
    town.scopes();
    var image = Image.EMPTY.after(town.changes);
    town.changes.clear();
    for (int n = 1; n <= CONTAINERS; n++) {
      town.container(image, n);
    }
    town.green();
    return image.after(town.changes);
  }

  static List<Stranger> strangers(Image image) {
    var out = new ArrayList<Stranger>();
    for (var id : List.of(Samples.VM_NETWORK, LAN, LAN_NAT, NIC)) {
      var group = image.portGroup(id).orElseThrow();
      var subnets = new ArrayList<Subnet>();
      if (group.kind() instanceof PortGroupKind.Nat(var nat)) {
        subnets.addAll(nat);
      } else if (id.equals(NIC)) {
        subnets.addAll(external(203));
        subnets.add(leased());
      } else {
        subnets.addAll(external(200));
      }
      out.add(
          new Stranger(
              id,
              group.segmentLink(),
              "stranger-" + group.segmentLink(),
              subnets.stream().map(s -> new Cidr(s.first().plus(200), s.length())).toList()));
    }
    image.portGroup(Samples.BRIDGE).ifPresent(group -> out.add(outside(image, group)));
    return out;
  }

  /// On the port group that the segment of blue is joined with: a host with an address of each
  /// scope, which most of them know.
  private static Stranger outside(Image image, PortGroup group) {
    var addresses =
        image
            .scopes(Samples.BLUE)
            .filter(s -> s.kind() instanceof ScopeKind.Bridge)
            .flatMap(s -> s.subnets().stream())
            .map(s -> new Cidr(s.subnet().first().plus(200), s.subnet().length()))
            .toList();
    return new Stranger(group.id(), group.link(), "stranger-" + group.link(), addresses);
  }

  private static List<Subnet> external(int n) {
    return n == 202
        ? List.of(Subnet.parse("192.168.218.0/24"))
        : List.of(
            Subnet.parse("10." + n + ".0.0/24"),
            Subnet.parse("fd10:0:0:" + Integer.toHexString(n) + "::/64"));
  }

  private static Subnet leased() {
    return Subnet.parse("10." + LEASED + ".0.0/24");
  }

  /// The machine's own addresses at its NIC.
  static List<Cidr> atNic() {
    return Stream.concat(external(203).stream(), Stream.of(leased()))
        .map(s -> new Cidr(s.first().plus(250), s.length()))
        .toList();
  }

  private boolean one(int of) {
    return chance.nextInt(of) == 0;
  }

  private <T> T any(List<T> of) {
    return of.get(chance.nextInt(of.size()));
  }

  private void segments() {
    var vm = new ArrayList<>(List.of(Subnet.parse("192.168.218.0/24")));
    if (ipv6) {
      vm.add(Subnet.parse("fd18::/64"));
    }
    group(Samples.VM_NETWORK, PortGroup.VM_NETWORK, new PortGroupKind.Nat(vm), "pl00000000aa");
    group(LAN, "lan", new PortGroupKind.Internal(), "pl000000001a");
    group(LAN_NAT, "lan-nat", new PortGroupKind.Nat(external(201)), "pl000000001b");
    group(NIC, "nic", new PortGroupKind.Nic(NIC_LINK, one(2)), NIC_LINK);
    boolean apart = one(3);
    var nics = new ArrayList<Nic>();
    nics.add(
        pub(2, apart ? Set.of(Role.PUBLIC) : Set.of(Role.PUBLIC, Role.CLIENT, Role.MANAGEMENT)));
    if (apart) {
      nics.add(
          new Nic(
              "client",
              LAN,
              Set.of(Role.CLIENT, Role.MANAGEMENT),
              List.of(Cidr.parse("10.200.0.240/24")),
              List.of(),
              Mac.parse("02:00:00:00:00:f0")));
    }
    vch(Samples.BLUE, "blue", nics);
    vch(GREEN, "green", List.of(pub(3, Set.of(Role.PUBLIC, Role.CLIENT, Role.MANAGEMENT))));
  }

  private Nic pub(int host, Set<Role> roles) {
    var addresses = new ArrayList<>(List.of(Cidr.parse("192.168.218." + host + "/24")));
    var gateways = new ArrayList<>(List.of(Ip.parse("192.168.218.1")));
    if (ipv6) {
      addresses.add(Cidr.parse("fd18::" + host + "/64"));
      gateways.add(Ip.parse("fd18::1"));
    }
    return new Nic(
        "public",
        Samples.VM_NETWORK,
        roles,
        addresses,
        gateways,
        new Mac(0x0200_0000_0000L | host));
  }

  private void group(PortGroupId id, String name, PortGroupKind kind, String link) {
    changes.add(
        new Change.PortGroupPut(
            new PortGroup(id, name, kind, link, Optional.empty(), Samples.NOON)));
  }

  private void vch(VchId id, String name, List<Nic> nics) {
    changes.add(
        new Change.VchPut(
            new Vch(
                id,
                name,
                Samples.NOON,
                nics,
                new PortGroupId("0000000000bb"),
                BridgeSettings.DEFAULT,
                List.of(),
                TlsMode.VERIFY,
                List.of(),
                false)));
  }

  private void scopes() {
    bridge(1, false);
    for (int n = 2; n <= 4; n++) {
      bridge(n, one(3));
    }
    networks(Samples.BLUE, 200, LAN, external(200));
    networks(Samples.BLUE, 201, LAN_NAT, external(201));
    networks(Samples.BLUE, 202, Samples.VM_NETWORK, external(202));
    networks(Samples.BLUE, 203, NIC, external(203));
    networks(Samples.BLUE, LEASED, NIC, List.of());
    changes.add(new Change.ScopePut(of(Samples.scope(11), GREEN, subnets(1))));
    networks(GREEN, 210, LAN, external(200));
  }

  private void bridge(int n, boolean internal) {
    var kind =
        new ScopeKind.Bridge(
            internal,
            !one(4),
            !one(4),
            new GatewayModes(mode(internal), mode(internal)),
            Optional.empty(),
            one(3),
            Optional.empty());
    changes.add(new Change.ScopePut(Samples.scope(n, kind)));
  }

  private GatewayMode mode(boolean internal) {
    return any(
        internal
            ? List.of(GatewayMode.NAT, GatewayMode.ISOLATED)
            : List.of(
                GatewayMode.NAT, GatewayMode.NAT, GatewayMode.NAT_UNPROTECTED, GatewayMode.ROUTED));
  }

  private static List<Subnet> subnets(int n) {
    return Samples.scope(n).subnets().stream().map(SubnetConfig::subnet).toList();
  }

  private void networks(VchId vch, int n, PortGroupId group, List<Subnet> subnets) {
    var pools = new ArrayList<Range>();
    for (var subnet : subnets) {
      if (one(2)) { // at times with the strangers, at times without some members
        int last = any(List.of(3, 110, 220));
        pools.add(new Range(subnet.first().plus(2), subnet.first().plus(last)));
      }
    }
    var trust = any(List.of(TrustLevel.values()));
    var kind = new ScopeKind.External(group, trust, pools, List.of(), subnets.size() > 1 && one(3));
    var scope = Samples.scope(n, kind);
    changes.add(new Change.ScopePut(of(scope, vch, subnets)));
  }

  private static Scope of(Scope it, VchId vch, List<Subnet> subnets) {
    return Parts.of(it)
        .set("vch", vch)
        .set(
            "subnets",
            subnets.stream()
                .map(
                    s ->
                        new SubnetConfig(
                            s, s.first().plus(1), Optional.empty(), Map.of(), false, false))
                .toList())
        .set("ipv6", subnets.size() > 1)
        .made();
  }

  private void container(Image image, int n) {
    if (n == CONTAINERS && one(2)) {
      var shared =
          Samples.container(n, new NetworkMode.Shared("web" + (1 + chance.nextInt(3))), List.of());
      changes.add(Samples.put(Samples.running(shared)));
      return;
    }
    var all = new ArrayList<>(List.of(1, 2, 3, 4, 200, 201, 202, 203, LEASED));
    Collections.shuffle(all, chance);
    var endpoints = new ArrayList<Endpoint>();
    for (int s : all.subList(0, any(List.of(1, 1, 2, 2, 3)))) {
      endpoints.add(endpoint(image, n, s, endpoints.size()));
    }
    var mode = new NetworkMode.Scoped(endpoints.getFirst().network());
    var container = Samples.running(Samples.container(n, mode, endpoints));
    var publishing = container.withPublications(publications(image, container, n));
    changes.add(
        Samples.put(n == CONTAINERS - 1 && one(2) ? Samples.stopped(publishing) : publishing));
  }

  private Endpoint endpoint(Image image, int n, int s, int ordinal) {
    var e = Samples.endpoint(n, s, ordinal);
    int host = s == 202 ? 100 + n : 1 + n;
    var subnets =
        s == LEASED
            ? List.of(leased())
            : image.scope(Samples.scopeId(s)).orElseThrow().subnets().stream()
                .map(SubnetConfig::subnet)
                .toList();
    var place =
        new Endpoint(
            e.id(),
            e.network(),
            e.scope(),
            e.requested(),
            e.linkLocal(),
            subnets.stream().map(it -> new Cidr(it.first().plus(host), it.length())).toList(),
            e.mac(),
            e.macRequested(),
            e.aliases(),
            e.links(),
            one(5) ? 10 : 0,
            ordinal,
            e.linkName(),
            e.options(),
            e.sysctls(),
            true,
            Optional.empty());
    return s == LEASED ? place.withLease(lease(place.addresses().getFirst())) : place;
  }

  private Lease lease(Cidr address) {
    var first = leased().first();
    return new Lease(
        address,
        first.plus(1),
        one(2) ? List.of(first.plus(1)) : List.of(),
        List.of(),
        one(3)
            ? List.of(new Lease.StaticRoute(Subnet.parse("10.200.0.0/16"), first.plus(1)))
            : List.of(),
        Optional.empty(),
        Optional.empty(),
        Samples.NOON,
        Samples.NOON.plus(Duration.ofHours(1)));
  }

  /// Host ports end with the number of the container, so that none is claimed twice.
  private List<Publication> publications(Image image, Container container, int n) {
    var place = EndpointRules.published(image, container);
    if (place.isEmpty() || one(4)) {
      return List.of();
    }
    boolean direct = EndpointRules.external(image, place.get());
    var out = new ArrayList<Publication>();
    for (int i = 0; i <= chance.nextInt(3); i++) {
      var protocol = any(List.of(Protocol.TCP, Protocol.TCP, Protocol.UDP, Protocol.SCTP));
      if (direct) {
        int port = any(List.of(80, 81));
        int host = one(2) ? port : 8000 + 10 * i;
        var ip = one(2) ? Optional.<Ip>empty() : Optional.of(Ip.parse(one(2) ? "0.0.0.0" : "::"));
        out.add(publication(protocol, ip, host, port, 1, true));
      } else {
        var ip = one(2) ? Optional.<Ip>empty() : hostIp(image);
        boolean range = one(4);
        int host = (range ? 9000 : 8000) + 100 * n + 10 * i;
        out.add(
            publication(
                protocol, ip, host, range ? host : any(List.of(80, 81)), range ? 5 : 1, false));
      }
    }
    return out.stream()
        .flatMap(p -> p.direct() ? Stream.of(p) : RoutedTown.byMode(image, container, p))
        .distinct()
        .toList();
  }

  private Optional<Ip> hostIp(Image image) {
    var some = new ArrayList<>(List.of(Ip.parse("127.0.0.1"), Ip.parse("0.0.0.0"), Ip.parse("::")));
    image
        .vch(Samples.BLUE)
        .flatMap(v -> v.nic(Role.PUBLIC))
        .ifPresent(nic -> nic.addresses().forEach(a -> some.add(a.address())));
    return Optional.of(any(some));
  }

  private static Publication publication(
      Protocol protocol, Optional<Ip> ip, int host, int container, int size, boolean direct) {
    return new Publication(
        protocol,
        ip,
        new PortRange(host, host + size - 1),
        new PortRange(container, container + size - 1),
        direct);
  }

  private void green() {
    var first = Samples.endpoint(21, 11, 0).withAddresses(List.of(Cidr.parse("172.17.0.22/16")));
    var second =
        Samples.endpoint(22, 210, 0)
            .withAddresses(
                external(200).stream().map(s -> new Cidr(s.first().plus(23), s.length())).toList());
    changes.add(
        Samples.put(
            Samples.publishing(
                Samples.running(
                    of(Samples.container(21, new NetworkMode.Scoped("net11"), List.of(first)))),
                "8080:80/tcp",
                "8080:80/udp")));
    changes.add(
        Samples.put(
            Samples.running(
                of(Samples.container(22, new NetworkMode.Scoped("net210"), List.of(second))))));
  }

  private static Container of(Container it) {
    return new Container(
        it.id(),
        GREEN,
        it.name(),
        it.created(),
        it.hostname(),
        it.domainname(),
        it.mode(),
        it.endpoints(),
        it.publish(),
        it.exposed(),
        it.publishAll(),
        it.publications(),
        it.links(),
        it.resolver(),
        it.labels(),
        it.spec(),
        it.state(),
        it.document());
  }

  /// All containers of both VCHs.
  static List<ContainerId> containers() {
    return IntStream.concat(IntStream.rangeClosed(1, CONTAINERS), IntStream.of(21, 22))
        .mapToObj(Samples::containerId)
        .toList();
  }

  static List<Ip> addresses(Vch vch) {
    return vch.nics().stream()
        .flatMap(n -> n.addresses().stream())
        .map(Cidr::address)
        .sorted()
        .toList();
  }

  static List<Ip> gateways(Image image, VchId vch) {
    return image
        .scopes(vch)
        .filter(s -> s.kind() instanceof ScopeKind.Bridge)
        .flatMap(s -> Stream.of(Family.values()).flatMap(f -> s.gateway(f).stream()))
        .toList();
  }

  static Optional<Cidr> machine(PortGroup group, Family family) {
    return group.kind() instanceof PortGroupKind.Nat nat ? nat.machine(family) : Optional.empty();
  }
}
