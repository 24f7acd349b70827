package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.Refused.refused;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import vch.portlayer.container.Container;
import vch.portlayer.port.Port;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.PortSet;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.Publication;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.vch.Vch;

/// Ports on container networks (vic.md 3.2).
class DirectPublishingTest {
  private static final String CLOSED =
      "ports cannot be published via container network lan (firewall configured as either \"closed\" or \"outbound\")";
  private static final String PEERS =
      "ports published via container network lan must specify a mapping (firewall configured for \"peers\" - no need for"
          + " publishing unless redirecting)";

  private final World world = new World();
  private final Lans lans = new Lans(world);
  private final Vch blue = world.vch("blue");

  private Scope lan(TrustLevel level) {
    return lans.add(blue, "lan", Lans.on("seg").trust(level).gateways("10.2.0.1/16"));
  }

  private Container run(String name, UnaryOperator<World.Wish> ports) {
    return world.run(blue, name, w -> ports.apply(w.on(world.at("lan"))));
  }

  private void refuse(String text, UnaryOperator<World.Wish> ports) {
    refused(
        world,
        Refusal.Invalid.class,
        text,
        i ->
            ContainerRules.create(
                i,
                world.containerCommand(blue, "refused", w -> ports.apply(w.on(world.at("lan"))))));
  }

  private static UnaryOperator<World.Wish> ports(Protocol protocol, String host, String container) {
    return w ->
        w.publish(
            protocol,
            Optional.empty(),
            PortRange.tryParse(host),
            PortRange.tryParse(container).orElseThrow());
  }

  private static UnaryOperator<World.Wish> all(Port... exposed) {
    return w -> {
      w.exposed = PortSet.of(exposed);
      w.publishAll = true;
      return w;
    };
  }

  private static List<String> texts(Container c) {
    return c.publications().stream()
        .map(p -> p.host() + ":" + p.container() + "/" + p.protocol().text())
        .toList();
  }

  @Test
  void a_port_is_published_under_its_own_number_or_the_one_asked_for() {
    lan(TrustLevel.PUBLISHED);
    var web =
        run(
            "web",
            w ->
                ports(Protocol.UDP, "53", "5353")
                    .apply(w.publish(8080, 80).random(443).random(80)));
    assertThat(texts(web))
        .containsExactly("8080:80/tcp", "53:5353/udp", "443:443/tcp", "80:80/tcp");
    assertThat(web.publications()).allMatch(Publication::direct);
    // Random numbers and the numbers of the VCH's own services mean nothing at an address of one's
    // own.
    assertThat(texts(run("api", w -> w.publish(2376, 80)))).containsExactly("2376:80/tcp");
  }

  @Test
  void ranges_stay_ranges_and_redirects_may_stand_side_by_side() {
    lan(TrustLevel.PUBLISHED);
    assertThat(texts(run("r1", ports(Protocol.TCP, "8000-8010", "8000-8010"))))
        .containsExactly("8000-8010:8000-8010/tcp");
    // The docker CLI sends -p 80:8080 -p 81:8081 and -p 80-81:8080-8081 alike.
    assertThat(texts(run("two", w -> w.publish(80, 8080).publish(81, 8081))))
        .containsExactly("80-81:8080-8081/tcp");
  }

  @Test
  void one_port_behind_a_range_of_numbers_is_refused() {
    lan(TrustLevel.PUBLISHED);
    refuse(
        "ports published on external networks cannot include both a redirect and a range (8000-8010)",
        ports(Protocol.TCP, "8000-8010", "80"));
  }

  @ParameterizedTest
  @EnumSource(names = {"CLOSED", "OUTBOUND"})
  void nothing_is_published_where_nothing_comes_in(TrustLevel level) {
    lan(level);
    refuse(CLOSED, w -> w.random(80));
    refuse(CLOSED, w -> w.publish(80, 80));
    refuse(CLOSED, w -> w.publish(80, 8080));
    refuse(CLOSED, all(new Port(80, Protocol.TCP)));
    assertThat(texts(run("quiet", all()))).isEmpty(); // -P without exposed ports asks for nothing
    assertThat(texts(run("exposed", w -> exposing(w, new Port(80, Protocol.TCP))))).isEmpty();
  }

  private static World.Wish exposing(World.Wish w, Port... ports) {
    w.exposed = PortSet.of(ports);
    return w;
  }

  @Test
  void peers_need_no_opening_but_may_be_redirected() {
    lan(TrustLevel.PEERS);
    refuse(PEERS, w -> w.random(80));
    refuse(PEERS, w -> w.publish(80, 80));
    refuse(PEERS, ports(Protocol.UDP, "53", "53"));
    refuse(PEERS, all(new Port(80, Protocol.TCP)));
    assertThat(texts(run("web", w -> w.publish(80, 8080)))).containsExactly("80:8080/tcp");
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"CLOSED", "OUTBOUND", "PEERS"})
  void all_exposed_ports_keep_their_numbers(TrustLevel level) {
    lan(level);
    var web =
        run(
            "web",
            all(
                new Port(80, Protocol.TCP),
                new Port(53, Protocol.UDP),
                new Port(53, Protocol.TCP)));
    assertThat(texts(web)).containsExactly("53:53/tcp", "53:53/udp", "80:80/tcp");
  }

  @Test
  void all_exposed_ports_but_those_that_are_published_already() {
    lan(TrustLevel.PUBLISHED);
    var web =
        run(
            "web",
            w ->
                all(
                        new Port(8080, Protocol.TCP), // is behind 80
                        new Port(80, Protocol.TCP), // leads to 8080
                        new Port(443, Protocol.TCP))
                    .apply(w.publish(80, 8080)));
    assertThat(texts(web)).containsExactly("80:8080/tcp", "443:443/tcp");
  }

  @Test
  void one_number_leads_to_one_port() {
    lan(TrustLevel.PUBLISHED);
    var twice =
        world.create(blue, "twice", w -> w.on(world.at("lan")).publish(80, 1).publish(80, 2));
    refused(
        world,
        Refusal.Invalid.class,
        "port 80/tcp is published twice",
        i -> ContainerRules.starting(i, twice.id(), true, new Random(1)));
    var same = run("same", w -> w.publish(80, 80).random(80));
    assertThat(texts(same)).containsExactly("80:80/tcp");
    // Another protocol and another family are other ports.
    assertThat(
            texts(
                run(
                    "other",
                    w ->
                        ports(Protocol.UDP, "80", "1")
                            .apply(w.publish(80, 2))
                            .publish(
                                Protocol.SCTP,
                                Optional.of("0.0.0.0"),
                                Optional.of(PortRange.of(80)),
                                PortRange.of(3))
                            .publish(
                                Protocol.SCTP,
                                Optional.of("::"),
                                Optional.of(PortRange.of(80)),
                                PortRange.of(4)))))
        .containsExactly("80:2/tcp", "80:1/udp", "80:3/sctp", "80:4/sctp");
  }

  @Test
  void a_host_address_means_nothing_here() {
    lan(TrustLevel.OPEN);
    refuse(
        "host IP 192.168.218.2 for port bindings means nothing on container network lan: ports are published at the"
            + " container's own address; leave it out",
        w ->
            w.publish(
                Protocol.TCP,
                Optional.of("192.168.218.2"),
                Optional.of(PortRange.of(80)),
                PortRange.of(80)));
  }

  @Test
  void two_containers_never_compete_for_a_number() {
    lan(TrustLevel.PUBLISHED);
    run("one", w -> w.publish(80, 8080));
    assertThat(world.created(blue, "two", w -> w.on(world.at("lan")).publish(80, 80)).warnings())
        .isEmpty();
    // Nor with those that publish at the VCH, running or not.
    world.create(blue, "three", w -> w.on(world.at("lan")).publish(81, 80));
    assertThat(world.created(blue, "nat", w -> w.publish(80, 80).publish(81, 81)).warnings())
        .isEmpty();
    assertThat(texts(world.run(blue, "nat2", w -> w.publish(80, 80)))).containsExactly("80:80/tcp");
  }

  @Test
  void ports_belong_to_the_network_named_at_create() {
    var lan = lan(TrustLevel.PUBLISHED);
    world.scope(blue, "n");
    var bridged =
        world.run(blue, "bridged", w -> w.on(world.at("n"), world.at("lan")).publish(8080, 80));
    assertThat(bridged.publications()).noneMatch(Publication::direct).hasSize(1);
    var direct =
        world.run(blue, "direct", w -> w.on(world.at("lan"), world.at("n")).publish(8080, 80));
    assertThat(direct.publications()).allMatch(Publication::direct).hasSize(1);
    // Connected later, and gone: nothing is published elsewhere in its place.
    var late = world.run(blue, "late", w -> w.on(world.at("n")).publish(8081, 80));
    world.decide(i -> EndpointRules.connect(i, late.id(), world.at("lan")));
    assertThat(world.container(late.id()).publications()).noneMatch(Publication::direct);
    world.decide(i -> EndpointRules.disconnect(i, direct.id(), lan.id()));
    assertThat(world.container(direct.id()).publications()).allMatch(Publication::direct);
  }

  @Test
  void beside_an_internal_network_the_container_network_publishes() {
    lan(TrustLevel.PUBLISHED);
    world.internal(blue, "bridge-db");
    var created = world.created(blue, "view", w -> w.on(world.at("bridge-db")).random(80));
    assertThat(created.warnings())
        .containsExactly(
            "Published ports are discarded until the container is on another network, too: network bridge-db is internal");
    var view = world.container(created.id());
    world.decide(i -> EndpointRules.connect(i, view.id(), world.at("lan")));
    assertThat(texts(world.start(view))).containsExactly("80:80/tcp");
    assertThat(world.container(view.id()).publications()).allMatch(Publication::direct);
    // Hot, too.
    var hot = world.run(blue, "hot", w -> w.on(world.at("bridge-db")).publish(80, 8080));
    assertThat(hot.publications()).isEmpty();
    world.decide(i -> EndpointRules.connect(i, hot.id(), world.at("lan")));
    assertThat(texts(world.container(hot.id()))).containsExactly("80:8080/tcp");
  }

  @Test
  void beside_an_internal_network_only_what_the_level_allows_is_published() {
    lan(TrustLevel.PEERS);
    world.internal(blue, "bridge-db");
    var view =
        world.run(
            blue,
            "view",
            w ->
                w.on(world.at("bridge-db"), world.at("lan"))
                    .publish(80, 8080)
                    .random(443)
                    .publish(
                        Protocol.TCP,
                        Optional.of("192.168.218.2"),
                        Optional.of(PortRange.of(90)),
                        PortRange.of(9090)));
    assertThat(texts(view)).containsExactly("80:8080/tcp");
  }

  @Test
  void a_level_that_was_narrowed_refuses_the_start_with_the_reason() {
    var lan = lan(TrustLevel.PUBLISHED);
    var web = run("web", w -> w.publish(80, 80));
    world.stop(web);
    lans.change(lan, blue, Lans.on("seg").trust(TrustLevel.CLOSED).gateways("10.2.0.1/16"));
    refused(
        world,
        Refusal.Invalid.class,
        CLOSED,
        i -> ContainerRules.starting(i, web.id(), true, new Random(1)));
  }

  @Test
  void a_network_that_is_not_there_yet_decides_at_start() {
    var early = world.create(blue, "early", w -> w.on(world.at("lan")).random(80));
    lan(TrustLevel.OUTBOUND);
    refused(
        world,
        Refusal.Invalid.class,
        CLOSED,
        i -> ContainerRules.starting(i, early.id(), true, new Random(1)));
  }
}
