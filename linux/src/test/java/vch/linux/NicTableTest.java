package vch.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.engine.plan.Planner;
import vch.portlayer.address.Ip;

/// Tables at a NIC of the machine, and at a container's link on it (family netdev).
final class NicTableTest extends SegmentInLab {
  private static final NamespaceName HERE = NamespaceName.MACHINE;
  private static final Part OURS = new Part.Hardware(MAC);

  private static final Pattern PACKETS = Pattern.compile("counter packets ([0-9]+)");

  private static Ruleset table(String name) {
    return new Ruleset(
        HERE,
        "netdev",
        name,
        """
        set senders { typeof @ll,48,48; }
        set members { type ipv4_addr; }
        set members6 { typeof @th,64,128; }
        chain egress {
          type filter hook egress device "nic" priority filter; policy accept;
          @ll,48,48 @senders counter drop
        }
        """);
  }

  private static Element at(String table, String set, Part... parts) {
    return new Element(HERE, "netdev", table, set, List.of(parts), List.of());
  }

  private static List<MachineObject> all(String table) {
    return List.of(
        table(table),
        at(table, "senders", OURS),
        at(table, "members", new Part.Address(Ip.parse("172.17.0.2"))),
        at(table, "members6", new Part.Address(MAC.linkLocal())));
  }

  private void nic() throws Exception {
    command(HERE, "ip", "link", "add", "nic", "type", "veth", "peer", "far");
    // Nothing but what a test sends.
    command(HERE, "sysctl", "-q", "-w", "net.ipv6.conf.nic.disable_ipv6=1");
    command(HERE, "ip", "link", "set", "far", "up");
    command(HERE, "ip", "link", "set", "nic", "up");
  }

  @Test
  void elements_are_observed_as_they_were_made() throws Exception {
    nic();
    reach(all("portlayer_a"));
    assertThat(command(HERE, "nft", "list", "table", "netdev", "portlayer_a"))
        .contains("elements = { 0x242ac110002 }");
    reopen();
    assertThat(Planner.plan(all("portlayer_a"), machine().observe(all("portlayer_a"))).isEmpty())
        .isTrue();
  }

  /// Whatever the kernel does to a table whose NIC goes, it is right when the NIC is back.
  @Test
  void a_nic_that_goes_and_comes_back() throws Exception {
    nic();
    var all = all("portlayer_a");
    reach(all);
    command(HERE, "ip", "link", "del", "nic");
    machine().observe(all);
    nic();
    reach(all);
    assertThat(dropsOwn()).isTrue();
    command(HERE, "ip", "link", "set", "nic", "down");
    reach(all);
    command(HERE, "ip", "link", "set", "nic", "up");
    assertThat(dropsOwn()).isTrue();
  }

  private static final List<MachineObject> GUARDED =
      List.of(
          new Namespace(CONTAINER),
          new Ruleset(
              CONTAINER,
              "netdev",
              "portlayer_0",
              """
              set members { type ipv4_addr; }
              chain egress {
                type filter hook egress device "eth0" priority filter; policy drop;
                arp saddr ip @members accept
              }
              """),
          new Element(
              CONTAINER,
              "netdev",
              "portlayer_0",
              "members",
              List.of(new Part.Address(Ip.parse("172.17.0.2"))),
              List.of()),
          new Link(
              CONTAINER,
              "eth0",
              new LinkKind.Macvlan("nic"),
              Optional.empty(),
              Optional.of(MAC),
              1500,
              true));

  private boolean sends(String address) throws Exception {
    command(CONTAINER, "ip", "addr", "replace", address + "/16", "dev", "eth0");
    long before = arrived();
    command(
        CONTAINER,
        "sh",
        "-c",
        "busybox arping -c 1 -w 1 -I eth0 -s " + address + " 172.17.0.9 >/dev/null 2>&1 || true");
    return arrived() > before;
  }

  private long arrived() throws Exception {
    return counted("table netdev far");
  }

  /// However a link comes back, its guard does, before anything is sent.
  @Test
  void a_guard_is_at_a_link_that_is_made_anew() throws Exception {
    nic();
    command(
        HERE,
        "nft",
        "table netdev far { chain asked { type filter hook ingress device far priority 0;"
            + " ether type arp counter; }; }");
    reach(GUARDED);
    assertThat(sends("172.17.0.2")).isTrue();
    assertThat(sends("172.17.0.3")).isFalse();
    command(CONTAINER, "ip", "link", "del", "eth0");
    reach(GUARDED);
    assertThat(sends("172.17.0.2")).isTrue();
    assertThat(sends("172.17.0.3")).isFalse();
    command(HERE, "nft", "delete table netdev far");
  }

  /// Sends a frame by the NIC under the member's Ethernet address.
  private boolean dropsOwn() throws Exception {
    command(HERE, "ip", "link", "set", "nic", "address", MAC.toString());
    command(HERE, "ip", "addr", "replace", "198.51.100.7/24", "dev", "nic");
    long before = dropped();
    command(HERE, "sh", "-c", "busybox arping -c 1 -w 1 -I nic 198.51.100.8 >/dev/null || true");
    return dropped() > before;
  }

  private long dropped() throws Exception {
    return counted("table netdev portlayer_a");
  }

  private long counted(String table) throws Exception {
    var words = ("nft list " + table).split(" ");
    var packets = PACKETS.matcher(command(HERE, words));
    assertThat(packets.find()).isTrue();
    return Long.parseLong(packets.group(1));
  }

  @Test
  void another_daemons_table_at_the_same_nic_is_not_ours() throws Exception {
    nic();
    reach(all("portlayer_a"));
    try (var other = other("lab1")) {
      for (var stage : Planner.plan(all("portlayer_b"), other.observe(List.of())).stages()) {
        assertThat(other.apply(stage.steps())).allMatch(o -> o.error().isEmpty());
      }
      reach(List.of());
      assertThat(command(HERE, "nft", "list", "tables"))
          .contains("netdev portlayer_b")
          .doesNotContain("portlayer_a");
      for (var stage : Planner.plan(List.of(), other.observe(List.of())).stages()) {
        other.apply(stage.steps());
      }
      assertThat(command(HERE, "nft", "list", "tables")).doesNotContain("portlayer");
    }
  }
}
