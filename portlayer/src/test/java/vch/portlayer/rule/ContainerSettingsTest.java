package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.World.AT;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import vch.portlayer.address.Ip;
import vch.portlayer.container.NameLink;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Phase;
import vch.portlayer.container.Resolver;
import vch.portlayer.container.RestartPolicy;
import vch.portlayer.port.Port;
import vch.portlayer.port.PortSet;
import vch.portlayer.port.Protocol;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.vch.Vch;

/// What may be asked for together, and what becomes of a network mode.
class ContainerSettingsTest {
  private final World world = new World();
  private final Vch blue = world.vch("blue");
  private final ContainerRefusals refuses = new ContainerRefusals(world, blue);

  @Test
  void settings_that_cannot_go_together() {
    refuses.create(
        Refusal.Invalid.class, "invalid hostname format: a b", "c1", w -> w.hostname("a b"));
    refuses.create(
        Refusal.Invalid.class,
        "invalid hostname format: " + "x".repeat(65),
        "c1",
        w -> w.hostname("x".repeat(65)));
    refuses.create(
        Refusal.Invalid.class,
        "invalid domainname format: -",
        "c1",
        w -> {
          w.domainname = "-";
          return w;
        });
    refuses.create(
        Refusal.Invalid.class,
        "conflicting options: hostname and the UTS mode",
        "c1",
        w -> {
          w.hostname = "h";
          w.spec = World.spec(RestartPolicy.NEVER, false, List.of(), Map.of("uts", "host"));
          return w;
        });
    refuses.create(
        Refusal.Invalid.class,
        "can't create 'AutoRemove' container with restart policy",
        "c1",
        w -> {
          w.spec =
              World.spec(
                  new RestartPolicy(RestartPolicy.When.ALWAYS, 0), true, List.of(), Map.of());
          return w;
        });
    refuses.create(
        Refusal.Invalid.class,
        "invalid restart policy: maximum retry count cannot be negative",
        "c1",
        w -> {
          w.spec =
              World.spec(
                  new RestartPolicy(RestartPolicy.When.ON_FAILURE, -1), false, List.of(), Map.of());
          return w;
        });
    refuses.create(
        Refusal.Invalid.class,
        "invalid restart policy: maximum retry count can only be used with 'on-failure'",
        "c1",
        w -> {
          w.spec =
              World.spec(
                  new RestartPolicy(RestartPolicy.When.ALWAYS, 3), false, List.of(), Map.of());
          return w;
        });
  }

  @Test
  void the_hosts_network_is_not_shared() {
    var text =
        "network mode host is not supported: containers of a virtual container host have their own network stacks, which cannot be"
            + " shared with the machine as in host mode networking; publish ports with -p instead";
    refuses.create(Refusal.Unsupported.class, text, "c1", w -> w.on(world.at("host")));
    refuses.create(
        Refusal.Unsupported.class, text, "c1", w -> w.on(world.at("bridge"), world.at("host")));
  }

  private static UnaryOperator<World.Wish> shared(String target, UnaryOperator<World.Wish> more) {
    return w -> {
      w.mode = new NetworkMode.Shared(target);
      w.networks = List.of();
      return more.apply(w);
    };
  }

  @Test
  void a_shared_namespace_has_no_settings_of_its_own() {
    refuses.create(
        Refusal.Invalid.class,
        "invalid network mode: invalid container format container:<name|id>",
        "c1",
        shared("", w -> w));
    refuses.create(
        Refusal.Invalid.class,
        "conflicting options: hostname and the network mode",
        "c1",
        shared("web", w -> w.hostname("h")));
    refuses.create(
        Refusal.Invalid.class,
        "conflicting options: container type network can't be used with links. This would result in undefined behavior",
        "c1",
        shared("web", w -> w.links(new NameLink("a", "b"))));
    refuses.create(
        Refusal.Invalid.class,
        "conflicting options: dns and the network mode",
        "c1",
        shared(
            "web",
            w -> {
              w.resolver =
                  new Resolver(List.of(Ip.parse("8.8.8.8")), List.of(), List.of(), List.of());
              return w;
            }));
    refuses.create(
        Refusal.Invalid.class,
        "conflicting options: custom host-to-IP mapping and the network mode",
        "c1",
        shared(
            "web",
            w -> {
              w.resolver = new Resolver(List.of(), List.of(), List.of(), List.of("a:1.2.3.4"));
              return w;
            }));
    refuses.create(
        Refusal.Invalid.class,
        "conflicting options: port publishing and the container type network mode",
        "c1",
        shared("web", w -> w.publish(80, 80)));
    refuses.create(
        Refusal.Invalid.class,
        "container sharing network namespace with another container or host cannot be connected to any other network",
        "c1",
        shared(
            "web",
            w -> {
              w.networks = List.of(world.at("bridge"));
              return w;
            }));
  }

  @Test
  void a_shared_namespace_must_run() {
    var side =
        world.create(blue, "side", shared("web", w -> w)); // the target need not exist at create
    refuses.start(
        Refusal.Failed.class,
        "joining network namespace of container: No such container: web",
        side);
    var web =
        world.create(
            blue,
            "web",
            w -> {
              w.spec =
                  World.spec(
                      new RestartPolicy(RestartPolicy.When.ALWAYS, 0), false, List.of(), Map.of());
              return w;
            });
    refuses.start(
        Refusal.Conflict.class,
        "cannot join network namespace of a non running container: container web is created",
        side);
    world.start(web);
    assertThat(world.start(side).state().phase()).isEqualTo(Phase.RUNNING);
    var late = world.create(blue, "late", shared("web", w -> w));
    assertThat(late.mode()).isEqualTo(new NetworkMode.Shared(web.id().value()));
    assertThat(late.hostname()).isEmpty();
    world.decide(i -> ContainerRules.exited(i, web.id(), 1, false, AT));
    refuses.start(
        Refusal.Conflict.class,
        "cannot join network namespace of container: Container web is restarting, wait until the container is running",
        late);
    var self = world.create(blue, "self", shared("self", w -> w));
    refuses.start(Refusal.Failed.class, "cannot join own network namespace", self);
  }

  @Test
  void none_stands_alone() {
    var lone = world.create(blue, "lone", w -> w.on(world.at("none")));
    assertThat(lone.mode()).isEqualTo(new NetworkMode.None());
    assertThat(lone.endpoints()).isEmpty();
    assertThat(world.start(lone).state().phase()).isEqualTo(Phase.RUNNING);
    var text =
        "container cannot be connected to multiple networks with one of the networks in private (none) mode";
    refuses.create(
        Refusal.Invalid.class, text, "c1", w -> w.on(world.at("none"), world.at("bridge")));
    refuses.create(
        Refusal.Invalid.class, text, "c1", w -> w.on(world.at("bridge"), world.at("none")));
  }

  @Test
  void an_unknown_network_is_accepted_and_refused_at_start() {
    var c = world.create(blue, "c1", w -> w.on(world.at("later")));
    refuses.start(
        Refusal.NotFound.class,
        "could not find a network matching network mode later: network later not found",
        c);
    var d = world.create(blue, "d1", w -> w.on(world.at("bridge"), world.at("later")));
    refuses.start(Refusal.NotFound.class, "network later not found", d);
    world.scope(blue, "later");
    assertThat(world.start(c).endpoints().getFirst().addresses()).hasSize(1);
    assertThat(world.start(d).endpoints()).hasSize(2).allMatch(e -> e.addresses().size() == 1);
  }

  @Test
  void links_on_the_default_bridge() {
    refuses.create(
        Refusal.Invalid.class,
        "could not get container for db: No such container: db",
        "c1",
        w -> w.links(new NameLink("db", "d")));
    var db = world.create(blue, "db");
    var web = world.create(blue, "web", w -> w.links(new NameLink("db", "d")));
    refuses.start(Refusal.Failed.class, "Cannot link to a non running container: db AS d", web);
    world.start(db);
    world.start(web);
    world.scope(blue, "n");
    world.run(blue, "far", w -> w.on(world.at("n")));
    refuses.start(
        Refusal.Failed.class,
        "Cannot link to far, as it does not belong to the default network",
        world.create(blue, "app", w -> w.links(new NameLink("far", "f"))));
  }

  @Test
  void published_ports_without_a_way_in_are_a_warning() {
    world.internal(blue, "db-net");
    assertThat(world.created(blue, "db", w -> w.on(world.at("db-net")).publish(80, 80)).warnings())
        .containsExactly(
            "Published ports are discarded until the container is on another network, too: network db-net is internal");
    assertThat(world.created(blue, "no", w -> w.on(world.at("none")).publish(81, 80)).warnings())
        .containsExactly("Published ports are discarded when using none network mode");
    var db = world.start(ContainerRules.find(world.image, blue.id(), "db"));
    assertThat(db.publications()).isEmpty();
    var exposed =
        world.created(
            blue,
            "ex",
            w -> {
              w.on(world.at("db-net"));
              w.exposed = PortSet.of(new Port(80, Protocol.TCP));
              return w;
            });
    assertThat(exposed.warnings()).isEmpty();
  }
}
