package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Container;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Protocol;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.SubnetRequest;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.vch.BridgeSettings;
import vch.portlayer.vch.Vch;

/// Random commands on a small world: whatever is accepted or refused, what DESIGN section 9
/// promises holds after each. The seed is the name of the test.
class InvariantsTest {
  private static final int STEPS = 400;
  private static final int SEEDS = 25;

  @TestFactory
  Stream<DynamicTest> whatever_happens_the_invariants_hold() {
    return Stream.iterate(1L, s -> s + 1)
        .limit(SEEDS)
        .map(seed -> DynamicTest.dynamicTest("seed " + seed, () -> new Play(seed).run()));
  }

  private static final class Play {
    private final World world = new World();
    private final Random random;
    private final List<Vch> vchs = new ArrayList<>();

    /// Both hosts have a container network on one port group, of other levels and with other
    /// ranges.
    Play(long seed) {
      random = new Random(seed);
      vchs.add(
          world.vch(
              "blue",
              new BridgeSettings(Subnet.parse("10.0.0.0/24"), 28, false, true, 1500, false)));
      vchs.add(
          world.vch(
              "red", new BridgeSettings(Subnet.parse("10.0.0.0/24"), 29, true, true, 1500, false)));
      var lans = new Lans(world);
      var lan = Lans.on("lan").gateways("10.9.0.1/28").dns("10.9.0.3");
      lans.add(vchs.getFirst(), "lan", lan.pools("10.9.0.1-10.9.0.4", "10.9.0.9-10.9.0.9"));
      lans.add(vchs.getLast(), "lan", lan.trust(TrustLevel.PEERS));
    }

    void run() {
      int accepted = 0;
      for (int step = 0; step < STEPS; step++) {
        var before = world.image;
        try {
          one();
          accepted++;
        } catch (Refusal _) {
          assertThat(world.image).as("a refusal changes nothing").isSameAs(before);
        }
        check(world.image);
      }
      assertThat(accepted).as("the play must not refuse everything").isGreaterThan(STEPS / 4);
    }

    private void one() {
      var vch = vchs.get(random.nextInt(vchs.size()));
      switch (random.nextInt(12)) {
        case 0 -> {
          var families = EnumSet.allOf(Family.class);
          if (random.nextBoolean()) {
            families.remove(random.nextBoolean() ? Family.IPV4 : Family.IPV6);
          }
          var command = world.scopeCommand(vch, "n" + random.nextInt(6), subnets(families));
          world.decide(i -> ScopeRules.create(i, World.with(command, families)));
        }
        case 1 -> remove(vch);
        case 2, 3 -> world.create(vch, "c" + random.nextInt(20), this::wish);
        case 4, 5, 6 ->
            on(
                vch,
                c -> ContainerRules.starting(world.image, c.id(), random.nextBoolean(), random));
        case 7 -> on(vch, c -> ContainerRules.started(world.image, c.id(), 5, World.AT));
        case 8 ->
            on(
                vch,
                c ->
                    ContainerRules.exited(world.image, c.id(), random.nextInt(2), false, World.AT));
        case 9 -> on(vch, c -> ContainerRules.remove(world.image, c.id(), true));
        case 10 -> on(vch, c -> EndpointRules.connect(world.image, c.id(), world.at(network())));
        default ->
            on(
                vch,
                c -> {
                  var scopes = world.image.scopes(vch.id()).toList();
                  return random.nextBoolean()
                      ? EndpointRules.disconnect(
                          world.image, c.id(), scopes.get(random.nextInt(scopes.size())).id())
                      : ContainerRules.rename(world.image, c.id(), "r" + random.nextInt(20));
                });
      }
    }

    private void on(Vch vch, Function<Container, Decision<?>> rule) {
      var all = world.image.containers(vch.id()).toList();
      if (!all.isEmpty()) {
        var c = all.get(random.nextInt(all.size()));
        world.decide(_ -> rule.apply(c));
      }
    }

    private void remove(Vch vch) {
      var scopes = world.image.scopes(vch.id()).toList();
      var scope = scopes.get(random.nextInt(scopes.size()));
      world.decide(i -> ScopeRules.remove(i, scope.id()));
    }

    private String network() {
      return switch (random.nextInt(6)) {
        case 0, 1 -> "bridge";
        case 2 -> "lan";
        default -> "n" + random.nextInt(6);
      };
    }

    private SubnetRequest[] subnets(Set<Family> families) {
      var out = new ArrayList<SubnetRequest>();
      for (var family : families) {
        if (random.nextBoolean()) {
          out.add(
              World.subnet(
                  switch (family) {
                    case IPV4 ->
                        "10.0." + random.nextInt(3) + "." + 16 * random.nextInt(16) + "/29";
                    case IPV6 -> "fd00::" + random.nextInt(4) + "0/" + (124 + random.nextInt(3));
                  }));
        }
      }
      return out.toArray(new SubnetRequest[0]);
    }

    private World.Wish wish(World.Wish wish) {
      var network = network();
      var fixed =
          switch (random.nextInt(8)) {
            case 0 ->
                world.at(
                    network,
                    (network.equals("lan") ? "10.9.0." : "10.0." + random.nextInt(3) + ".")
                        + random.nextInt(network.equals("lan") ? 16 : 256));
            case 1 -> world.at(network, "fd00::" + random.nextInt(4) + random.nextInt(10));
            default -> world.at(network);
          };
      var w =
          random.nextBoolean() ? wish.on(fixed) : wish.on(fixed, world.at("n" + random.nextInt(6)));
      for (int i = random.nextInt(3); i > 0; i--) {
        switch (random.nextInt(4)) {
          case 0 -> w.random(80 + i);
          case 1 -> w.publish(8000 + random.nextInt(4), 80);
          case 2 ->
              w.publish(
                  Protocol.UDP,
                  Optional.empty(),
                  Optional.of(new PortRange(8000, 8000 + random.nextInt(5))),
                  PortRange.of(53));
          default ->
              w.publish(
                  Protocol.TCP,
                  Optional.of(List.of("192.168.218.2", "0.0.0.0", "::").get(random.nextInt(3))),
                  Optional.of(PortRange.of(8000 + random.nextInt(4))),
                  PortRange.of(81));
        }
      }
      return w;
    }

    private static void check(Image image) {
      var onLan = new HashMap<Ip, Container>();
      for (var vch : image.vchs()) {
        var lan = image.scopeNamed(vch.id(), "lan").orElseThrow();
        image
            .members(lan.id())
            .forEach(
                c ->
                    c.on(lan.id()).orElseThrow().addresses().stream()
                        .map(Cidr::address)
                        .peek(a -> assertThat(a).isNotEqualTo(Ip.parse("10.9.0.3")))
                        .forEach(
                            a ->
                                assertThat(onLan.put(a, c)).as("%s twice on the LAN", a).isNull()));
        var held = new HashMap<Ip, Container>();
        var ports = new HashSet<String>();
        image.containers(vch.id()).forEach(c -> check(image, vch, c, held, ports));
        var subnets = image.subnets(vch.id()).toList();
        for (int i = 1; i < subnets.size(); i++) {
          assertThat(subnets.get(i - 1).overlaps(subnets.get(i))).isFalse();
        }
        var names = image.containers(vch.id()).map(Container::name).toList();
        assertThat(names).doesNotHaveDuplicates();
      }
      sameIndexes(image, Image.EMPTY.after(image.changes()));
    }

    private static void check(
        Image image, Vch vch, Container c, Map<Ip, Container> held, Set<String> ports) {
      if (c.live() && c.mode() instanceof NetworkMode.Scoped) {
        for (var e : c.endpoints()) {
          var scope = image.scope(e.scope().orElseThrow()).orElseThrow();
          for (var subnet : scope.subnets()) {
            assertThat(e.addresses().stream().filter(a -> subnet.subnet().isHost(a.address())))
                .hasSize(1);
          }
        }
      }
      assertThat(c.endpoints().stream().map(e -> e.link())).doesNotHaveDuplicates();
      for (var e : c.endpoints()) {
        for (var a : e.addresses()) {
          assertThat(held.put(a.address(), c)).as("%s twice", a).isNull();
          assertThat(image.holder(vch.id(), a.address()).orElseThrow().container())
              .isEqualTo(c.id());
          assertThat(image.scopeAround(vch.id(), a.address()).map(Scope::id)).isEqualTo(e.scope());
          assertThat(a.address())
              .isNotEqualTo(
                  image
                      .scope(e.scope().orElseThrow())
                      .flatMap(s -> s.subnet(a.address().family()))
                      .orElseThrow()
                      .gateway());
        }
      }
      if (c.live()) {
        for (var p : c.publications()) {
          if (p.direct()) {
            continue; // of an address of its own, which nobody else has
          }
          for (int port = p.host().first(); port <= p.host().last(); port++) {
            // Each address that is listened on, and every one of a family stands for all of these.
            for (var host : List.of("192.168.218.2", "fd99::2")) {
              var ip = Ip.parse(host);
              boolean claimed =
                  p.serves(ip.family())
                      && p.hostIp().filter(h -> !h.isUnspecified() && !h.equals(ip)).isEmpty();
              assertThat(!claimed || ports.add(p.protocol() + " " + port + " " + host))
                  .as("port %s of %s twice", port, host)
                  .isTrue();
            }
            assertThat(
                    image
                        .bound(vch.id(), p.protocol(), p.hostIp(), PortRange.of(port))
                        .orElseThrow()
                        .container())
                .isEqualTo(c.id());
          }
        }
      }
    }

    private static void sameIndexes(Image kept, Image rebuilt) {
      for (var s : kept.scopes()) {
        assertThat(kept.members(s.id()))
            .containsExactlyElementsOf(rebuilt.members(s.id()).toList());
        for (var name : List.of("c1", "r1", "nobody")) {
          assertThat(kept.named(s.id(), name))
              .containsExactlyElementsOf(rebuilt.named(s.id(), name).toList());
        }
        for (var family : Family.values()) {
          assertThat(kept.addressCursor(s.id(), family))
              .isEqualTo(rebuilt.addressCursor(s.id(), family));
        }
      }
      for (var v : kept.vchs()) {
        assertThat(kept.publishers(v.id()))
            .containsExactlyElementsOf(rebuilt.publishers(v.id()).toList());
        var zero = new Ip(Family.IPV4, 0, 0);
        assertThat(kept.held(v.id(), zero))
            .toIterable()
            .containsExactlyElementsOf(() -> rebuilt.held(v.id(), zero));
        for (var protocol : Protocol.values()) {
          for (int port = 7995; port < 8010; port++) {
            assertThat(kept.bound(v.id(), protocol, Optional.empty(), PortRange.of(port)))
                .isEqualTo(rebuilt.bound(v.id(), protocol, Optional.empty(), PortRange.of(port)));
          }
        }
      }
    }
  }
}
