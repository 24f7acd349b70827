package vch.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.MachineObject.Ruleset;
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

/// A machine with the kernel in a throw-away namespace, and a segment for it with one container:
/// what tests that go beyond the contract begin with.
@Tag("lab")
abstract class SegmentInLab {
  static final NamespaceName ENDPOINT = new NamespaceName("e-1ab000000001");
  static final NamespaceName CONTAINER = new NamespaceName("c-1ab000000002-1");
  static final Mac MAC = Mac.parse("02:42:ac:11:00:02");
  static final Link BRIDGE =
      new Link(
          ENDPOINT,
          "br-1ab000000003",
          new LinkKind.Bridge(),
          Optional.empty(),
          Optional.of(Mac.parse("02:00:00:00:00:01")),
          1500,
          true);
  static final Link VETH =
      new Link(
          ENDPOINT,
          "v1ab00000x1",
          new LinkKind.Veth(CONTAINER, "eth0", MAC),
          Optional.of(BRIDGE.name()),
          Optional.empty(),
          1500,
          true);
  static final Link ACCESS =
      new Link(
          NamespaceName.MACHINE,
          "ph0000000001",
          new LinkKind.HostAccess("uplink", true),
          Optional.empty(),
          Optional.of(MAC),
          1500,
          true);
  static final Address ADDRESS = new Address(CONTAINER, "eth0", Cidr.parse("172.17.0.2/16"));
  static final Route DEFAULT =
      new Route(CONTAINER, Subnet.parse("0.0.0.0/0"), Optional.of(Ip.parse("172.17.0.1")), "eth0");
  static final Ruleset RULES =
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

  LinuxMachine machine() {
    return opened.orElseThrow();
  }

  /// As another process on the same run directory would.
  void reopen() {
    machine().close();
    opened = Optional.of(lab.orElseThrow().machine());
  }

  /// Another daemon on the same machine.
  LinuxMachine other(String daemon) {
    return lab.orElseThrow().other(daemon);
  }

  /// A NIC of the machine, on which [#ACCESS] lies.
  void uplink() throws Exception {
    command(NamespaceName.MACHINE, "ip", "link", "add", "uplink", "type", "veth", "peer", "far");
    command(NamespaceName.MACHINE, "ip", "link", "set", "uplink", "up");
  }

  static List<MachineObject> segment() {
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

  static Link loopback(NamespaceName namespace) {
    return new Link(
        namespace, "lo", new LinkKind.Loopback(), Optional.empty(), Optional.empty(), 65536, true);
  }

  static List<MachineObject> with(Collection<MachineObject> objects, MachineObject... more) {
    var out = new ArrayList<>(objects);
    out.addAll(List.of(more));
    return out;
  }

  void reach(List<MachineObject> wanted) {
    for (var stage : Planner.plan(wanted, machine().observe(wanted)).stages()) {
      machine()
          .apply(stage.steps())
          .forEach(o -> assertThat(o.error()).as(o.step().toString()).isEmpty());
    }
    assertThat(PlanText.of(Planner.plan(wanted, machine().observe(wanted)))).isEmpty();
  }

  Optional<String> error(Step step) {
    return machine().apply(List.of(step)).getFirst().error();
  }

  String command(NamespaceName namespace, String... words) throws Exception {
    return Lab.command(machine().path(namespace), words);
  }

  static Element element(String set, List<Part> parts, Part... data) {
    return new Element(ENDPOINT, "inet", "portlayer", set, parts, List.of(data));
  }

  static Part port(int number) {
    return new Part.Ports(PortRange.of(number));
  }

  static Part ip(String text) {
    return new Part.Address(Ip.parse(text));
  }
}
