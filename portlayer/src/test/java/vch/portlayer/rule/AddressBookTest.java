package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.SubnetRequest;
import vch.portlayer.vch.Vch;

class AddressBookTest {
  private final World world = new World();

  private Vch create(String name, String... options) {
    var command = world.with(world.vchCommand(name), Options.of(options));
    return world.decide(i -> VchRules.create(i, command));
  }

  private Scope scope(Vch vch, String name) {
    return ScopeRules.find(world.image, vch.id(), name);
  }

  private List<String> uses(Scope scope) {
    return AddressBook.uses(world.image, scope).stream()
        .map(u -> u.address() + " " + u.who() + " " + u.reason())
        .toList();
  }

  private List<String> pools(Scope scope) {
    return AddressBook.pools(world.image, scope).stream()
        .map(p -> p.range() + " " + p.size() + " " + p.taken() + " " + p.free())
        .toList();
  }

  @Test
  void a_bridge_network() {
    var blue = world.vch("blue");
    var net =
        world.scope(
            blue,
            "net",
            new SubnetRequest(
                Optional.of("10.1.0.0/24"),
                Optional.of("10.1.0.0/28"),
                Optional.of("10.1.0.1"),
                Map.of("printer", "10.1.0.9")));
    world.run(blue, "web", w -> w.on(world.at("net")));
    world.create(blue, "db", w -> w.on(world.at("net", "10.1.0.200")));
    assertThat(uses(net))
        .containsExactly(
            "10.1.0.1 gateway GATEWAY",
            "10.1.0.2 web DYNAMIC",
            "10.1.0.9 printer AUXILIARY",
            "10.1.0.200 db REQUESTED");
    assertThat(pools(net)).containsExactly("10.1.0.0-10.1.0.15 15 3 12");
    assertThat(AddressBook.scopes(world.image, blue.id()))
        .extracting(Scope::name)
        .containsExactly("bridge", "net");
  }

  @Test
  void a_container_network_with_neighbours() {
    var blue =
        create(
            "blue",
            "-cn VM Network:vms",
            "-cng vms:192.168.218.254/24",
            "-cnr vms:192.168.218.0-9",
            "-cnr vms:192.168.218.250-255",
            "-cnd vms:192.168.218.9",
            "-cnd vms:9.9.9.9");
    var red = create("red", "-cn VM Network:vms", "-cng vms:192.168.218.254/24");
    world.create(red, "far", w -> w.on(world.at("vms")));
    world.run(blue, "web", w -> w.on(world.at("vms")));
    assertThat(uses(scope(blue, "vms")))
        .containsExactly(
            "192.168.218.1 the machine NEIGHBOUR",
            "192.168.218.2 role public, client, management of VCH blue NEIGHBOUR",
            "192.168.218.3 role public, client, management of VCH red NEIGHBOUR",
            "192.168.218.4 container far of VCH red NEIGHBOUR",
            "192.168.218.5 web DYNAMIC",
            "192.168.218.9 name server NAME_SERVER",
            "192.168.218.254 gateway GATEWAY");
    assertThat(pools(scope(blue, "vms")))
        .containsExactly(
            "192.168.218.0-192.168.218.9 9 6 3", "192.168.218.250-192.168.218.255 5 1 4");
  }

  @Test
  void large_and_absent_pools() {
    world.portGroup("lan", new PortGroupKind.Internal());
    world.portGroup("dyn", new PortGroupKind.Internal());
    var blue = create("blue", "-cn lan", "-cng lan:fd00::1/64", "-cn dyn");
    assertThat(pools(scope(blue, "lan")))
        .containsExactly(
            "fd00::-fd00::ffff:ffff:ffff:ffff 18446744073709551615 1 18446744073709551614");
    assertThat(pools(scope(blue, "dyn"))).isEmpty();
    assertThat(uses(scope(blue, "dyn"))).isEmpty();
  }

  /// What is free by the book is what can really be given.
  @Test
  void a_pool_gives_as_many_addresses_as_are_free() {
    world.portGroup("lan", new PortGroupKind.Internal());
    var blue =
        create(
            "blue", "-cn lan", "-cng lan:10.2.0.1/16", "-cnr lan:10.2.0.0-6", "-cnd lan:10.2.0.3");
    var lan = scope(blue, "lan");
    var free = AddressBook.pools(world.image, lan).getFirst().free().intValueExact();
    assertThat(free).isEqualTo(4);
    for (int i = 0; i < free; i++) {
      assertThat(
              world
                  .create(blue, "c" + i, w -> w.on(world.at("lan")))
                  .endpoints()
                  .getFirst()
                  .addresses())
          .hasSize(1);
    }
    assertThat(AddressBook.pools(world.image, lan).getFirst().free()).isZero();
    assertThat(
            world
                .create(blue, "more", w -> w.on(world.at("lan")))
                .endpoints()
                .getFirst()
                .addresses())
        .isEmpty();
  }
}
