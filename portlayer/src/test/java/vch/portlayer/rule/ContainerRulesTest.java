package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.Refused.refused;
import static vch.portlayer.rule.World.AT;
import static vch.portlayer.rule.World.subnet;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Mount;
import vch.portlayer.container.NameLink;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Phase;
import vch.portlayer.container.Resolver;
import vch.portlayer.container.RestartPolicy;
import vch.portlayer.port.Port;
import vch.portlayer.port.Protocol;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.vch.Vch;

class ContainerRulesTest {
  private final World world = new World();
  private final Vch blue = world.vch("blue");

  private void create(
      Class<? extends Refusal> kind, String text, String name, UnaryOperator<World.Wish> wish) {
    refused(
        world, kind, text, i -> ContainerRules.create(i, world.containerCommand(blue, name, wish)));
  }

  private void start(Class<? extends Refusal> kind, String text, Container c) {
    refused(world, kind, text, i -> ContainerRules.starting(i, c.id(), true, new Random(1)));
  }

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
  void names() {
    var web = world.create(blue, "/web");
    assertThat(web.name()).isEqualTo("web");
    for (var bad : List.of("a", "-ab", "a/b", "ä1", "")) {
      if (bad.isEmpty()) {
        continue; // no name asked for
      }
      create(
          Refusal.Invalid.class,
          "Invalid container name (" + bad + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
          bad,
          w -> w);
    }
    create(
        Refusal.Conflict.class,
        "Conflict. The container name \"/web\" is already in use by container \""
            + web.id()
            + "\". You have to remove (or rename) that container to be able to reuse that name.",
        "web",
        w -> w);
    var idea =
        world.create(
            blue,
            "",
            w -> {
              w.ideas = List.of("web", "x", "happy_ant");
              return w;
            });
    assertThat(idea.name()).isEqualTo("happy_ant");
    var noIdea =
        world.create(
            blue,
            "",
            w -> {
              w.ideas = List.of("web");
              return w;
            });
    assertThat(noIdea.name()).isEqualTo(noIdea.id().brief());
  }

  @Test
  void settings_that_cannot_go_together() {
    create(Refusal.Invalid.class, "invalid hostname format: a b", "c1", w -> w.hostname("a b"));
    create(
        Refusal.Invalid.class,
        "invalid hostname format: " + "x".repeat(65),
        "c1",
        w -> w.hostname("x".repeat(65)));
    create(
        Refusal.Invalid.class,
        "invalid domainname format: -",
        "c1",
        w -> {
          w.domainname = "-";
          return w;
        });
    create(
        Refusal.Invalid.class,
        "conflicting options: hostname and the UTS mode",
        "c1",
        w -> {
          w.hostname = "h";
          w.spec = World.spec(RestartPolicy.NEVER, false, List.of(), Map.of("uts", "host"));
          return w;
        });
    create(
        Refusal.Invalid.class,
        "can't create 'AutoRemove' container with restart policy",
        "c1",
        w -> {
          w.spec =
              World.spec(
                  new RestartPolicy(RestartPolicy.When.ALWAYS, 0), true, List.of(), Map.of());
          return w;
        });
    create(
        Refusal.Invalid.class,
        "invalid restart policy: maximum retry count cannot be negative",
        "c1",
        w -> {
          w.spec =
              World.spec(
                  new RestartPolicy(RestartPolicy.When.ON_FAILURE, -1), false, List.of(), Map.of());
          return w;
        });
    create(
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
    create(Refusal.Unsupported.class, text, "c1", w -> w.on(world.at("host")));
    create(Refusal.Unsupported.class, text, "c1", w -> w.on(world.at("bridge"), world.at("host")));
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
    create(
        Refusal.Invalid.class,
        "invalid network mode: invalid container format container:<name|id>",
        "c1",
        shared("", w -> w));
    create(
        Refusal.Invalid.class,
        "conflicting options: hostname and the network mode",
        "c1",
        shared("web", w -> w.hostname("h")));
    create(
        Refusal.Invalid.class,
        "conflicting options: container type network can't be used with links. This would result in undefined behavior",
        "c1",
        shared("web", w -> w.links(new NameLink("a", "b"))));
    create(
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
    create(
        Refusal.Invalid.class,
        "conflicting options: custom host-to-IP mapping and the network mode",
        "c1",
        shared(
            "web",
            w -> {
              w.resolver = new Resolver(List.of(), List.of(), List.of(), List.of("a:1.2.3.4"));
              return w;
            }));
    create(
        Refusal.Invalid.class,
        "conflicting options: port publishing and the container type network mode",
        "c1",
        shared("web", w -> w.publish(80, 80)));
    create(
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
    start(
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
    start(
        Refusal.Conflict.class,
        "cannot join network namespace of a non running container: container web is created",
        side);
    world.start(web);
    assertThat(world.start(side).state().phase()).isEqualTo(Phase.RUNNING);
    var late = world.create(blue, "late", shared("web", w -> w));
    assertThat(late.mode()).isEqualTo(new NetworkMode.Shared(web.id().value()));
    assertThat(late.hostname()).isEmpty();
    world.decide(i -> ContainerRules.exited(i, web.id(), 1, false, AT));
    start(
        Refusal.Conflict.class,
        "cannot join network namespace of container: Container web is restarting, wait until the container is running",
        late);
    var self = world.create(blue, "self", shared("self", w -> w));
    start(Refusal.Failed.class, "cannot join own network namespace", self);
  }

  @Test
  void none_stands_alone() {
    var lone = world.create(blue, "lone", w -> w.on(world.at("none")));
    assertThat(lone.mode()).isEqualTo(new NetworkMode.None());
    assertThat(lone.endpoints()).isEmpty();
    assertThat(world.start(lone).state().phase()).isEqualTo(Phase.RUNNING);
    var text =
        "container cannot be connected to multiple networks with one of the networks in private (none) mode";
    create(Refusal.Invalid.class, text, "c1", w -> w.on(world.at("none"), world.at("bridge")));
    create(Refusal.Invalid.class, text, "c1", w -> w.on(world.at("bridge"), world.at("none")));
  }

  @Test
  void an_unknown_network_is_accepted_and_refused_at_start() {
    var c = world.create(blue, "c1", w -> w.on(world.at("later")));
    start(
        Refusal.NotFound.class,
        "could not find a network matching network mode later: network later not found",
        c);
    var d = world.create(blue, "d1", w -> w.on(world.at("bridge"), world.at("later")));
    start(Refusal.NotFound.class, "network later not found", d);
    world.scope(blue, "later");
    assertThat(world.start(c).endpoints().getFirst().addresses()).hasSize(1);
    assertThat(world.start(d).endpoints()).hasSize(2).allMatch(e -> e.addresses().size() == 1);
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
    create(
        Refusal.Invalid.class,
        "invalid config for network bridge: invalid endpoint settings:\nuser-specified IP address is supported on user-defined networks only",
        "c1",
        w -> w.on(world.at("bridge", "172.16.0.9")));
    create(
        Refusal.Invalid.class,
        "user specified IP address is supported only when connecting to networks with user configured subnets (the subnet of network"
            + " auto was chosen automatically)",
        "c1",
        w -> w.on(world.at("auto", "172.17.0.9")));
    create(
        Refusal.Invalid.class,
        "no configured subnet contains IP address 10.2.0.1 (network n has 10.1.0.0/24)",
        "c1",
        w -> w.on(world.at("n", "10.2.0.1")));
    create(
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
    start(
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
    start(Refusal.Forbidden.class, "Address already in use (" + address + " is " + what + ")", c);
  }

  @Test
  void a_full_network_is_a_warning_at_create_and_refused_at_start() {
    var scope = world.scope(blue, "tiny", subnet("10.1.0.0/30"));
    var first = world.create(blue, "c1", w -> w.on(world.at("tiny")));
    var second = world.create(blue, "c2", w -> w.on(world.at("tiny")));
    start(
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
                    mac,
                    List.of(),
                    List.of(),
                    0,
                    Optional.empty(),
                    Map.of(),
                    request.seed()));
    world.run(blue, "one", wish);
    start(
        Refusal.Forbidden.class,
        "MAC address 02:42:ac:11:00:09 is already in use on network bridge by container one",
        world.create(blue, "two", wish));
  }

  @Test
  void links_on_the_default_bridge() {
    create(
        Refusal.Invalid.class,
        "could not get container for db: No such container: db",
        "c1",
        w -> w.links(new NameLink("db", "d")));
    var db = world.create(blue, "db");
    var web = world.create(blue, "web", w -> w.links(new NameLink("db", "d")));
    start(Refusal.Failed.class, "Cannot link to a non running container: db AS d", web);
    world.start(db);
    world.start(web);
    world.scope(blue, "n");
    world.run(blue, "far", w -> w.on(world.at("n")));
    start(
        Refusal.Failed.class,
        "Cannot link to far, as it does not belong to the default network",
        world.create(blue, "app", w -> w.links(new NameLink("far", "f"))));
  }

  @Test
  void start_is_refused_in_the_wrong_phase_and_empty_when_it_runs() {
    var web = world.run(blue, "web");
    assertThat(ContainerRules.starting(world.image, web.id(), true, new Random(1)).changes())
        .isEmpty();
    world.decide(
        i ->
            vch.portlayer.state.Decision.of(
                web,
                new vch.portlayer.state.Change.ContainerPut(
                    web.with(web.state().with(Phase.PAUSED)))));
    start(Refusal.Conflict.class, "cannot start a paused container, try unpause instead", web);
    refused(
        world,
        Refusal.Conflict.class,
        "cannot remove container \"web\": container is paused and must be unpaused first",
        i -> ContainerRules.remove(i, web.id(), false));
    var gone = world.create(blue, "gone");
    world.decide(i -> ContainerRules.removing(i, gone.id()));
    start(Refusal.Conflict.class, "container is marked for removal and cannot be started", gone);
    refused(
        world,
        Refusal.Conflict.class,
        "removal of container gone is already in progress",
        i -> ContainerRules.removing(i, gone.id()));
    start(Refusal.NotFound.class, "No such container: " + "0".repeat(64), unknown());
  }

  private Container unknown() {
    var c = world.create(blue, "unknown");
    return new Container(
        new ContainerId("0".repeat(64)),
        c.vch(),
        c.name(),
        c.created(),
        "",
        "",
        c.mode(),
        List.of(),
        List.of(),
        Set.of(),
        false,
        List.of(),
        List.of(),
        Resolver.NONE,
        Map.of(),
        c.spec(),
        c.state(),
        "");
  }

  @Test
  void a_start_that_failed_says_why_and_can_be_tried_again() {
    var web = world.create(blue, "web");
    world.decide(i -> ContainerRules.starting(i, web.id(), true, new Random(1)));
    var failed = world.decide(i -> ContainerRules.failed(i, web.id(), 127, "no such file"));
    assertThat(failed.state().phase()).isEqualTo(Phase.CREATED);
    assertThat(failed.state().exitCode()).isEqualTo(127);
    assertThat(failed.state().error()).isEqualTo("no such file");
    assertThat(world.decide(i -> ContainerRules.started(i, web.id(), 5, AT)).live()).isFalse();
    assertThat(world.start(web).state().error()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NO 0 0 EXITED",
        "NO 0 1 EXITED",
        "ALWAYS 0 0 RESTARTING",
        "UNLESS_STOPPED 0 1 RESTARTING",
        "ON_FAILURE 0 0 EXITED",
        "ON_FAILURE 0 1 RESTARTING"
      })
  void the_restart_policy_decides(String text) {
    var parts = text.split(" ", -1);
    var web = withPolicy(parts[0], Integer.parseInt(parts[1]));
    var after =
        world.decide(
            i -> ContainerRules.exited(i, web.id(), Integer.parseInt(parts[2]), false, AT));
    assertThat(after.state().phase()).hasToString(parts[3]);
    assertThat(after.state().exitCode()).isEqualTo(Integer.parseInt(parts[2]));
  }

  private Container withPolicy(String when, int retries) {
    return world.run(
        blue,
        "web",
        w -> {
          w.spec =
              World.spec(
                  new RestartPolicy(RestartPolicy.When.valueOf(when), retries),
                  false,
                  List.of(),
                  Map.of());
          return w;
        });
  }

  @Test
  void retries_are_counted_and_the_user_starts_anew() {
    var web = withPolicy("ON_FAILURE", 2);
    for (int restarts = 1; restarts <= 2; restarts++) {
      assertThat(
              world.decide(i -> ContainerRules.exited(i, web.id(), 1, false, AT)).state().phase())
          .isEqualTo(Phase.RESTARTING);
      var again = world.decide(i -> ContainerRules.starting(i, web.id(), false, new Random(1)));
      assertThat(again.state().restarts()).isEqualTo(restarts);
      world.decide(i -> ContainerRules.started(i, web.id(), 7, AT));
    }
    assertThat(world.decide(i -> ContainerRules.exited(i, web.id(), 1, true, AT)).state().phase())
        .isEqualTo(Phase.EXITED);
    assertThat(world.container(web.id()).state().oomKilled()).isTrue();
    assertThat(world.start(web).state().restarts()).isZero();
  }

  @Test
  void a_container_that_the_user_stops_stays_stopped() {
    var web = withPolicy("ALWAYS", 0);
    assertThat(world.stop(web).state().phase()).isEqualTo(Phase.EXITED);
    world.start(web);
    world.decide(i -> ContainerRules.exited(i, web.id(), 1, false, AT));
    assertThat(world.decide(i -> ContainerRules.stopping(i, web.id())).state().phase())
        .isEqualTo(Phase.EXITED);
    assertThat(ContainerRules.exited(world.image, web.id(), 1, false, AT).changes()).isEmpty();
  }

  @Test
  void rename() {
    var web = world.run(blue, "web");
    var db = world.create(blue, "db");
    refused(
        world,
        Refusal.Invalid.class,
        "Neither old nor new names may be empty",
        i -> ContainerRules.rename(i, web.id(), ""));
    refused(
        world,
        Refusal.Invalid.class,
        "Renaming a container with the same name as its current name",
        i -> ContainerRules.rename(i, web.id(), "/web"));
    refused(
        world,
        Refusal.Conflict.class,
        "Error when allocating new name: Conflict. The container name \"/db\" is already in use by container \""
            + db.id()
            + "\". You have to remove (or rename) that container to be able to reuse that name.",
        i -> ContainerRules.rename(i, web.id(), "db"));
    refused(
        world,
        Refusal.Invalid.class,
        "Error when allocating new name: Invalid container name (/a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
        i -> ContainerRules.rename(i, web.id(), "a b"));
    world.decide(i -> ContainerRules.rename(i, web.id(), "www"));
    assertThat(ContainerRules.find(world.image, blue.id(), "www").id()).isEqualTo(web.id());
    assertThat(world.image.containerNamed(blue.id(), "web")).isEmpty();
  }

  @Test
  void remove_takes_anonymous_volumes_that_nobody_else_mounts() {
    world.decide(i -> VolumeRules.create(i, blue.id(), "anon", Map.of(), Map.of(), true, AT));
    world.decide(i -> VolumeRules.create(i, blue.id(), "both", Map.of(), Map.of(), true, AT));
    var web = world.run(blue, "web", w -> mounting(w, "anon", "both", "named"));
    world.create(blue, "db", w -> mounting(w, "both"));
    assertThat(world.image.volume(blue.id(), "named")).isPresent(); // made with the container
    refused(
        world,
        Refusal.Conflict.class,
        "cannot remove container \"web\": container is running: stop the container before removing or force remove",
        i -> ContainerRules.remove(i, web.id(), true));
    world.stop(web);
    world.remove(web);
    assertThat(world.image.volumes(blue.id()).map(v -> v.name())).containsExactly("both", "named");
  }

  private static World.Wish mounting(World.Wish wish, String... volumes) {
    var mounts =
        java.util.Arrays.stream(volumes)
            .map(v -> new Mount(Mount.Kind.VOLUME, v, "/" + v, false, List.of()))
            .toList();
    wish.spec = World.spec(RestartPolicy.NEVER, false, mounts, Map.of());
    return wish;
  }

  @Test
  void finds_by_id_name_and_unique_prefix() {
    var web = world.create(blue, "web");
    for (var term : List.of(web.id().value(), "web", "/web", web.id().brief())) {
      assertThat(ContainerRules.find(world.image, blue.id(), term)).isEqualTo(web);
    }
    refused(world, Refusal.NotFound.class, "No such container: nix", i -> finding("nix"));
    refused(world, Refusal.NotFound.class, "No such container: ", i -> finding(""));
    for (int i = 0; i < 20; i++) {
      world.create(blue, "c" + i);
    }
    var prefix =
        "0123456789abcdef"
            .chars()
            .mapToObj(Character::toString)
            .filter(d -> world.image.containersWithPrefix(blue.id(), d).count() > 1)
            .findFirst()
            .orElseThrow();
    refused(
        world,
        Refusal.Invalid.class,
        "multiple IDs found with provided prefix: " + prefix,
        i -> finding(prefix));
    var red = world.vch("red");
    assertThat(ContainerRules.lookUp(world.image, red.id(), "web")).isEmpty();
    assertThat(ContainerRules.lookUp(world.image, red.id(), web.id().value())).isEmpty();
  }

  private vch.portlayer.state.Decision<?> finding(String term) {
    return vch.portlayer.state.Decision.of(ContainerRules.find(world.image, blue.id(), term));
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
              w.exposed = Set.of(new Port(80, Protocol.TCP));
              return w;
            });
    assertThat(exposed.warnings()).isEmpty();
  }
}
