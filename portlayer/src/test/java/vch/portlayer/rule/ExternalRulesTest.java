package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.Refused.refused;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import vch.portlayer.container.ContainerSpec;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.vch.Vch;
import vch.testkit.Parts;

/// A container cannot lift its own firewall.
class ExternalRulesTest {
  private static final String END =
      " CAP_NET_ADMIN, with which it can lift the firewall of container network lan: leave it out, or create the VCH with"
          + " --allow-net-admin";

  private final World world = new World();
  private final Lans lans = new Lans(world);
  private final Vch blue = world.vch("blue");

  private void lan(TrustLevel level) {
    lans.add(blue, "lan", Lans.on("seg").trust(level).gateways("10.2.0.1/16"));
  }

  /// @param add capabilities with blanks between them
  static ContainerSpec spec(boolean privileged, @Nullable String add, @Nullable String drop) {
    return Parts.of(World.spec())
        .set("privileged", privileged)
        .set("capAdd", words(add))
        .set("capDrop", words(drop))
        .made();
  }

  private static List<String> words(@Nullable String text) {
    return text == null ? List.of() : List.of(text.split(" "));
  }

  private World.Wish able(World.Wish wish) {
    wish.spec = spec(false, "NET_ADMIN", null);
    return wish;
  }

  static Stream<TrustLevel> guarded() {
    return Stream.of(Lans.guarded());
  }

  @ParameterizedTest
  @MethodSource("guarded")
  void a_container_below_open_gets_no_network_capability(TrustLevel level) {
    lan(level);
    refused(
        world,
        Refusal.Forbidden.class,
        "container c1 would have" + END,
        i ->
            ContainerRules.create(
                i, world.containerCommand(blue, "c1", w -> able(w.on(world.at("lan"))))));
  }

  @Test
  void an_open_network_has_no_firewall_to_lift() {
    lan(TrustLevel.OPEN);
    assertThat(world.run(blue, "c1", w -> able(w.on(world.at("lan")))).live()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "true,,,true",
    "false,NET_ADMIN,,true",
    "false,NET_ADMIN,ALL,true",
    "false,NET_ADMIN,NET_ADMIN,true", // added by name counts, as in Docker
    "false,ALL,,true",
    "false,ALL,ALL,true",
    "false,ALL,NET_ADMIN,false",
    "false,ALL NET_ADMIN,NET_ADMIN,false",
    "false,NET_RAW,,false",
    "false,,ALL,false",
  })
  void what_gives_the_capability(
      boolean privileged, @Nullable String add, @Nullable String drop, boolean refused) {
    lan(TrustLevel.PUBLISHED);
    var command =
        world.containerCommand(
            blue,
            "c1",
            w -> {
              w.spec = spec(privileged, add, drop);
              return w.on(world.at("lan"));
            });
    if (refused) {
      refused(
          world,
          Refusal.Forbidden.class,
          "container c1 would have" + END,
          i -> ContainerRules.create(i, command));
    } else {
      assertThat(ContainerRules.create(world.image, command).changes()).isNotEmpty();
    }
  }

  @Test
  void connecting_is_refused_too_running_or_not() {
    lan(TrustLevel.PUBLISHED);
    var stopped = world.create(blue, "stopped", this::able);
    var running = world.run(blue, "running", this::able);
    for (var c : List.of(stopped, running)) {
      refused(
          world,
          Refusal.Forbidden.class,
          "container " + c.name() + " would have" + END,
          i -> EndpointRules.connect(i, c.id(), world.at("lan")));
    }
  }

  @Test
  void a_network_that_is_made_after_the_container_is_looked_at_when_it_starts() {
    var early = world.create(blue, "early", w -> able(w.on(world.at("lan"))));
    lan(TrustLevel.PEERS);
    refused(
        world,
        Refusal.Forbidden.class,
        "container early would have" + END,
        i -> ContainerRules.starting(i, early.id(), true, new Random(1)));
  }

  @Test
  void who_shares_the_network_of_a_guarded_container_is_held_to_the_same() {
    lan(TrustLevel.PUBLISHED);
    world.run(blue, "web", w -> w.on(world.at("lan")));
    refused(
        world,
        Refusal.Forbidden.class,
        "container side would have" + END,
        i ->
            ContainerRules.create(
                i, world.containerCommand(blue, "side", w -> able(w.sharing("web")))));
  }

  @Test
  void a_container_whose_guest_has_the_capability_is_not_connected() {
    lan(TrustLevel.PUBLISHED);
    var web = world.run(blue, "web");
    world.run(blue, "side", w -> able(w.sharing("web")));
    refused(
        world,
        Refusal.Forbidden.class,
        "container side, which shares the network of container web, has" + END,
        i -> EndpointRules.connect(i, web.id(), world.at("lan")));
  }

  @ParameterizedTest
  @EnumSource
  void a_privileged_exec_is_held_to_the_same(TrustLevel level) {
    lan(level);
    var web = world.run(blue, "web", w -> w.on(world.at("bridge"), world.at("lan")));
    var side = world.run(blue, "side", w -> w.sharing("web"));
    ExternalRules.checkExec(world.image, web, false);
    ExternalRules.checkExec(world.image, world.run(blue, "free"), true);
    for (var c : List.of(web, side)) {
      if (level == TrustLevel.OPEN) {
        ExternalRules.checkExec(world.image, c, true);
      } else {
        refused(
            world,
            Refusal.Forbidden.class,
            "a privileged exec in container " + c.name() + " would have" + END,
            i -> {
              ExternalRules.checkExec(i, c, true);
              return Decision.of(c);
            });
      }
    }
  }

  @Test
  void a_vch_may_allow_it() {
    lan(TrustLevel.CLOSED);
    var v = blue;
    var allowing =
        new Vch(
            v.id(),
            v.name(),
            v.created(),
            v.nics(),
            v.bridgeGroup(),
            v.bridge(),
            v.dnsServers(),
            v.tls(),
            v.insecureRegistries(),
            true);
    world.decide(_ -> Decision.of(allowing, new Change.VchPut(allowing)));
    var c = world.run(blue, "c1", w -> able(w.on(world.at("lan"))));
    ExternalRules.checkExec(world.image, c, true);
    assertThat(c.live()).isTrue();
  }
}
