package vch.engine.fake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vch.engine.machine.Machine;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.MachineObject.Rule;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.MachineObject.Sysctl;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Outcome;
import vch.engine.machine.Part;
import vch.engine.machine.Step;
import vch.engine.plan.PlanText;
import vch.engine.plan.Planner;
import vch.engine.plan.Stage;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Subnet;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Protocol;

/// What the engine may rely on, whatever machine it has. The fake and the real one pass the same
/// suite. Names of objects are those that the product gives (LinkNames), so a machine that knows
/// its own by their names sees these.
public abstract class MachineContract {
  protected static final NamespaceName ENDPOINT = new NamespaceName("e-c0417ac70001");
  protected static final NamespaceName CONTAINER = new NamespaceName("c-c0417ac70002-1");
  private static final String SEGMENT = "br-c0417ac70003";
  private static final String PORT = "vc0417ac7x1";
  private static final Mac CONTAINER_MAC = Mac.parse("02:42:ac:11:00:02");

  private Machine machine;

  /// A machine with nothing of ours on it.
  protected abstract Machine machine() throws Exception;

  @BeforeEach
  void open() throws Exception {
    machine = machine();
  }

  @AfterEach
  void close() {
    var left = new ArrayList<>(machine.observe(List.of()));
    Planner.plan(List.of(), left).stages().forEach(s -> machine.apply(s.steps()));
    machine.close();
  }

  private static final Link LOOPBACK = link(CONTAINER, "lo", new LinkKind.Loopback(), 65536);
  private static final Link BRIDGE =
      new Link(
          ENDPOINT,
          SEGMENT,
          new LinkKind.Bridge(),
          Optional.empty(),
          Optional.of(Mac.parse("02:00:00:00:00:01")),
          1500,
          true);
  private static final Link VETH =
      new Link(
          ENDPOINT,
          PORT,
          new LinkKind.Veth(CONTAINER, "eth0", CONTAINER_MAC),
          Optional.of(SEGMENT),
          Optional.empty(),
          1500,
          true);
  private static final Address GATEWAY =
      new Address(ENDPOINT, SEGMENT, Cidr.parse("172.17.0.1/16"));
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
            # a comment
            map pub_any {
              type inet_proto . inet_service : ipv4_addr . inet_service
            }
            map pub_any_range {
              type inet_proto . inet_service : ipv4_addr
              flags interval
            }
            set bridges {
              type ifname
            }
            set hairpin {
              type ifname . ifname
            }
            chain prerouting {
              type nat hook prerouting priority dstnat; policy accept;
              dnat ip to meta l4proto . th dport map @pub_any
              dnat ip to meta l4proto . th dport map @pub_any_range
            }
            chain forward {
              type filter hook forward priority filter; policy drop;
              iifname @bridges accept
            }
            """);
  private static final Ruleset FRAMES =
      new Ruleset(
          ENDPOINT,
          "bridge",
          "portlayer",
          """
            set members {
              type ifname . ether_addr . ipv4_addr
            }
            set members6 {
              typeof iifname . ether saddr . @th,64,128
            }
            chain prerouting {
              type filter hook prerouting priority filter; policy drop;
              iifname . ether saddr . ip saddr @members accept
              ether type ip6 iifname . ether saddr . @nh,64,128 @members6 accept
            }
            """);
  private static final Element IN_BRIDGES =
      element("inet", "bridges", List.of(new Part.Name(SEGMENT)), List.of());

  private static Link link(NamespaceName namespace, String name, LinkKind kind, int mtu) {
    return new Link(namespace, name, kind, Optional.empty(), Optional.empty(), mtu, true);
  }

  private static Element element(String family, String set, List<Part> parts, List<Part> data) {
    return new Element(ENDPOINT, family, "portlayer", set, parts, data);
  }

  private static Element publication(Protocol protocol, int host, String to, int port) {
    return element(
        "inet",
        "pub_any",
        List.of(new Part.Proto(protocol), new Part.Ports(PortRange.of(host))),
        List.of(new Part.Address(Ip.parse(to)), new Part.Ports(PortRange.of(port))));
  }

  private static Element range(int first, int last, String to) {
    return element(
        "inet",
        "pub_any_range",
        List.of(new Part.Proto(Protocol.TCP), new Part.Ports(new PortRange(first, last))),
        List.of(new Part.Address(Ip.parse(to))));
  }

  private static Element member(String address) {
    return element(
        "bridge",
        "members",
        List.of(
            new Part.Name(PORT),
            new Part.Hardware(CONTAINER_MAC),
            new Part.Address(Ip.parse(address))),
        List.of());
  }

  private static List<MachineObject> segment() {
    return List.of(
        new Namespace(ENDPOINT),
        new Namespace(CONTAINER),
        RULES,
        FRAMES,
        BRIDGE,
        VETH,
        LOOPBACK,
        GATEWAY,
        ADDRESS,
        DEFAULT,
        IN_BRIDGES);
  }

  private static List<MachineObject> with(List<MachineObject> objects, MachineObject... more) {
    var out = new ArrayList<>(objects);
    out.addAll(Arrays.asList(more));
    return out;
  }

  private static List<MachineObject> without(List<MachineObject> objects, MachineObject... less) {
    var out = new ArrayList<>(objects);
    out.removeAll(Arrays.asList(less));
    return out;
  }

  /// Applies the plan towards these objects from what is observed; every step must succeed and
  /// nothing remain to do.
  private void reach(List<MachineObject> wanted) {
    for (Stage stage : Planner.plan(wanted, machine.observe(wanted)).stages()) {
      for (Outcome outcome : machine.apply(stage.steps())) {
        assertThat(outcome.error()).as(PlanText.of(outcome.step())).isEmpty();
      }
    }
    assertThat(PlanText.of(Planner.plan(wanted, machine.observe(wanted)))).isEmpty();
  }

  private Outcome does(Step step) {
    var outcomes = machine.apply(List.of(step));
    assertThat(outcomes).hasSize(1);
    assertThat(outcomes.getFirst().step()).isEqualTo(step);
    return outcomes.getFirst();
  }

  private List<MachineObject.Key> keys() {
    return machine.observe(List.of()).stream().map(MachineObject::key).sorted().toList();
  }

  @Test
  void nothing_is_observed_on_a_machine_without_anything_of_ours() {
    assertThat(machine.observe(List.of())).isEmpty();
  }

  @Test
  void what_was_applied_is_what_is_observed() {
    reach(segment());
    assertThat(keys())
        .containsExactlyElementsOf(segment().stream().map(MachineObject::key).sorted().toList());
  }

  @Test
  void everything_may_be_made_twice() {
    reach(segment());
    for (var stage : Planner.plan(segment(), List.of()).stages()) {
      assertThat(machine.apply(stage.steps()))
          .allMatch(o -> o.error().isEmpty(), "already so is success");
    }
    reach(segment());
  }

  @Test
  void everything_may_be_removed_twice() {
    var publication = publication(Protocol.TCP, 80, "172.17.0.2", 80);
    var all = with(segment(), publication, range(100, 200, "172.17.0.2"), member("172.17.0.2"));
    reach(all);
    for (int i = 0; i < 2; i++) {
      for (var object :
          List.of(
              publication,
              range(100, 200, "172.17.0.2"),
              member("172.17.0.2"),
              IN_BRIDGES,
              DEFAULT,
              ADDRESS,
              GATEWAY,
              VETH,
              BRIDGE,
              FRAMES,
              RULES)) {
        assertThat(does(new Step.Remove(object)).error()).as(object.toString()).isEmpty();
      }
    }
    for (int i = 0; i < 2; i++) {
      assertThat(does(new Step.Remove(new Namespace(CONTAINER))).error()).isEmpty();
      assertThat(does(new Step.Remove(new Namespace(ENDPOINT))).error()).isEmpty();
    }
    assertThat(keys()).isEmpty();
  }

  @Test
  void removing_a_namespace_takes_what_is_in_it() {
    reach(segment());
    reach(List.of());
    assertThat(keys()).isEmpty();
  }

  @Test
  void removing_a_pair_takes_the_far_end_with_its_address_and_routes() {
    reach(segment());
    assertThat(does(new Step.Remove(VETH)).error()).isEmpty();
    assertThat(keys())
        .doesNotContain(VETH.key(), ADDRESS.key(), DEFAULT.key())
        .contains(BRIDGE.key());
    reach(segment());
  }

  @Test
  void removing_a_bridge_leaves_its_ports_without_a_master() {
    reach(segment());
    assertThat(does(new Step.Remove(BRIDGE)).error()).isEmpty();
    assertThat(machine.observe(List.of()))
        .anyMatch(o -> o instanceof Link l && l.key().equals(VETH.key()) && l.master().isEmpty());
    reach(segment());
  }

  @Test
  void the_far_end_of_a_pair_may_be_a_port() {
    var far = link(CONTAINER, "far", new LinkKind.Bridge(), 1500);
    var pair = pair(Optional.of("far"));
    reach(with(segment(), far, pair));
    reach(with(segment(), far, pair(Optional.empty())));
    reach(with(segment(), far, pair));
    assertThat(does(new Step.Remove(far)).error()).isEmpty();
    assertThat(machine.observe(List.of())).contains(pair(Optional.empty()));
    reach(with(segment(), far, pair));
  }

  private static Link pair(Optional<String> master) {
    var kind = new LinkKind.Veth(CONTAINER, "end", CONTAINER_MAC, master);
    var mac = Optional.of(Mac.parse("02:00:00:00:00:07"));
    return new Link(ENDPOINT, "near", kind, Optional.of(SEGMENT), mac, 1500, true);
  }

  @Test
  void settings_of_a_link_change_in_place() {
    reach(segment());
    var down =
        new Link(
            ENDPOINT,
            SEGMENT,
            new LinkKind.Bridge(),
            Optional.empty(),
            Optional.of(Mac.parse("02:00:00:00:00:09")),
            1400,
            false);
    var free =
        new Link(ENDPOINT, PORT, VETH.kind(), Optional.empty(), Optional.empty(), 1400, true);
    reach(with(without(segment(), BRIDGE, VETH, DEFAULT), down, free));
    reach(segment());
  }

  /// Links of the container have no IPv6 unless it is said for each.
  private static List<MachineObject> dual() {
    return with(
        segment(),
        new Sysctl(CONTAINER, "net/ipv6/conf/default/disable_ipv6", "1"),
        new Sysctl(CONTAINER, "net/ipv6/conf/default/accept_dad", "0"),
        new Sysctl(CONTAINER, "net/ipv6/conf/eth0/disable_ipv6", "0"),
        new Address(CONTAINER, "eth0", Cidr.parse("fd00::2/64")),
        new Route(CONTAINER, Subnet.parse("::/0"), Optional.of(Ip.parse("fd00::1")), "eth0"),
        element(
            "bridge",
            "members6",
            List.of(
                new Part.Name(PORT),
                new Part.Hardware(CONTAINER_MAC),
                new Part.Address(Ip.parse("fd00::2"))),
            List.of()));
  }

  @Test
  void a_link_has_both_families_from_the_start_or_from_later_on() {
    reach(dual());
    assertThat(does(new Step.Remove(VETH)).error()).isEmpty();
    reach(dual());
    assertThat(does(new Step.Remove(new Namespace(CONTAINER))).error()).isEmpty();
    reach(without(segment(), DEFAULT));
    reach(dual());
    assertThat(
            does(new Step.Remove(new Address(CONTAINER, "eth0", Cidr.parse("fd00::2/64")))).error())
        .isEmpty();
    reach(dual());
  }

  @Test
  void a_default_route_moves_to_another_gateway() {
    reach(segment());
    reach(
        with(
            without(segment(), DEFAULT),
            new Route(CONTAINER, DEFAULT.to(), Optional.of(Ip.parse("172.17.0.9")), "eth0")));
  }

  @Test
  void a_route_without_a_gateway_makes_one_reachable() {
    var connected = new Route(CONTAINER, Subnet.parse("10.9.0.0/24"), Optional.empty(), "eth0");
    reach(with(segment(), connected));
    reach(segment());
  }

  @Test
  void what_is_sent_from_an_address_is_routed_by_a_table_of_its_own() {
    for (int table : List.of(0x9a00, 0x9a01)) {
      reach(
          with(
              dual(),
              new Rule(CONTAINER, Ip.parse("172.17.0.2"), table),
              new Rule(CONTAINER, Ip.parse("fd00::2"), table),
              new Route(CONTAINER, DEFAULT.to(), DEFAULT.via(), "eth0", table)));
      assertThat(does(new Step.Remove(VETH)).error()).isEmpty();
    }
    reach(dual());
  }

  @Test
  void elements_come_change_and_go() {
    reach(
        with(
            segment(),
            publication(Protocol.TCP, 8080, "172.17.0.2", 80),
            publication(Protocol.UDP, 8080, "172.17.0.2", 80)));
    reach(
        with(
            segment(),
            publication(Protocol.TCP, 8080, "172.17.0.3", 81),
            publication(Protocol.SCTP, 8080, "172.17.0.2", 80)));
    reach(with(segment(), member("172.17.0.2"), member("172.17.0.3")));
    reach(
        with(
            segment(),
            element(
                "inet",
                "hairpin",
                List.of(new Part.Name(SEGMENT), new Part.Name(SEGMENT)),
                List.of())));
    reach(segment());
  }

  @Test
  void ranges_of_ports_are_intervals() {
    reach(with(segment(), range(1000, 50_999, "172.17.0.2"), range(51_000, 51_000, "172.17.0.3")));
    reach(with(segment(), range(1000, 50_999, "172.17.0.4")));
    reach(segment());
  }

  @Test
  void a_thousand_elements_go_in_one_stage() {
    var many = new ArrayList<>(segment());
    for (int port = 1; port <= 3000; port++) {
      many.add(publication(Protocol.TCP, port, "172.17.0.2", port + 1));
    }
    reach(many);
    reach(segment());
  }

  @Test
  void replaced_rules_are_observed_as_new_and_have_lost_their_elements() {
    reach(segment());
    var other =
        new Ruleset(
            ENDPOINT, "inet", "portlayer", RULES.body().replace("policy drop", "policy accept"));
    assertThat(does(new Step.Change(RULES, other)).error()).isEmpty();
    assertThat(keys()).doesNotContain(IN_BRIDGES.key());
    assertThat(machine.observe(List.of())).contains(other).doesNotContain(RULES);
    reach(segment());
  }

  @Test
  void a_setting_is_observed_only_where_it_is_wanted() {
    var forward = new Sysctl(ENDPOINT, "net/ipv4/ip_forward", "1");
    var ping = new Sysctl(ENDPOINT, "net/ipv4/ping_group_range", "0 2147483647");
    reach(with(segment(), forward, ping));
    assertThat(machine.observe(List.of())).noneMatch(Sysctl.class::isInstance);
    reach(with(segment(), new Sysctl(ENDPOINT, "net/ipv4/ip_forward", "0"), ping));
  }

  @Test
  void looking_at_some_namespaces_shows_what_is_in_them() {
    reach(segment());
    var within = machine.observe(Set.of(CONTAINER), segment());
    assertThat(within.stream().map(MachineObject::key))
        .containsExactlyInAnyOrderElementsOf(
            segment().stream()
                .filter(o -> o.namespace().equals(CONTAINER))
                .map(MachineObject::key)
                .toList());
  }

  @Test
  void a_step_that_cannot_be_done_says_why_and_the_others_of_its_stage_are_done() {
    reach(List.of(new Namespace(ENDPOINT), BRIDGE));
    var good = new Address(ENDPOINT, SEGMENT, Cidr.parse("172.17.0.1/16"));
    var bad = new Address(ENDPOINT, "br-nosuchlink", Cidr.parse("172.18.0.1/16"));
    var outcomes = machine.apply(List.of(new Step.Add(bad), new Step.Add(good)));
    assertThat(outcomes.get(0).error()).isPresent();
    assertThat(outcomes.get(0).error().orElseThrow()).contains("br-nosuchlink");
    assertThat(outcomes.get(1).error()).isEmpty();
    reach(List.of(new Namespace(ENDPOINT), BRIDGE, good));
  }

  @Test
  void nothing_can_be_made_in_a_namespace_that_is_not_there() {
    assertThat(does(new Step.Add(BRIDGE)).error()).isPresent();
    assertThat(does(new Step.Add(RULES)).error()).isPresent();
    assertThat(does(new Step.Remove(BRIDGE)).error()).isEmpty();
  }

  @Test
  void an_element_needs_its_table() {
    reach(List.of(new Namespace(ENDPOINT)));
    assertThat(does(new Step.Add(IN_BRIDGES)).error()).isPresent();
    assertThat(does(new Step.Remove(IN_BRIDGES)).error()).isEmpty();
  }
}
