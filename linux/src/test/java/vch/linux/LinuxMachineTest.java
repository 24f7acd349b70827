package vch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.MachineObject.Sysctl;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.engine.machine.Step;
import vch.engine.plan.PlanText;
import vch.engine.plan.Planner;
import vch.kernel.netns.Strangers;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Subnet;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Protocol;

/// The machine with the kernel, beyond the contract: what others do, what lasts, what is refused.
@Tag("lab")
final class LinuxMachineTest {
  private static final NamespaceName ENDPOINT = new NamespaceName("e-1ab000000001");
  private static final NamespaceName CONTAINER = new NamespaceName("c-1ab000000002-1");
  private static final Mac MAC = Mac.parse("02:42:ac:11:00:02");
  private static final Link BRIDGE =
      new Link(
          ENDPOINT,
          "br-1ab000000003",
          new LinkKind.Bridge(),
          Optional.empty(),
          Optional.of(Mac.parse("02:00:00:00:00:01")),
          1500,
          true);
  private static final Link VETH =
      new Link(
          ENDPOINT,
          "v1ab00000x1",
          new LinkKind.Veth(CONTAINER, "eth0", MAC),
          Optional.of(BRIDGE.name()),
          Optional.empty(),
          1500,
          true);
  private static final Address ADDRESS =
      new Address(CONTAINER, "eth0", Cidr.parse("172.17.0.2/16"));
  private static final Route DEFAULT =
      new Route(CONTAINER, Subnet.parse("0.0.0.0/0"), Optional.of(Ip.parse("172.17.0.1")), "eth0");
  private static final Ruleset RULES =
      new Ruleset(
          ENDPOINT,
          "inet",
          "portlayer",
          """
      map pub { type inet_proto . inet_service : ipv4_addr . inet_service; }
      map ranges { type ipv4_addr . inet_proto . inet_service : ipv4_addr; flags interval; }
      set ports { type inet_service; flags interval; }
      set block { type ipv4_addr; flags interval; }
      set blocks { type ifname . ipv4_addr . ipv4_addr; flags interval; }
      set six { type ipv6_addr . inet_service; }
      set macs { type ether_addr; }
      set protocols { type inet_proto; }
      set names { type ifname; }
      chain pre {
        type nat hook prerouting priority dstnat; policy accept;
        counter dnat ip to meta l4proto . th dport map @pub
        tcp dport { 22, 80 } accept
      }
      chain input { type filter hook input priority 0; policy accept; }
      """);

  private Optional<Lab> lab = Optional.empty();
  private Optional<LinuxMachine> opened = Optional.empty();

  private LinuxMachine machine() {
    return opened.orElseThrow();
  }

  @BeforeEach
  void open() throws Exception {
    lab = Optional.of(new Lab());
    opened = Optional.of(lab.get().machine());
  }

  @AfterEach
  void close() throws Exception {
    reach(List.of());
    assertThat(Strangers.find()).isEmpty();
    machine().close();
    lab.orElseThrow().close();
  }

  private static List<MachineObject> segment() {
    return List.of(
        new Namespace(ENDPOINT),
        new Namespace(CONTAINER),
        loopback(ENDPOINT),
        loopback(CONTAINER),
        BRIDGE,
        VETH,
        new Address(ENDPOINT, BRIDGE.name(), Cidr.parse("172.17.0.1/16")),
        ADDRESS,
        DEFAULT,
        RULES);
  }

  private static Link loopback(NamespaceName namespace) {
    return new Link(
        namespace, "lo", new LinkKind.Loopback(), Optional.empty(), Optional.empty(), 65536, true);
  }

  private static List<MachineObject> with(
      Collection<MachineObject> objects, MachineObject... more) {
    var out = new ArrayList<>(objects);
    out.addAll(List.of(more));
    return out;
  }

  private void reach(List<MachineObject> wanted) {
    for (var stage : Planner.plan(wanted, machine().observe(wanted)).stages()) {
      machine()
          .apply(stage.steps())
          .forEach(o -> assertThat(o.error()).as(o.step().toString()).isEmpty());
    }
    assertThat(PlanText.of(Planner.plan(wanted, machine().observe(wanted)))).isEmpty();
  }

  private Optional<String> error(Step step) {
    return machine().apply(List.of(step)).getFirst().error();
  }

  private String command(NamespaceName namespace, String... words) throws Exception {
    return Lab.command(machine().path(namespace), words);
  }

  private static Element element(String set, List<Part> parts, Part... data) {
    return new Element(ENDPOINT, "inet", "portlayer", set, parts, List.of(data));
  }

  private static Part port(int number) {
    return new Part.Ports(PortRange.of(number));
  }

  private static Part block(String text) {
    return Part.of(Subnet.parse(text));
  }

  private static Part ip(String text) {
    return new Part.Address(Ip.parse(text));
  }

  @Test
  void every_type_of_element_is_observed_as_it_was_made() throws Exception {
    var all =
        with(
            segment(),
            element(
                "pub",
                List.of(new Part.Proto(Protocol.TCP), port(80)),
                ip("172.17.0.2"),
                port(8080)),
            element(
                "pub",
                List.of(new Part.Proto(Protocol.SCTP), port(65535)),
                ip("172.17.0.2"),
                port(1)),
            element(
                "ranges",
                List.of(
                    ip("192.0.2.1"),
                    new Part.Proto(Protocol.UDP),
                    new Part.Ports(new PortRange(1000, 50_999))),
                ip("172.17.0.2")),
            element(
                "ranges",
                List.of(ip("192.0.2.1"), new Part.Proto(Protocol.UDP), port(51_000)),
                ip("172.17.0.3")),
            element("ports", List.of(new Part.Ports(new PortRange(1, 5)))),
            element("ports", List.of(new Part.Ports(new PortRange(6, 9)))),
            element("ports", List.of(port(100))),
            element("ports", List.of(new Part.Ports(new PortRange(60_000, 65_535)))),
            element(
                "blocks", List.of(new Part.Name("v1"), block("172.16.0.0/16"), ip("172.17.0.1"))),
            element(
                "blocks", List.of(new Part.Name("v1"), block("172.17.0.0/16"), block("0.0.0.0/1"))),
            element("block", List.of(block("172.16.0.0/16"))),
            element("block", List.of(block("172.17.0.0/16"))),
            element("block", List.of(ip("172.18.0.0"))),
            element("block", List.of(block("255.255.0.0/16"))),
            element("six", List.of(ip("fd00::1"), port(53))),
            element("macs", List.of(new Part.Hardware(MAC))),
            element("protocols", List.of(new Part.Proto(Protocol.UDP))),
            element("names", List.of(new Part.Name("br-1ab000000003"))));
    reach(all);
    reach(all);
    assertThat(command(ENDPOINT, "nft", "list", "table", "inet", "portlayer"))
        .contains(
            "192.0.2.1 . udp . 1000-50999 : 172.17.0.2",
            "60000-65535",
            "fd00::1 . 53",
            "\"br-1ab000000003\"");
    reach(segment());
  }

  @Test
  void fifty_thousand_elements_go_at_once_and_one_wrong_one_fails_alone() {
    reach(segment());
    var steps = new ArrayList<Step>();
    for (int number = 1; number <= 50_000; number++) {
      steps.add(
          new Step.Add(
              element(
                  "pub",
                  List.of(new Part.Proto(Protocol.TCP), port(number)),
                  ip("172.17.0.2"),
                  port(number))));
    }
    assertThat(machine().apply(steps)).allMatch(o -> !o.failed());
    assertThat(machine().observe(List.of()).stream().filter(Element.class::isInstance))
        .hasSize(50_000);

    var overlapping =
        new Step.Add(element("ports", List.of(new Part.Ports(new PortRange(15, 25)))));
    var outcomes =
        machine()
            .apply(
                List.of(
                    new Step.Add(element("ports", List.of(new Part.Ports(new PortRange(10, 20))))),
                    overlapping,
                    new Step.Add(element("ports", List.of(port(100)))),
                    new Step.Add(element("macs", List.of(port(100)))),
                    new Step.Add(element("nosuch", List.of(port(100))))));
    assertThat(outcomes.stream().map(o -> o.failed()))
        .containsExactly(false, true, false, true, true);
    assertThat(outcomes.get(1).error().orElseThrow())
        .startsWith("add element 15-25 of inet portlayer ports in e-1ab000000001: it overlaps");
    assertThat(outcomes.get(3).error().orElseThrow()).contains("other types");
    assertThat(outcomes.get(4).error().orElseThrow()).contains("no such set");
  }

  @Test
  void rules_that_somebody_changed_are_seen_and_put_right() throws Exception {
    reach(segment());
    command(ENDPOINT, "nft", "add", "rule", "inet", "portlayer", "input", "drop");
    assertThat(machine().observe(segment())).doesNotContain(RULES);
    reach(segment());
    command(ENDPOINT, "nft", "chain", "inet", "portlayer", "input", "{ policy drop; }");
    assertThat(machine().observe(segment())).doesNotContain(RULES);
    reach(segment());
    command(ENDPOINT, "nft", "flush", "ruleset");
    reach(segment());
  }

  @Test
  void rules_that_nft_refuses_say_why() {
    reach(List.of(new Namespace(ENDPOINT)));
    var bad = new Ruleset(ENDPOINT, "inet", "portlayer", "chain a { frobnicate }");
    assertThat(error(new Step.Add(bad)).orElseThrow())
        .startsWith("add table inet portlayer in e-1ab000000001: ")
        .contains("syntax error", "frobnicate");
  }

  @Test
  void another_process_on_the_same_run_directory_finds_everything() {
    reach(segment());
    machine().close();
    opened = Optional.of(lab.orElseThrow().machine());
    assertThat(PlanText.of(Planner.plan(segment(), machine().observe(segment())))).isEmpty();
  }

  @Test
  void links_addresses_and_tables_of_others_are_neither_seen_nor_removed() throws Exception {
    reach(segment());
    command(ENDPOINT, "ip", "link", "add", "foreign", "type", "bridge");
    command(CONTAINER, "ip", "address", "add", "10.1.1.1/24", "dev", "eth0");
    command(CONTAINER, "ip", "route", "add", "10.2.0.0/16", "via", "172.17.0.9");
    command(CONTAINER, "nft", "add", "table", "inet", "mine");
    reach(segment());
    assertThat(command(CONTAINER, "ip", "-br", "address")).contains("10.1.1.1/24");
    assertThat(
            error(
                new Step.Remove(
                    new Link(
                        ENDPOINT,
                        "foreign",
                        new LinkKind.Bridge(),
                        Optional.empty(),
                        Optional.empty(),
                        1500,
                        true))))
        .isPresent();
    assertThat(
            error(
                    new Step.Add(
                        new Link(
                            ENDPOINT,
                            "foreign",
                            new LinkKind.Bridge(),
                            Optional.empty(),
                            Optional.empty(),
                            1500,
                            true)))
                .orElseThrow())
        .isEqualTo(
            "add link foreign in e-1ab000000001: a link of that name is there already and is not ours");
    assertThat(
            error(
                    new Step.Add(
                        new Route(
                            CONTAINER, Subnet.parse("10.2.0.0/16"), Optional.empty(), "eth0")))
                .orElseThrow())
        .contains("not ours");
    assertThat(machine().routes(CONTAINER))
        .containsExactly(Subnet.parse("10.1.1.0/24"), Subnet.parse("10.2.0.0/16"));
  }

  @Test
  void a_segment_learns_nothing_from_frames_that_no_filter_sees() throws Exception {
    reach(segment());
    assertThat(command(ENDPOINT, "ip", "-d", "link", "show", "dev", BRIDGE.name()))
        .contains("no_linklocal_learn 1");
  }

  @Test
  void two_daemons_of_one_machine_do_not_see_each_others_tables_and_links() {
    var rules = new Ruleset(NamespaceName.MACHINE, "ip", "portlayer_0000000001", "chain c { }");
    var link =
        new Link(
            NamespaceName.MACHINE,
            "pl0000000001",
            new LinkKind.Bridge(),
            Optional.empty(),
            Optional.of(MAC),
            1500,
            true);
    var address = new Address(NamespaceName.MACHINE, link.name(), Cidr.parse("192.168.218.1/24"));
    reach(List.of(rules, link, address));
    assertThat(machine().routes(NamespaceName.MACHINE)).isEmpty();
    try (var other = lab.orElseThrow().other("other")) {
      assertThat(other.observe(List.of())).isEmpty();
      assertThat(other.observe(List.of(rules, link))).isEmpty();
      assertThat(other.routes(NamespaceName.MACHINE))
          .containsExactly(Subnet.parse("192.168.218.0/24"));
    }
    assertThat(machine().observe(List.of(rules, link))).contains(rules, link);
  }

  @Test
  void a_macvlan_hangs_on_a_link_of_the_machine() throws Exception {
    command(NamespaceName.MACHINE, "ip", "link", "add", "uplink", "type", "bridge");
    command(NamespaceName.MACHINE, "ip", "link", "set", "uplink", "up");
    var nic =
        new Link(
            ENDPOINT,
            "public",
            new LinkKind.Macvlan("uplink"),
            Optional.empty(),
            Optional.of(MAC),
            1400,
            true);
    reach(List.of(new Namespace(ENDPOINT), nic));
    reach(
        List.of(
            new Namespace(ENDPOINT),
            new Link(
                ENDPOINT, "public", nic.kind(), Optional.empty(), Optional.of(MAC), 1500, true)));
    assertThat(
            error(
                    new Step.Add(
                        new Link(
                            ENDPOINT,
                            "other",
                            new LinkKind.Macvlan("eth7"),
                            Optional.empty(),
                            Optional.empty(),
                            1500,
                            true)))
                .orElseThrow())
        .contains("there is no link eth7 on the machine");
  }

  @Test
  void the_machine_speaks_on_its_nic_under_the_addresses_of_the_nic() throws Exception {
    command(NamespaceName.MACHINE, "ip", "link", "add", "uplink", "type", "veth", "peer", "far");
    command(NamespaceName.MACHINE, "ip", "link", "set", "uplink", "up");
    command(NamespaceName.MACHINE, "ip", "addr", "add", "198.51.100.7/24", "dev", "uplink");
    var access =
        new Link(
            NamespaceName.MACHINE,
            "ph0000000001",
            new LinkKind.HostAccess("uplink", true),
            Optional.empty(),
            Optional.of(MAC),
            1500,
            true);
    reach(List.of(access));
    assertThat(command(NamespaceName.MACHINE, "ip", "-br", "-4", "addr", "show", "ph0000000001"))
        .contains("198.51.100.7/32");
    command(NamespaceName.MACHINE, "ip", "addr", "del", "198.51.100.7/24", "dev", "uplink");
    command(NamespaceName.MACHINE, "ip", "addr", "add", "198.51.100.8/24", "dev", "uplink");
    assertThat(machine().observe(List.of(access)))
        .anyMatch(
            o -> o instanceof Link l && l.kind().equals(new LinkKind.HostAccess("uplink", false)));
    reach(List.of(access));
    assertThat(command(NamespaceName.MACHINE, "ip", "-br", "-4", "addr", "show", "ph0000000001"))
        .contains("198.51.100.8/32")
        .doesNotContain("198.51.100.7");
  }

  @Test
  void a_pair_may_lead_into_the_machine() {
    var group =
        new Link(
            NamespaceName.MACHINE,
            "pl1ab0000001",
            new LinkKind.Bridge(),
            Optional.empty(),
            Optional.empty(),
            1500,
            true);
    var nic =
        new Link(
            NamespaceName.MACHINE,
            "pn1ab0000001",
            new LinkKind.Veth(ENDPOINT, "public", MAC),
            Optional.of(group.name()),
            Optional.of(Mac.parse("fe:00:00:00:00:01")),
            1500,
            true);
    var all =
        List.<MachineObject>of(
            new Namespace(ENDPOINT),
            group,
            nic,
            new Address(NamespaceName.MACHINE, group.name(), Cidr.parse("192.168.218.1/24")),
            new Address(ENDPOINT, "public", Cidr.parse("192.168.218.2/24")),
            new Sysctl(NamespaceName.MACHINE, "net/ipv4/ip_forward", "1"),
            new Ruleset(NamespaceName.MACHINE, "ip", "portlayer_x", "chain c { accept; }"));
    reach(all);
    assertThat(machine().routes(NamespaceName.MACHINE)).isEmpty();
  }

  @Test
  void addresses_of_both_families_come_and_go() {
    var six = new Address(CONTAINER, "eth0", Cidr.parse("fd00:1::2/64"));
    var second = new Address(CONTAINER, "eth0", Cidr.parse("172.17.0.3/16"));
    var by6 =
        new Route(CONTAINER, Subnet.parse("::/0"), Optional.of(Ip.parse("fd00:1::1")), "eth0");
    var connected6 = new Route(CONTAINER, Subnet.parse("fd00:2::/64"), Optional.empty(), "eth0");
    reach(with(segment(), six, second, by6, connected6));
    // taking the first address of a subnet away leaves the second
    var less = new ArrayList<>(with(segment(), second));
    less.remove(ADDRESS);
    reach(less);
    reach(segment());
  }

  @Test
  void a_container_that_moves_its_link_away_gets_a_new_one() throws Exception {
    reach(segment());
    command(CONTAINER, "ip", "link", "set", "eth0", "down");
    reach(segment());
    command(CONTAINER, "ip", "link", "set", "eth0", "down");
    command(CONTAINER, "ip", "link", "set", "eth0", "name", "wan");
    reach(segment());
  }

  @Test
  void what_a_killed_process_left_half_made_is_finished() throws Exception {
    reach(segment());
    command(CONTAINER, "ip", "link", "set", "eth0", "alias", "");
    assertThat(machine().observe(segment())).doesNotContain(VETH, ADDRESS);
    reach(segment());

    command(NamespaceName.MACHINE, "ip", "link", "add", "uplink", "type", "bridge");
    var nic =
        new Link(
            ENDPOINT,
            "public",
            new LinkKind.Macvlan("uplink"),
            Optional.empty(),
            Optional.of(MAC),
            1500,
            true);
    reach(with(segment(), nic));
    command(ENDPOINT, "ip", "link", "set", "public", "alias", "");
    reach(with(segment(), nic));
    reach(segment());
  }

  @Test
  void a_taken_name_at_the_far_end_is_told() throws Exception {
    reach(List.of(new Namespace(ENDPOINT), new Namespace(CONTAINER), BRIDGE));
    command(CONTAINER, "ip", "link", "add", "eth0", "type", "bridge");
    assertThat(error(new Step.Add(VETH)).orElseThrow())
        .isEqualTo(
            "add link v1ab00000x1 in e-1ab000000001: link eth0 in c-1ab000000002-1 is there already");
  }

  @Test
  void somebody_elses_changes_are_told_and_ours_are_not() throws Exception {
    var told = new LinkedBlockingQueue<NamespaceName>();
    machine().watch(told::add);
    reach(segment());
    var publication =
        element("pub", List.of(new Part.Proto(Protocol.TCP), port(80)), ip("172.17.0.2"), port(80));
    reach(with(segment(), publication));
    reach(segment());
    // Foreign things that are none of our business, then one that is: what comes first tells
    // whether any came before.
    command(ENDPOINT, "ip", "link", "add", "foreign", "type", "bridge");
    command(CONTAINER, "nft", "add", "table", "inet", "theirs");
    assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo(CONTAINER);

    command(ENDPOINT, "ip", "link", "del", VETH.name());
    assertThat(List.of(next(told), next(told))).containsExactlyInAnyOrder(ENDPOINT, CONTAINER);
    told.clear();
    reach(segment());

    command(CONTAINER, "ip", "address", "del", "172.17.0.2/16", "dev", "eth0");
    assertThat(next(told)).isEqualTo(CONTAINER);
    reach(segment());
    told.clear();

    command(ENDPOINT, "nft", "flush", "ruleset");
    assertThat(next(told)).isEqualTo(ENDPOINT);
    reach(segment());

    command(ENDPOINT, "ip", "link", "set", BRIDGE.name(), "down");
    assertThat(next(told)).isEqualTo(ENDPOINT);
    reach(segment());
  }

  private static NamespaceName next(LinkedBlockingQueue<NamespaceName> told)
      throws InterruptedException {
    var namespace = told.poll(10, TimeUnit.SECONDS);
    assertThat(namespace).as("a namespace that was touched").isNotNull();
    return namespace == null ? NamespaceName.MACHINE : namespace;
  }

  @Test
  void sockets_opened_inside_stay_inside() throws Exception {
    reach(segment());
    var any = new InetSocketAddress(InetAddress.getByName("172.17.0.2"), 80);
    try (var listener = machine().open(CONTAINER, () -> ServerSocketChannel.open().bind(any, 16));
        var client = machine().open(ENDPOINT, SocketChannel::open)) {
      client.connect(any);
      try (var accepted = listener.accept()) {
        accepted.write(ByteBuffer.wrap(new byte[] {42}));
        var into = ByteBuffer.allocate(4);
        assertThat(client.read(into)).isEqualTo(1);
      }
    }
    var nowhere = new NamespaceName("c-nowhere-1");
    assertThatThrownBy(() -> machine().open(nowhere, SocketChannel::open))
        .hasMessageContaining("c-nowhere-1 does not exist");
  }

  @Test
  void datagram_connections_to_a_publication_are_forgotten() throws Exception {
    reach(segment());
    try (var sender =
        machine().open(CONTAINER, () -> DatagramChannel.open(StandardProtocolFamily.INET))) {
      for (int port : new int[] {5000, 5001}) {
        var to = new InetSocketAddress(InetAddress.getByName("172.17.0.1"), port);
        try (var listener =
            machine()
                .open(ENDPOINT, () -> DatagramChannel.open(StandardProtocolFamily.INET).bind(to))) {
          sender.send(ByteBuffer.wrap(new byte[] {1}), to);
          listener.receive(ByteBuffer.allocate(1)); // now it has arrived
        }
      }
    }
    assertThat(command(ENDPOINT, "conntrack", "-L", "-p", "udp"))
        .contains("dport=5000", "dport=5001");
    machine()
        .forgetConnections(
            ENDPOINT,
            List.of(
                element(
                    "pub",
                    List.of(new Part.Proto(Protocol.TCP), port(5001)),
                    ip("172.17.0.2"),
                    port(1)),
                element(
                    "pub",
                    List.of(new Part.Proto(Protocol.UDP), port(5000)),
                    ip("172.17.0.2"),
                    port(1))));
    assertThat(command(ENDPOINT, "conntrack", "-L", "-p", "udp"))
        .contains("dport=5001")
        .doesNotContain("dport=5000");
  }

  @Test
  void settings_of_others_than_a_namespace_are_refused() {
    reach(List.of(new Namespace(ENDPOINT)));
    assertThat(error(new Step.Add(new Sysctl(ENDPOINT, "kernel/hostname", "x"))).orElseThrow())
        .contains("no setting of a network namespace");
    assertThat(error(new Step.Add(new Sysctl(ENDPOINT, "net/../kernel/hostname", "x"))))
        .isPresent();
    assertThat(
            error(new Step.Add(new Sysctl(ENDPOINT, "net/ipv4/ip_forward", "maybe"))).orElseThrow())
        .isEqualTo(
            "add setting net/ipv4/ip_forward = maybe in e-1ab000000001: invalid argument (EINVAL)");
    assertThat(error(new Step.Add(new Sysctl(ENDPOINT, "net/nosuch/thing", "1")))).isEmpty();
  }

  @Test
  void many_threads_start_and_stop_containers_at_once() throws Exception {
    reach(segment());
    machine().watch(_ -> {});
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var all = new ArrayList<Future<?>>();
      for (int i = 0; i < 24; i++) {
        var namespace = new NamespaceName("c-" + i + "-1");
        var veth =
            new Link(
                ENDPOINT,
                "v" + i + "x1",
                new LinkKind.Veth(namespace, "eth0", new Mac(0x02420000_0000L + i)),
                Optional.of(BRIDGE.name()),
                Optional.empty(),
                1500,
                true);
        var network =
            List.<MachineObject>of(
                new Namespace(namespace),
                loopback(namespace),
                veth,
                element("names", List.of(new Part.Name(veth.name()))),
                new Address(namespace, "eth0", new Cidr(Ip.parse("172.17.1.0").plus(i), 16)),
                new Route(namespace, DEFAULT.to(), DEFAULT.via(), "eth0"));
        all.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < 3; round++) {
                    for (var plan :
                        List.of(
                            Planner.plan(network, List.of()), Planner.plan(List.of(), network))) {
                      plan.stages()
                          .forEach(
                              s ->
                                  machine()
                                      .apply(s.steps())
                                      .forEach(o -> assertThat(o.error()).isEmpty()));
                    }
                  }
                }));
      }
      for (var one : all) {
        one.get();
      }
    }
    assertThat(PlanText.of(Planner.plan(segment(), machine().observe(segment())))).isEmpty();
  }
}
