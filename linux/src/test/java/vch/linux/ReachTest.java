package vch.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vch.engine.desired.Desired;
import vch.engine.desired.LinkNames;
import vch.engine.fake.Samples;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.MachineObject.Sysctl;
import vch.engine.machine.NamespaceName;
import vch.engine.plan.PlanText;
import vch.engine.plan.Planner;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Container;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.port.Port;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.Publication;
import vch.portlayer.reach.Arrival;
import vch.portlayer.reach.From;
import vch.portlayer.reach.Node;
import vch.portlayer.reach.Path;
import vch.portlayer.reach.Reach;
import vch.portlayer.reach.Reason;
import vch.portlayer.reach.ReasonText;
import vch.portlayer.reach.To;
import vch.portlayer.reach.Traffic;
import vch.portlayer.reach.Verdict;
import vch.portlayer.state.Image;

/// What the model says of random images (ReachTown), held against real packets. `-Dreach.seeds=N`
/// tries N of them, `-Dreach.seed=N` repeats one.
@Tag("lab")
final class ReachTest {
  /// Each of them has found something once, or leads where the others do not.
  private static final List<Long> SEEDS = List.of(1L, 6L, 12L, 13L, 16L, 17L);

  private static final List<Integer> PORTS = List.of(53, 80, 81, 2376, 8000, 8010, 8080);

  /// Nothing is slower than this here; what has not been heard by then is asked again, longer.
  private static final double SHORT = 1.2;

  private static final double LONG = 2.8; // below 3 s, where the kernel gives up on neighbours

  private static final String MACHINE = "machine";

  static LongStream seeds() {
    var one = Optional.ofNullable(Long.getLong("reach.seed"));
    var many = Optional.ofNullable(Long.getLong("reach.seeds"));
    return one.map(LongStream::of)
        .or(() -> many.map(n -> LongStream.range(0, n)))
        .orElseGet(() -> SEEDS.stream().mapToLong(Long::longValue));
  }

  /// A question, the model's answer, and how it is asked.
  private record Case(String from, Path says) {
    ReachProbe.Ask ask() {
      return new ReachProbe.Ask(from, says.to(), says.traffic());
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void packets_do_what_the_model_says(long seed) throws Exception {
    hold(ReachTown.image(seed), seed);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void packets_do_so_where_bridge_networks_share_a_segment(long seed) throws Exception {
    hold(Samples.sharing(ReachTown.image(seed)), seed);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void packets_do_so_where_that_segment_is_joined_with_a_port_group(long seed) throws Exception {
    hold(Samples.joined(ReachTown.image(seed)), seed);
  }

  private static void hold(Image image, long seed) throws Exception {
    var wanted =
        new ArrayList<>(Desired.all(image).values().stream().flatMap(List::stream).toList());
    wanted.addAll(outside(image));
    try (var lab = new Lab();
        var machine = lab.machine()) {
      try (var probe = new ReachProbe()) {
        Lab.command(machine.path(NamespaceName.MACHINE), "ip", "link", "set", "lo", "up");
        reach(machine, outside(image).stream().filter(ReachTest::isOfNic).toList()); // as with NICs
        reach(machine, wanted);
        leases(image, machine);
        var names = listen(image, machine, probe);
        var cases = cases(image, names);
        var wrong = wrong(probe, cases, SHORT);
        wrong = wrong(probe, List.copyOf(wrong.keySet()), LONG);
        assertThat(text(wrong))
            .as("reach.seed=" + seed + ", " + cases.size() + " questions")
            .isEmpty();
        var reached = cases.stream().filter(c -> c.says.verdict() == Verdict.REACHED).toList();
        assertThat(reached).hasSizeGreaterThan(100);
        assertThat(reached).filteredOn(c -> !c.says.to().isIpv4()).hasSizeGreaterThan(50);
      } finally {
        reach(machine, List.of());
      }
    }
  }

  private static boolean isOfNic(MachineObject object) {
    return object.namespace().value().equals("stranger-" + ReachTown.NIC_LINK)
        || (object instanceof Link l && l.name().equals(ReachTown.NIC_LINK))
        || (object instanceof Address a && a.link().equals(ReachTown.NIC_LINK));
  }

  /// What DHCP clients do.
  private static void leases(Image image, LinuxMachine machine) throws Exception {
    for (var id : ReachTown.containers()) {
      var c = image.container(id).orElseThrow();
      for (var place : c.endpoints()) {
        if (c.live() && place.lease().isPresent()) {
          var path = machine.path(LinkNames.container(c));
          var lease = place.lease().get();
          var link = place.link();
          Lab.command(path, "ip", "addr", "add", lease.address().toString(), "dev", link);
          var routes = new LinkedHashMap<String, Ip>();
          lease.routes().forEach(r -> routes.put(r.to().toString(), r.via()));
          lease.routers().forEach(r -> routes.putIfAbsent("0.0.0.0/0", r));
          for (var route : routes.entrySet()) {
            var via = route.getValue().toString();
            var words = "ip route add %s via %s dev %s onlink metric 100 proto dhcp";
            Lab.command(path, words.formatted(route.getKey(), via, link).split(" "));
          }
        }
      }
    }
  }

  private static void reach(LinuxMachine machine, List<MachineObject> wanted) {
    for (var stage : Planner.plan(wanted, machine.observe(wanted)).stages()) {
      machine.apply(stage.steps()).forEach(o -> assertThat(o.error()).isEmpty());
    }
    assertThat(PlanText.of(Planner.plan(wanted, machine.observe(wanted)))).isEmpty();
  }

  /// Strangers, and routes by which they and the machine would come to containers' addresses.
  private static List<MachineObject> outside(Image image) {
    var out = new ArrayList<MachineObject>();
    for (var stranger : ReachTown.strangers(image)) {
      var ns = new NamespaceName(stranger.name());
      int number = out.size();
      out.add(new Namespace(ns));
      out.add(new Sysctl(ns, "net/ipv6/conf/default/accept_dad", "0"));
      boolean cable = stranger.group().equals(ReachTown.NIC); // not by a bridge: to the NIC itself
      out.add(
          new Link(
              NamespaceName.MACHINE,
              cable ? stranger.link() : "st" + stranger.link(),
              new LinkKind.Veth(ns, "eth0", new Mac(0x0200_0000_aa00L | number)),
              cable ? Optional.empty() : Optional.of(stranger.link()),
              Optional.of(new Mac(0xfe00_0000_aa00L | number)),
              1500,
              true));
      for (var address : stranger.addresses()) {
        out.add(new Address(ns, "eth0", address));
        ReachTown.machine(
                image.portGroup(stranger.group()).orElseThrow(), address.address().family())
            .ifPresent(m -> out.add(route(ns, address.address().family(), 0, m.address(), "eth0")));
      }
      if (stranger.group().equals(Samples.VM_NETWORK)) {
        out.addAll(toContainers(ns, image, "eth0"));
      }
    }
    out.addAll(toContainers(NamespaceName.MACHINE, image, "pl00000000aa"));
    ReachTown.atNic()
        .forEach(a -> out.add(new Address(NamespaceName.MACHINE, ReachTown.NIC_LINK, a)));
    return out;
  }

  private static List<MachineObject> toContainers(NamespaceName ns, Image image, String link) {
    return ReachTown.addresses(image.vch(Samples.BLUE).orElseThrow()).stream()
        .filter(a -> !a.toString().startsWith("10."))
        .<MachineObject>map(
            a ->
                new Route(
                    ns,
                    Subnet.parse(a.isIpv4() ? "172.16.0.0/12" : "fd00::/48"),
                    Optional.of(a),
                    link))
        .toList();
  }

  private static Route route(NamespaceName ns, Family family, int length, Ip via, String link) {
    return new Route(ns, new Subnet(new Ip(family, 0, 0), length), Optional.of(via), link);
  }

  /// Listeners everywhere.
  ///
  /// @return who asks, by the name of the namespace
  private static Map<String, From> listen(Image image, LinuxMachine machine, ReachProbe probe) {
    var names = new LinkedHashMap<String, From>();
    for (var id : ReachTown.containers()) {
      var c = image.container(id).orElseThrow();
      if (c.live() && !(c.mode() instanceof NetworkMode.Shared)) {
        var name = LinkNames.container(c);
        names.put(name.value(), new From.OfContainer(id));
        probe.namespace(name.value(), machine.path(name));
        probe.listen(name.value(), addresses(c), ports(c));
      }
    }
    for (var stranger : ReachTown.strangers(image)) {
      var addresses = stranger.addresses().stream().map(Cidr::address).toList();
      names.put(stranger.name(), new From.Stranger(stranger.group(), addresses.getFirst()));
      probe.namespace(stranger.name(), machine.path(new NamespaceName(stranger.name())));
      probe.listen(stranger.name(), addresses, PORTS);
    }
    names.put(MACHINE, new From.Machine());
    probe.namespace(MACHINE, machine.path(NamespaceName.MACHINE));
    probe.listen(MACHINE, machines(image), PORTS);
    for (var vch : image.vchs()) {
      var name = LinkNames.endpoint(vch.id());
      probe.namespace(name.value(), machine.path(name));
      var own =
          Stream.concat(
              ReachTown.addresses(vch).stream(), ReachTown.gateways(image, vch.id()).stream());
      probe.listen(name.value(), own.toList(), PORTS);
    }
    probe.ready();
    return names;
  }

  private static List<Ip> addresses(Container c) {
    return c.endpoints().stream().flatMap(e -> e.addresses().stream()).map(Cidr::address).toList();
  }

  private static List<Integer> ports(Container c) {
    var out = new TreeSet<>(PORTS);
    c.publications().forEach(p -> out.add(p.container().first()));
    c.publications().forEach(p -> out.add(p.container().last()));
    c.publications().stream().filter(Publication::direct).forEach(p -> out.add(p.host().first()));
    return List.copyOf(out);
  }

  private static List<Ip> machines(Image image) {
    return image.portGroups().stream()
        .flatMap(g -> Stream.of(Family.values()).flatMap(f -> ReachTown.machine(g, f).stream()))
        .map(Cidr::address)
        .toList();
  }

  private static List<Case> cases(Image image, Map<String, From> names) {
    var targets = new LinkedHashMap<Ip, Set<Traffic>>();
    var published = new LinkedHashSet<Traffic>();
    for (var id : ReachTown.containers()) {
      var c = image.container(id).orElseThrow();
      c.publications().stream().filter(p -> !p.direct()).forEach(p -> published.addAll(host(p)));
      for (var address : addresses(c)) {
        var own = targets.computeIfAbsent(address, _ -> usual());
        c.publications().stream().filter(Publication::direct).forEach(p -> own.addAll(host(p)));
      }
    }
    published.add(tcp(2376));
    for (var vch : image.vchs()) {
      ReachTown.addresses(vch)
          .forEach(a -> targets.computeIfAbsent(a, _ -> usual()).addAll(published));
      ReachTown.gateways(image, vch.id())
          .forEach(a -> targets.computeIfAbsent(a, _ -> usual()).addAll(published));
    }
    machines(image).forEach(a -> targets.computeIfAbsent(a, _ -> usual()));
    ReachTown.strangers(image).stream()
        .flatMap(s -> s.addresses().stream())
        .forEach(a -> targets.computeIfAbsent(a.address(), _ -> usual()));
    var out = new ArrayList<Case>();
    targets.forEach(
        (to, traffics) ->
            traffics.forEach(
                traffic ->
                    names.forEach(
                        (name, from) ->
                            path(image, from, to, traffic)
                                .filter(p -> known(from, p))
                                .ifPresent(p -> out.add(new Case(name, p))))));
    return out;
  }

  private static Set<Traffic> usual() {
    return new LinkedHashSet<>(
        List.of(new Traffic.Ping(), tcp(53), tcp(80), tcp(81), udp(80), udp(53), sctp(80)));
  }

  private static Traffic tcp(int port) {
    return new Traffic.OfPort(new Port(port, Protocol.TCP));
  }

  private static Traffic udp(int port) {
    return new Traffic.OfPort(new Port(port, Protocol.UDP));
  }

  private static Traffic sctp(int port) {
    return new Traffic.OfPort(new Port(port, Protocol.SCTP));
  }

  /// The first and the last host port.
  private static List<Traffic> host(Publication p) {
    return Stream.of(p.host().first(), p.host().last())
        .<Traffic>map(n -> new Traffic.OfPort(new Port(n, p.protocol())))
        .distinct()
        .toList();
  }

  private static Optional<Path> path(Image image, From from, Ip to, Traffic traffic) {
    var vch =
        from instanceof From.OfContainer(var id)
            ? image.container(id).orElseThrow().vch()
            : Samples.BLUE;
    return sameFamily(image, from, to)
        .map(f -> Reach.ask(image, vch, f, new To.Address(to), traffic).paths().getFirst());
  }

  /// A stranger asks from its address of the subnet, or else the first one of the family.
  private static Optional<From> sameFamily(Image image, From from, Ip to) {
    return from instanceof From.Stranger(var group, _)
        ? ReachTown.strangers(image).stream()
            .filter(s -> s.group().equals(group))
            .flatMap(s -> s.addresses().stream())
            .map(Cidr::address)
            .filter(a -> a.family() == to.family())
            .sorted(Comparator.comparing(a -> !near(a, to)))
            .<From>map(a -> new From.Stranger(group, a))
            .findFirst()
        : Optional.of(from);
  }

  /// Of one subnet: a stranger on several asks by its address there.
  private static boolean near(Ip a, Ip b) {
    return new Cidr(a, a.isIpv4() ? 16 : 64).subnet().contains(b);
  }

  /// False where the model takes something for granted that is not so here: routers between
  /// segments, and what is beyond.
  private static boolean known(From from, Path path) {
    boolean beyond =
        path.reasons().stream()
            .anyMatch(
                r ->
                    r instanceof Reason.Routers
                        || (r instanceof Reason.RoutedTo && !routes(from))
                        || r instanceof Reason.RepliesElsewhere
                        || (r instanceof Reason.MachineAssumed(var group) && !group.equals("nic"))
                        || (r instanceof Reason.Foreign(_, var via)
                            && (via.isPresent() || !(from instanceof From.OfContainer))));
    return !beyond;
  }

  /// Who has a route to bridge scopes, see [#outside].
  private static boolean routes(From from) {
    return from instanceof From.Machine
        || (from instanceof From.Stranger(var group, _) && group.equals(Samples.VM_NETWORK));
  }

  private static Map<Case, ReachProbe.Heard> wrong(
      ReachProbe probe, List<Case> cases, double seconds) {
    var heard = probe.ask(cases.stream().map(Case::ask).toList(), seconds);
    var out = new LinkedHashMap<Case, ReachProbe.Heard>();
    for (int i = 0; i < cases.size(); i++) {
      if (!agrees(cases.get(i).says, heard.get(i))) {
        out.put(cases.get(i), heard.get(i));
      }
    }
    return out;
  }

  /// A reset is heard at once. Other refusals are ICMP messages, of which the kernel sends a few in
  /// a second only.
  private static boolean agrees(Path says, ReachProbe.Heard heard) {
    boolean tcp =
        says.traffic() instanceof Traffic.OfPort(var port) && port.protocol() == Protocol.TCP;
    boolean reached = heard.verdict().equals("reached");
    return switch (says.verdict()) {
      case REACHED -> reached && arrived(says.arrival().orElseThrow(), heard);
      case REFUSED -> tcp ? heard.verdict().equals("refused") : !reached;
      case DROPPED ->
          tcp && !(says.reasons().getLast() instanceof Reason.NotPublished)
              ? heard.verdict().equals("silence")
              : !reached;
    };
  }

  private static boolean arrived(Arrival at, ReachProbe.Heard heard) {
    if (heard.by().isEmpty()) {
      return at.traffic() instanceof Traffic.Ping;
    }
    boolean node =
        switch (at.node()) {
          case Node.OfContainer(var id) -> heard.by().startsWith("c-" + id.brief() + "-");
          case Node.OfVch(var id) -> heard.by().equals(LinkNames.endpoint(id).value());
          case Node.Machine _ -> heard.by().equals(MACHINE);
          case Node.Outside _ -> heard.by().startsWith("stranger-");
        };
    boolean port =
        at.traffic() instanceof Traffic.OfPort(var p)
            && heard.port().equals(Integer.toString(p.number()));
    return node && port && at.seen().map(Ip::toString).orElse(heard.seen()).equals(heard.seen());
  }

  private static String text(Map<Case, ReachProbe.Heard> wrong) {
    return wrong.entrySet().stream()
        .limit(20)
        .map(
            e ->
                e.getKey().ask()
                    + ": "
                    + e.getKey().says.verdict()
                    + " "
                    + e.getKey().says.arrival()
                    + e.getKey().says.reasons().stream()
                        .map(r -> "\n    " + ReasonText.of(r))
                        .collect(Collectors.joining())
                    + "\n  but was "
                    + e.getValue())
        .collect(Collectors.joining("\n", wrong.size() + " wrong\n", "\n"))
        .replaceFirst("^0 wrong\\s*", "");
  }
}
