package vch.engine.desired;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import vch.engine.fake.Samples;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.ObjectText;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Range;
import vch.portlayer.container.Container;
import vch.portlayer.port.Publication;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;
import vch.testkit.Golden;

/// Trust levels as rules (vic.md 3.4), in files to read.
class ContainerTableTest {
  private static final PortGroupId LAN = Samples.LAN;
  private static final int NET = 200;
  private static final int OTHER = 201;

  private static Image image(Change... more) {
    var changes = new ArrayList<>(Samples.blueCreated());
    changes.add(new Change.PortGroupPut(Samples.lan(new PortGroupKind.Internal(), "pllan")));
    changes.addAll(List.of(more));
    return Image.EMPTY.after(changes);
  }

  private static Change lan(int n, TrustLevel trust, String... pools) {
    return new Change.ScopePut(
        Samples.externalScope(
            n, LAN, trust, Arrays.stream(pools).map(Range::parse).toArray(Range[]::new)));
  }

  private static Change dhcp(int n, TrustLevel trust) {
    return new Change.ScopePut(Samples.leasedScope(n, LAN, trust));
  }

  private static Publication port(String hostIp, String text) {
    var p = Samples.publication(text);
    return new Publication(
        p.protocol(),
        hostIp.isEmpty() ? Optional.empty() : Optional.of(Ip.parse(hostIp)),
        p.host(),
        p.container(),
        true);
  }

  private static Container container(int n, int... scopes) {
    return Samples.running(Samples.container(n, scopes));
  }

  private static Container publishing(Container c, String... ports) {
    return c.withPublications(Stream.of(ports).map(p -> port("", p)).toList());
  }

  private static List<MachineObject> objects(Image image, Container c) {
    return Desired.of(image, new Owner.OfContainer(c.id()));
  }

  private static Optional<Ruleset> table(Image image, Container c) {
    return objects(image, c).stream()
        .filter(o -> o instanceof Ruleset r && r.namespace().equals(LinkNames.container(c)))
        .map(Ruleset.class::cast)
        .findFirst();
  }

  private static void check(String file, Image image, Container c) {
    Golden.check(
        "ruleset/container/" + file + ".nft", RulesetTest.nft(table(image, c).orElseThrow()));
  }

  @ParameterizedTest
  @EnumSource
  void levels(TrustLevel level) {
    var web =
        switch (level) {
          case CLOSED, OUTBOUND -> container(1, NET);
          case PEERS -> publishing(container(1, NET), "80:8080/tcp");
          case PUBLISHED, OPEN -> publishing(container(1, NET), "80:8080/tcp", "443:443/tcp");
        };
    check(level.word(), image(lan(NET, level), Samples.put(web)), web);
  }

  @ParameterizedTest
  @EnumSource
  void levels_where_addresses_come_by_dhcp(TrustLevel level) {
    var web = container(1, NET);
    check(level.word() + "-dhcp", image(dhcp(NET, level), Samples.put(web)), web);
  }

  /// What the bridge of the port group lets members send, in the machine's namespace.
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPEN")
  void guards_of_the_segment(TrustLevel level) {
    segment(level.word(), image(lan(NET, level)));
    segment(level.word() + "-dhcp", image(dhcp(NET, level)));
  }

  @Test
  void guards_of_a_segment_with_routers() {
    var scope =
        Samples.scope(
            NET, new ScopeKind.External(LAN, TrustLevel.PUBLISHED, List.of(), List.of(), true));
    segment("published-routers", image(new Change.ScopePut(scope)));
  }

  @Test
  void members_of_level_open_send_what_they_like() {
    assertThat(guards(image(lan(NET, TrustLevel.OPEN)))).isEmpty();
  }

  private static List<Ruleset> guards(Image image) {
    return Desired.of(image, new Owner.OfScope(Samples.scopeId(NET))).stream()
        .filter(Ruleset.class::isInstance)
        .map(Ruleset.class::cast)
        .toList();
  }

  private static void segment(String file, Image image) {
    assertThat(guards(image)).hasSize(1);
    Golden.check("ruleset/segment/" + file + ".nft", RulesetTest.nft(guards(image).getFirst()));
  }

  @Test
  void peers_with_ranges() {
    var web = publishing(container(1, NET), "80:8080/tcp");
    check(
        "peers-ranges",
        image(
            lan(
                NET,
                TrustLevel.PEERS,
                "10.200.0.16-10.200.0.31",
                "10.200.0.9-10.200.0.9",
                "fd10:0:0:c8::10-fd10:0:0:c8::1f"),
            Samples.put(web)),
        web);
  }

  @Test
  void everything_that_can_be_published() {
    var all = new ArrayList<Publication>();
    for (var text :
        List.of(
            "80:8080/tcp",
            "81-82:8081-8082/tcp",
            "443:443/tcp",
            "9000-9999:9000-9999/tcp",
            "53:5353/udp",
            "67:67/udp",
            "132:3868/sctp")) {
      all.add(port("", text));
    }
    all.add(port("0.0.0.0", "25:2525/tcp"));
    all.add(port("::", "26:26/tcp"));
    var web = container(1, NET).withPublications(all);
    check("publications", image(lan(NET, TrustLevel.PUBLISHED), Samples.put(web)), web);
  }

  @Test
  void a_bridge_first_and_container_networks_of_all_sorts() {
    var web = publishing(container(1, 1, NET, OTHER, 202), "80:8080/tcp");
    check(
        "bridge-and-lans",
        image(
            lan(NET, TrustLevel.PUBLISHED),
            lan(OTHER, TrustLevel.CLOSED),
            dhcp(202, TrustLevel.OPEN),
            Samples.put(web)),
        web);
  }

  @Test
  void a_container_network_first_publishes_there_only() {
    var web = publishing(container(1, NET, 1, OTHER), "80:8080/tcp");
    check(
        "lan-and-bridge",
        image(lan(NET, TrustLevel.PUBLISHED), lan(OTHER, TrustLevel.PUBLISHED), Samples.put(web)),
        web);
  }

  @Test
  void no_table_without_a_container_network() {
    var web = container(1, 1);
    assertThat(table(image(Samples.put(web)), web)).isEmpty();
    var stopped = Samples.stopped(container(1, NET));
    assertThat(objects(image(lan(NET, TrustLevel.OPEN), Samples.put(stopped)), stopped)).isEmpty();
  }

  private static List<String> peers(Image image, Container c) {
    return objects(image, c).stream()
        .filter(
            o ->
                o instanceof Element e
                    && e.namespace().equals(LinkNames.container(c))
                    && e.set().startsWith("peers"))
        .map(ObjectText::of)
        .toList();
  }

  @Test
  void live_members_are_let_in_one_by_one() {
    var web = container(1, NET);
    var db = container(2, 1, NET);
    var stopped = Samples.stopped(container(3, NET));
    var elsewhere = container(4, OTHER);
    var image =
        image(
            lan(NET, TrustLevel.PEERS),
            lan(OTHER, TrustLevel.PEERS),
            Samples.put(web),
            Samples.put(db),
            Samples.put(stopped),
            Samples.put(elsewhere));
    assertThat(peers(image, web))
        .hasSize(2)
        .anyMatch(t -> t.contains("10.200.0.3"))
        .anyMatch(t -> t.contains("fd10:0:0:c8::3"));
    assertThat(peers(image, db)).hasSize(2).anyMatch(t -> t.contains("10.200.0.2"));
    assertThat(peers(image, elsewhere)).isEmpty();
    // Who comes and goes changes what the others want.
    var started = Samples.put(Samples.running(stopped));
    var after = image.after(List.of(started));
    assertThat(peers(after, web)).hasSize(4);
    assertThat(Touched.owners(image, after, List.of(started)))
        .contains(new Owner.OfContainer(web.id()), new Owner.OfContainer(db.id()))
        .doesNotContain(new Owner.OfContainer(elsewhere.id()));
    // The text itself stays: the sets are filled beside it.
    assertThat(table(after, web)).isEqualTo(table(image, web));
  }

  @Test
  void with_a_range_of_one_family_members_are_let_in_by_the_other() {
    var web = container(1, NET);
    var db = container(2, NET);
    var image =
        image(
            lan(NET, TrustLevel.PEERS, "10.200.0.16-10.200.0.31"),
            Samples.put(web),
            Samples.put(db));
    assertThat(peers(image, web)).singleElement().asString().contains("fd10:0:0:c8::3");
  }

  @Test
  void a_level_is_changed_by_one_text() {
    var web = container(1, NET);
    var before = image(lan(NET, TrustLevel.OPEN), Samples.put(web));
    var change = lan(NET, TrustLevel.CLOSED);
    var after = before.after(List.of(change));
    assertThat(Touched.owners(before, after, List.of(change)))
        .contains(new Owner.OfContainer(web.id()));
    assertThat(table(after, web)).isNotEqualTo(table(before, web));
  }

  @Test
  void ports_of_one_number_of_two_protocols_stay_apart() {
    var web = publishing(container(1, NET), "53:53/udp", "53:5353/tcp");
    var text =
        table(image(lan(NET, TrustLevel.PUBLISHED), Samples.put(web)), web).orElseThrow().body();
    assertThat(text)
        .contains("redirect to :tcp dport map { 53 : 5353 }")
        .doesNotContain(":udp")
        .contains("udp dport { 53 } accept")
        .contains("tcp dport { 5353 } accept");
  }
}
