package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.Refused.refused;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.vch.Vch;
import vch.testkit.Parts;

/// Nothing passes the guard inside a container.
class SenderRulesTest {
  private static final String END =
      " of VCH blue would have CAP_NET_RAW without the default seccomp profile, with which it can send under any address on"
          + " container network lan: leave the profile out, or add --cap-drop NET_RAW, or create the VCH with --allow-net-admin";

  private final World world = new World();
  private final Lans lans = new Lans(world);
  private final Vch blue = world.vch("blue");

  private void lan(TrustLevel level, PortGroupKind kind) {
    world.portGroup("seg", kind);
    lans.add(blue, "lan", Lans.on("seg").trust(level).gateways("10.2.0.1/16"));
  }

  private void nic(TrustLevel level) {
    lan(level, new PortGroupKind.Nic("eth1", true));
  }

  private static World.Wish wish(
      World.Wish wish, @Nullable String profile, @Nullable String add, @Nullable String drop) {
    wish.spec =
        Parts.of(ExternalRulesTest.spec(false, add, drop))
            .set("seccomp", Optional.ofNullable(profile))
            .made();
    return wish;
  }

  private World.Wish unfiltered(World.Wish wish) {
    return wish(wish, "unconfined", null, null);
  }

  @ParameterizedTest
  @CsvSource({
    ",,,false",
    "builtin,,,false",
    "unconfined,,,true",
    "{},,,true",
    "unconfined,,NET_RAW,false",
    "unconfined,,ALL,false",
    "unconfined,NET_RAW,ALL,true",
    "unconfined,NET_RAW,NET_RAW,true", // added by name counts, as in Docker
    "unconfined,ALL,NET_RAW NET_ADMIN,false",
    "unconfined,ALL,NET_ADMIN,true",
    "unconfined,ALL NET_RAW,NET_RAW NET_ADMIN,false", // but not beside ALL
  })
  void raw_sockets_have_the_default_filter(
      @Nullable String profile, @Nullable String add, @Nullable String drop, boolean refused) {
    nic(TrustLevel.PUBLISHED);
    var command =
        world.containerCommand(blue, "c1", w -> wish(w.on(world.at("lan")), profile, add, drop));
    if (refused) {
      refused(
          world,
          Refusal.Forbidden.class,
          "container c1" + END,
          i -> ContainerRules.create(i, command));
    } else {
      assertThat(ContainerRules.create(world.image, command).changes()).isNotEmpty();
    }
  }

  @Test
  void an_open_network_and_a_bridge_have_no_such_guard() {
    nic(TrustLevel.OPEN);
    assertThat(world.run(blue, "c1", w -> unfiltered(w.on(world.at("lan")))).live()).isTrue();
    var green = world.vch("green");
    lans.add(green, "wire", Lans.on("bridge").gateways("10.3.0.1/16"));
    assertThat(world.run(green, "c2", w -> unfiltered(w.on(world.at("wire")))).live()).isTrue();
  }

  @Test
  void connecting_is_refused_too_and_who_shares_a_network_is_held_to_the_same() {
    nic(TrustLevel.OUTBOUND);
    var free = world.run(blue, "free", this::unfiltered);
    refused(
        world,
        Refusal.Forbidden.class,
        "container free" + END,
        i -> EndpointRules.connect(i, free.id(), world.at("lan")));
    var web = world.run(blue, "web");
    world.run(blue, "side", w -> unfiltered(w.sharing("web")));
    refused(
        world,
        Refusal.Forbidden.class,
        "container side" + END,
        i -> EndpointRules.connect(i, web.id(), world.at("lan")));
  }

  @Test
  void what_processes_may_call_depends_on_the_networks_of_the_vch() {
    assertThat(SenderRules.guarded(world.image, blue.id())).isFalse();
    lan(TrustLevel.PUBLISHED, new PortGroupKind.Internal());
    assertThat(SenderRules.guarded(world.image, blue.id())).isFalse();
    world.portGroup("nic", new PortGroupKind.Nic("eth1", true));
    lans.add(blue, "wire", Lans.on("nic").trust(TrustLevel.OPEN).gateways("10.3.0.1/16"));
    assertThat(SenderRules.guarded(world.image, blue.id())).isTrue();
    assertThat(SenderRules.guarded(world.image, world.vch("green").id())).isFalse();
  }

  @Test
  void who_has_a_32_bit_image_where_its_programs_are_not_run_is_told() {
    var web = world.create(blue, "web").id();
    assertThat(SenderRules.warning(world.image, web, "386")).isEmpty();
    nic(TrustLevel.PUBLISHED);
    assertThat(SenderRules.warning(world.image, web, "amd64")).isEmpty();
    assertThat(SenderRules.warning(world.image, web, "386"))
        .contains(
            "programs of 32-bit images are not run with CAP_NET_RAW where the VCH has a container network on a NIC:"
                + " container web needs --cap-drop NET_RAW");
    var dropped = world.create(blue, "dropped", w -> wish(w, null, null, "NET_RAW")).id();
    assertThat(SenderRules.warning(world.image, dropped, "386")).isEmpty();
  }
}
