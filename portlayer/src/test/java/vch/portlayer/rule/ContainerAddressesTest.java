package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.World.subnet;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.SubnetRequest;
import vch.portlayer.vch.Vch;

/// Which addresses containers hold, how long, and that nobody else does.
class ContainerAddressesTest {
  private final World world = new World();
  private final Vch blue = world.vch("blue");
  private final ContainerRefusals refuses = new ContainerRefusals(world, blue);

  @Test
  void create_holds_an_address_and_stop_keeps_it() {
    var web = world.create(blue, "web");
    assertThat(World.ip(web)).hasToString("172.16.0.2");
    assertThat(web.hostname()).isEqualTo(web.id().brief());
    assertThat(web.state().phase()).isEqualTo(Phase.CREATED);
    world.start(web);
    world.stop(web);
    world.create(blue, "other");
    assertThat(World.ip(world.start(web))).hasToString("172.16.0.2");
    assertThat(world.container(web.id()).state().run()).isEqualTo(2);
  }

  @Test
  void a_freed_address_rests() {
    for (int i = 2; i < 12; i++) {
      var c = world.create(blue, "web");
      assertThat(World.ip(c)).hasToString("172.16.0." + i);
      world.remove(c);
    }
  }

  @Test
  void static_addresses() {
    world.scope(blue, "auto");
    world.scope(
        blue,
        "n",
        new SubnetRequest(
            Optional.of("10.1.0.0/24"),
            Optional.empty(),
            Optional.empty(),
            Map.of("p", "10.1.0.9")));
    var web = world.create(blue, "web", w -> w.on(world.at("n", "10.1.0.5")));
    assertThat(World.ip(web)).hasToString("10.1.0.5");
    refuses.create(
        Refusal.Invalid.class,
        "invalid config for network bridge: invalid endpoint settings:\nuser-specified IP address is supported on user-defined networks only",
        "c1",
        w -> w.on(world.at("bridge", "172.16.0.9")));
    refuses.create(
        Refusal.Invalid.class,
        "user specified IP address is supported only when connecting to networks with user configured subnets (the subnet of network"
            + " auto was chosen automatically)",
        "c1",
        w -> w.on(world.at("auto", "172.17.0.9")));
    refuses.create(
        Refusal.Invalid.class,
        "no configured subnet contains IP address 10.2.0.1 (network n has 10.1.0.0/24)",
        "c1",
        w -> w.on(world.at("n", "10.2.0.1")));
    refuses.create(
        Refusal.Invalid.class,
        "invalid config for network n: invalid endpoint settings:\ninvalid IPv4 address: 10.1.0\ninvalid IPv6 address: fe80::x\n"
            + "only one IPv4 address can be asked for, not 10.1.0.8 as well",
        "c1",
        w -> w.on(world.at("n", "10.1.0", "fe80::x", "10.1.0.7", "10.1.0.8")));
    var after =
        world.created(
            blue, "next", w -> w.on(world.at("n", "10.1.0.5"))); // as compose recreates a container
    assertThat(after.warnings())
        .containsExactly(
            "Address already in use (10.1.0.5 is held by container web): this container cannot start before the address is free");
    var next = world.container(after.id());
    world.start(web);
    refuses.start(
        Refusal.Forbidden.class,
        "Address already in use (10.1.0.5 is held by container web)",
        next);
    world.stop(web);
    assertThat(World.ip(world.start(next))).hasToString("10.1.0.5");
    taken("10.1.0.1", "the gateway of network n");
    taken("10.1.0.0", "the network address of 10.1.0.0/24");
    taken("10.1.0.255", "the broadcast address of 10.1.0.0/24");
    taken("10.1.0.9", "the auxiliary address p of network n");
  }

  private void taken(String address, String what) {
    var c = world.create(blue, "", w -> w.on(world.at("n", address)));
    refuses.start(
        Refusal.Forbidden.class, "Address already in use (" + address + " is " + what + ")", c);
  }

  @Test
  void a_full_network_is_a_warning_at_create_and_refused_at_start() {
    var scope = world.scope(blue, "tiny", subnet("10.1.0.0/30"));
    var first = world.create(blue, "c1", w -> w.on(world.at("tiny")));
    var second = world.create(blue, "c2", w -> w.on(world.at("tiny")));
    refuses.start(
        Refusal.Failed.class,
        "no available IPv4 addresses on this network's address pools: tiny (" + scope.id() + ")",
        second);
    world.remove(first);
    assertThat(World.ip(world.start(second))).hasToString("10.1.0.2");
  }

  @Test
  void a_mac_address_is_used_once_on_a_network() {
    var request = world.at("bridge");
    var mac = Optional.of("02:42:ac:11:00:09");
    UnaryOperator<World.Wish> wish =
        w ->
            w.on(
                new EndpointRequest(
                    new vch.portlayer.container.EndpointId(world.hex(64)),
                    "bridge",
                    List.of(),
                    List.of(),
                    mac,
                    List.of(),
                    List.of(),
                    0,
                    Optional.empty(),
                    Map.of(),
                    Optional.empty(),
                    request.seed()));
    world.run(blue, "one", wish);
    refuses.start(
        Refusal.Forbidden.class,
        "MAC address 02:42:ac:11:00:09 is already in use on network bridge by container one",
        world.create(blue, "two", wish));
  }
}
