package vch.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.MachineObject.Rule;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.engine.machine.Step;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.port.Protocol;

/// What others have and do beside us: other daemons, administrators, the container itself.
final class LinuxOthersTest extends SegmentInLab {
  @Test
  void links_addresses_and_tables_of_others_are_neither_seen_nor_removed() throws Exception {
    reach(segment());
    var foreign =
        new Link(
            ENDPOINT,
            "foreign",
            new LinkKind.Bridge(),
            Optional.empty(),
            Optional.empty(),
            1500,
            true);
    command(ENDPOINT, "ip", "link", "add", foreign.name(), "type", "bridge");
    command(CONTAINER, "ip", "address", "add", "10.1.1.1/24", "dev", "eth0");
    command(CONTAINER, "ip", "route", "add", "10.2.0.0/16", "via", "172.17.0.9");
    command(CONTAINER, "nft", "add", "table", "inet", "mine");
    reach(segment());
    assertThat(command(CONTAINER, "ip", "-br", "address")).contains("10.1.1.1/24");
    assertThat(error(new Step.Remove(foreign))).isPresent();
    assertThat(error(new Step.Add(foreign)).orElseThrow())
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
  void a_route_that_a_router_advertises_is_there_beside_ours_which_leads() throws Exception {
    reach(segment());
    command(CONTAINER, "ip", "address", "add", "fd09::2/64", "dev", "eth0", "nodad");
    var advertised = "ip -6 route add default via fd09::9 dev eth0 proto ra metric 1024";
    command(CONTAINER, "sh", "-c", advertised);
    var ours = new Route(CONTAINER, Subnet.parse("::/0"), Optional.of(Ip.parse("fd09::1")), "eth0");
    assertThat(error(new Step.Add(ours))).isEmpty();
    assertThat(machine().observe(List.of())).contains(ours);
    assertThat(command(CONTAINER, "ip", "route", "get", "2001:db8::1")).contains("via fd09::1 ");
    assertThat(error(new Step.Remove(ours))).isEmpty();
    assertThat(command(CONTAINER, "ip", "route", "get", "2001:db8::1")).contains("via fd09::9 ");
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
    try (var other = other("other")) {
      assertThat(other.observe(List.of())).isEmpty();
      assertThat(other.observe(List.of(rules, link))).isEmpty();
      assertThat(other.routes(NamespaceName.MACHINE))
          .containsExactly(Subnet.parse("192.168.218.0/24"));
    }
    assertThat(machine().observe(List.of(rules, link))).contains(rules, link);
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
    heardOf(told, ENDPOINT, CONTAINER);
    reach(segment());
    told.clear();

    command(CONTAINER, "ip", "address", "del", "172.17.0.2/16", "dev", "eth0");
    heardOf(told, CONTAINER);
    reach(segment());
    told.clear();

    command(ENDPOINT, "nft", "flush", "ruleset");
    heardOf(told, ENDPOINT);
    reach(segment());
    told.clear();

    command(ENDPOINT, "ip", "link", "set", BRIDGE.name(), "down");
    heardOf(told, ENDPOINT);
    reach(segment());
  }

  @Test
  void rules_and_their_routes_are_told_when_they_go_and_those_of_others_stay() throws Exception {
    var rule = new Rule(CONTAINER, Ip.parse("172.17.0.2"), 0x9a00);
    var all =
        with(
            segment(),
            rule,
            new Route(
                CONTAINER,
                Subnet.parse("0.0.0.0/0"),
                Optional.of(Ip.parse("172.17.0.9")),
                "eth0",
                0x9a00));
    reach(segment());
    command(CONTAINER, "ip", "rule", "add", "from", "10.9.9.9", "lookup", "99");
    command(CONTAINER, "ip", "route", "add", "10.9.0.0/16", "dev", "eth0", "table", "39424");
    var told = new LinkedBlockingQueue<NamespaceName>();
    machine().watch(told::add);
    reach(all);
    assertThat(command(CONTAINER, "ip", "route", "get", "1.1.1.1", "from", "172.17.0.2"))
        .contains("via 172.17.0.9 ");
    told.clear();
    command(CONTAINER, "ip", "rule", "del", "from", "172.17.0.2");
    assertThat(next(told)).isEqualTo(CONTAINER);
    reach(all);
    told.clear();
    command(CONTAINER, "ip", "route", "del", "default", "table", "39424");
    assertThat(next(told)).isEqualTo(CONTAINER);
    reach(all);
    reach(segment());
    assertThat(command(CONTAINER, "ip", "rule")).contains("10.9.9.9").doesNotContain("172.17");
    assertThat(command(CONTAINER, "ip", "route", "show", "table", "39424"))
        .contains("10.9.0.0/16")
        .doesNotContain("default");
  }

  @Test
  void a_nic_that_comes_is_told_to_what_was_to_be_on_it() throws Exception {
    var told = new LinkedBlockingQueue<NamespaceName>();
    machine().watch(told::add);
    reach(segment());
    var place =
        new Link(
            CONTAINER,
            "eth1",
            new LinkKind.Macvlan("uplink"),
            Optional.empty(),
            Optional.empty(),
            1500,
            true);
    assertThat(error(new Step.Add(place))).isPresent();
    command(NamespaceName.MACHINE, "ip", "link", "add", "another", "type", "bridge");
    uplink();
    assertThat(next(told)).isEqualTo(CONTAINER);
    reach(with(segment(), place));
  }

  @Test
  void another_address_of_a_nic_that_is_copied_is_told() throws Exception {
    uplink();
    reach(List.of(ACCESS));
    var told = new LinkedBlockingQueue<NamespaceName>();
    machine().watch(told::add);
    command(NamespaceName.MACHINE, "ip", "addr", "add", "198.51.100.7/24", "dev", "uplink");
    assertThat(next(told)).isEqualTo(NamespaceName.MACHINE);
    command(NamespaceName.MACHINE, "ip", "addr", "del", "198.51.100.7/24", "dev", "uplink");
    assertThat(next(told)).isEqualTo(NamespaceName.MACHINE);
  }

  /// On a busy machine one change is told in several bursts, so others may come before what is
  /// wanted, and more after it.
  private static void heardOf(LinkedBlockingQueue<NamespaceName> told, NamespaceName... wanted)
      throws InterruptedException {
    var left = new HashSet<>(List.of(wanted));
    while (!left.isEmpty()) {
      left.remove(next(told));
    }
  }

  private static NamespaceName next(LinkedBlockingQueue<NamespaceName> told)
      throws InterruptedException {
    var namespace = told.poll(10, TimeUnit.SECONDS);
    assertThat(namespace).as("a namespace that was touched").isNotNull();
    return namespace == null ? NamespaceName.MACHINE : namespace;
  }
}
