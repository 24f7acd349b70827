package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static vch.portlayer.rule.Refused.refused;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.name.NameServers;
import vch.portlayer.port.Publication;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.GatewayMode;
import vch.portlayer.scope.GatewayModes;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetRequest;
import vch.portlayer.vch.Vch;
import vch.testkit.Parts;

class GatewayModesTest {
  private final World world = new World();
  private final Vch blue = world.vch("blue");

  private static ScopeKind.Bridge kind(
      boolean internal, GatewayMode ipv4, GatewayMode ipv6, Optional<Ip> hostIp) {
    return new ScopeKind.Bridge(
        internal, true, true, new GatewayModes(ipv4, ipv6), hostIp, false, Optional.empty());
  }

  private CreateScope command(String name, ScopeKind kind, Set<Family> families) {
    var c = World.with(world.scopeCommand(blue, name), families);
    return Parts.of(c).set("kind", kind).made();
  }

  private Scope scope(String name, ScopeKind kind) {
    var command = command(name, kind, EnumSet.allOf(Family.class));
    return world.decide(i -> ScopeRules.create(i, command));
  }

  private static List<String> texts(Container c) {
    return c.publications().stream().map(p -> (p.direct() ? "direct " : "") + p).toList();
  }

  @Test
  void a_routed_network_takes_no_host_port() {
    scope("net", kind(false, GatewayMode.ROUTED, GatewayMode.ROUTED, Optional.empty()));
    var one = world.run(blue, "one", w -> w.on(world.at("net")).publish(8080, 80));
    assertThat(texts(one)).containsExactly("direct 0.0.0.0:80->80/tcp", "direct [::]:80->80/tcp");
    var two = world.run(blue, "two", w -> w.on(world.at("net")).publish(8080, 80));
    assertThat(texts(two)).hasSize(2);
  }

  @Test
  void one_family_may_be_routed_and_the_other_translated() {
    scope("net", kind(false, GatewayMode.NAT, GatewayMode.ROUTED, Optional.empty()));
    var one = world.run(blue, "one", w -> w.on(world.at("net")).publish(8080, 80));
    assertThat(texts(one)).containsExactly("0.0.0.0:8080->80/tcp", "direct [::]:80->80/tcp");
    var again = world.start(world.stop(one));
    assertThat(texts(again)).isEqualTo(texts(one));
  }

  @Test
  void publications_without_a_host_address_have_that_of_the_network() {
    var loopback = Optional.of(Ip.parse("127.0.0.1"));
    scope("net", kind(false, GatewayMode.NAT, GatewayMode.NAT, loopback));
    var one = world.run(blue, "one", w -> w.on(world.at("net")).publish(8080, 80));
    assertThat(one.publications()).extracting(Publication::hostIp).containsExactly(loopback);
    refused(
        world,
        Refusal.Invalid.class,
        "host IP for port bindings is only supported for 0.0.0.0 and the public interface IP address "
            + "192.168.218.2, not for 10.0.0.1",
        i ->
            ScopeRules.create(
                i,
                command(
                    "other",
                    kind(
                        false, GatewayMode.NAT, GatewayMode.NAT, Optional.of(Ip.parse("10.0.0.1"))),
                    Set.of(Family.IPV4))));
  }

  @Test
  void only_an_internal_network_is_isolated_and_names_are_asked_within() {
    refused(
        world,
        Refusal.Failed.class,
        "gateway mode 'isolated' can only be used for an internal network",
        i ->
            ScopeRules.create(
                i,
                command(
                    "net",
                    kind(false, GatewayMode.NAT, GatewayMode.ISOLATED, Optional.empty()),
                    Set.of(Family.IPV4))));
    var scope =
        scope("net", kind(true, GatewayMode.ISOLATED, GatewayMode.ISOLATED, Optional.empty()));
    assertThat(scope.gateway(Family.IPV4)).isEmpty();
    var one = world.run(blue, "one", w -> w.on(world.at("net")));
    assertThat(NameServers.own(world.image, one)).isTrue();
    var half = scope("half", kind(true, GatewayMode.ISOLATED, GatewayMode.NAT, Optional.empty()));
    assertThat(half.gateway(Family.IPV6)).isPresent();
    var two = world.run(blue, "two", w -> w.on(world.at("half")));
    assertThat(NameServers.own(world.image, two)).isFalse();
  }

  @Test
  void links_are_named_by_the_prefix_of_their_network() {
    scope(
        "net",
        new ScopeKind.Bridge(
            false,
            true,
            true,
            GatewayModes.TRANSLATING,
            Optional.empty(),
            false,
            Optional.of("lan")));
    world.scope(blue, "plain");
    var one = world.run(blue, "one", w -> w.on(world.at("net"), world.at("plain")));
    assertThat(one.endpoints()).extracting(e -> e.link()).containsExactly("lan0", "eth1");
  }

  @Test
  void a_configuration_is_checked_and_kept_and_holds_no_subnet() {
    var families = Set.of(Family.IPV4);
    var wanted = List.of(World.subnet("10.9.0.0/24"));
    var made = configuration("template", wanted, families);
    var template = world.decide(i -> ScopeRules.create(i, made));
    assertThat(template.kind()).isEqualTo(new ScopeKind.Configuration(wanted, families));
    assertThat(template.subnets()).isEmpty();
    assertThat(template.ipv4()).isTrue();
    assertThat(template.ipv6()).isFalse();
    refused(
        world,
        Refusal.Invalid.class,
        "IPv4 or IPv6 must be enabled",
        i -> ScopeRules.create(i, configuration("none", wanted, Set.of())));
    var wrong = configuration("wrong", List.of(World.subnet("10.9.0.0")), families);
    assertThatThrownBy(() -> ScopeRules.create(world.image, wrong))
        .isInstanceOf(Refusal.Invalid.class);
  }

  /// Says subnets and families by its kind alone.
  private CreateScope configuration(
      String name, List<SubnetRequest> subnets, Set<Family> families) {
    return command(name, new ScopeKind.Configuration(subnets, families), Set.of());
  }
}
