package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.scope.GatewayMode;
import vch.portlayer.scope.GatewayModes;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.vch.Vch;
import vch.testkit.Parts;

/// Places of a container whose answers leave by a router of their own.
class RoutersTest {
  private final World world = new World();
  private final Vch blue = world.vch("blue");

  @BeforeEach
  void networks() {
    world.scope(blue, "app");
    world.scope(blue, "other");
  }

  private EndpointRequest leading(String network) {
    return Parts.of(world.at(network)).set("gatewayPriority", 5).made();
  }

  /// Names of their networks, in the order of attachment.
  private List<String> own(Container container) {
    return container.endpoints().stream()
        .filter(e -> EndpointRules.router(world.image, container, e, Family.IPV4).isPresent())
        .map(e -> e.network())
        .toList();
  }

  @Test
  void none_where_all_networks_translate_and_nobody_is_published() {
    assertThat(own(world.run(blue, "c1", w -> w.on(world.at("app"), leading("other"))))).isEmpty();
  }

  @Test
  void a_published_place_that_the_default_route_does_not_leave_by() {
    var led = world.run(blue, "c1", w -> w.on(world.at("app"), leading("other")).publish(8080, 80));
    assertThat(own(led)).containsExactly("app");
    assertThat(EndpointRules.router(world.image, led, led.endpoints().getFirst(), Family.IPV4))
        .map(Ip::toString)
        .contains("172.17.0.1");
    assertThat(
            own(
                world.run(
                    blue, "c2", w -> w.on(leading("app"), world.at("other")).publish(8081, 80))))
        .isEmpty();
  }

  @Test
  void all_places_of_one_that_is_on_a_container_network_and_on_another() {
    var lans = new Lans(world);
    world.portGroup("seg", new vch.portlayer.portgroup.PortGroupKind.Internal());
    lans.add(blue, "lan", Lans.on("seg").gateways("10.2.0.1/16"));
    assertThat(own(world.run(blue, "c1", w -> w.on(world.at("app"), world.at("lan")))))
        .containsExactly("app", "lan");
    assertThat(own(world.run(blue, "c2", w -> w.on(world.at("lan"))))).isEmpty();
  }

  @Test
  void a_place_that_is_asked_at_its_own_address() {
    var routed =
        new ScopeKind.Bridge(
            false,
            true,
            true,
            new GatewayModes(GatewayMode.ROUTED, GatewayMode.NAT),
            Optional.empty(),
            false,
            Optional.empty());
    var command = Parts.of(world.scopeCommand(blue, "routed")).set("kind", routed).made();
    world.decide(i -> ScopeRules.create(i, command));
    assertThat(own(world.run(blue, "c1", w -> w.on(world.at("routed"), world.at("app")))))
        .containsExactly("routed");
  }
}
