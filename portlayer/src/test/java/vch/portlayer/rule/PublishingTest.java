package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.Refused.refused;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import vch.portlayer.container.Container;
import vch.portlayer.port.Port;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.PortSet;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.Publication;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.vch.Vch;

class PublishingTest {
  private final World world = new World();
  private final Vch blue = world.vch("blue");

  private Container run(String name, UnaryOperator<World.Wish> wish) {
    return world.run(blue, name, wish);
  }

  private void allocated(String name, String bind, String owner, UnaryOperator<World.Wish> wish) {
    var c = world.create(blue, name, wish);
    refused(
        world,
        Refusal.Failed.class,
        "driver failed programming external connectivity on endpoint "
            + name
            + " ("
            + c.endpoints().getFirst().id()
            + "): Bind for "
            + bind
            + " failed: port is already allocated ("
            + owner
            + ")",
        i -> ContainerRules.starting(i, c.id(), true, new Random(1)));
  }

  private static List<String> texts(Container c) {
    return c.publications().stream().map(Publication::toString).toList();
  }

  @Test
  void a_port_is_bound_at_start_and_free_after_stop() {
    var web = run("web", w -> w.publish(8080, 80));
    assertThat(texts(web)).containsExactly("0.0.0.0:8080->80/tcp");
    allocated("two", "0.0.0.0:8080", "by container web", w -> w.publish(8080, 80));
    allocated(
        "three",
        "0.0.0.0:8080",
        "by container web",
        w ->
            w.publish(
                Protocol.TCP,
                Optional.empty(),
                Optional.of(new PortRange(8000, 8999)),
                new PortRange(8000, 8999)));
    run(
        "udp",
        w ->
            w.publish(
                Protocol.UDP, Optional.empty(), Optional.of(PortRange.of(8080)), PortRange.of(80)));
    world.stop(web);
    world.start(ContainerRules.find(world.image, blue.id(), "two"));
    refused(
        world,
        Refusal.Failed.class,
        "driver failed programming external connectivity on endpoint web ("
            + web.endpoints().getFirst().id()
            + "): Bind for 0.0.0.0:8080 failed: port is already allocated (by container two)",
        i -> ContainerRules.starting(i, web.id(), true, new Random(1)));
  }

  @Test
  void create_warns_of_ports_that_others_have_or_want() {
    var web = run("web", w -> w.publish(8080, 80));
    assertThat(world.created(blue, "two", w -> w.publish(8080, 80)).warnings())
        .containsExactly(
            "Host port 8080/tcp is published by container web: this container cannot start before that one has stopped");
    world.stop(web);
    assertThat(world.created(blue, "three", w -> w.publish(8080, 80)).warnings())
        .containsExactlyInAnyOrder(
            "Host port 8080/tcp is also wanted by container web, which is not running: only one of them can run at a time",
            "Host port 8080/tcp is also wanted by container two, which is not running: only one of them can run at a time");
  }

  @Test
  void the_same_port_twice_is_refused_and_the_same_request_twice_is_one() {
    allocated(
        "c1", "0.0.0.0:8080", "by this container", w -> w.publish(8080, 80).publish(8080, 81));
    var v4and6 =
        run(
            "c2",
            w ->
                w.publish(
                        Protocol.TCP,
                        Optional.of("0.0.0.0"),
                        Optional.of(PortRange.of(9090)),
                        PortRange.of(80))
                    .publish(
                        Protocol.TCP,
                        Optional.of("::"),
                        Optional.of(PortRange.of(9090)),
                        PortRange.of(80)));
    assertThat(texts(v4and6)).containsExactly("0.0.0.0:9090->80/tcp", "[::]:9090->80/tcp");
    allocated("c3", "0.0.0.0:9090", "by container c2", w -> w.publish(9090, 80));
  }

  @Test
  void a_family_that_the_container_does_not_have_is_warned_of() {
    var warned =
        world.created(
            blue,
            "six",
            w ->
                w.publish(
                    Protocol.TCP,
                    Optional.of("::"),
                    Optional.of(PortRange.of(99)),
                    PortRange.of(80)));
    assertThat(warned.warnings())
        .containsExactly(
            "Port 80/tcp is published on ::, and the container has no IPv6 address: nothing arrives there");
  }

  @Test
  void host_addresses() {
    var ip = blue.address(vch.portlayer.vch.Role.PUBLIC).orElseThrow().address().toString();
    var web =
        run(
            "web",
            w ->
                w.publish(
                    Protocol.TCP,
                    Optional.of(ip),
                    Optional.of(PortRange.of(80)),
                    PortRange.of(80)));
    assertThat(texts(web)).containsExactly("192.168.218.2:80->80/tcp");
    run(
        "local",
        w ->
            w.publish(
                Protocol.TCP,
                Optional.of("127.0.0.1"),
                Optional.of(PortRange.of(80)),
                PortRange.of(80)));
    allocated("all", "0.0.0.0:80", "by container local", w -> w.publish(80, 80));
    allocated(
        "same",
        ip + ":80",
        "by container web",
        w ->
            w.publish(
                Protocol.TCP, Optional.of(ip), Optional.of(PortRange.of(80)), PortRange.of(80)));
    refused(
        world,
        Refusal.Invalid.class,
        "host IP for port bindings is only supported for 0.0.0.0 and the public interface IP address 192.168.218.2, not for 10.10.10.10",
        i ->
            ContainerRules.create(
                i,
                world.containerCommand(
                    blue,
                    "bad",
                    w ->
                        w.publish(
                            Protocol.TCP,
                            Optional.of("10.10.10.10"),
                            Optional.of(PortRange.of(80)),
                            PortRange.of(80)))));
  }

  @Test
  void never_over_a_service_of_the_vch() {
    for (var service : List.of("2376 the Docker API", "2377 the admin API", "2378 the portal")) {
      int port = Integer.parseInt(service.substring(0, 4));
      refused(
          world,
          Refusal.Conflict.class,
          "port "
              + port
              + "/tcp cannot be published: it is taken by "
              + service.substring(5)
              + " of VCH blue, which shares the public address; choose another host port",
          i ->
              ContainerRules.create(
                  i, world.containerCommand(blue, "bad", w -> w.publish(port, 80))));
    }
    run("plain", w -> w.publish(2375, 80)); // this VCH speaks TLS only
    run(
        "udp",
        w ->
            w.publish(
                Protocol.UDP, Optional.empty(), Optional.of(PortRange.of(2376)), PortRange.of(80)));
    var range =
        run(
            "range",
            w ->
                w.publish(
                    Protocol.TCP,
                    Optional.empty(),
                    Optional.of(new PortRange(2376, 2380)),
                    PortRange.of(80)));
    assertThat(texts(range)).containsExactly("0.0.0.0:2379->80/tcp");
  }

  @Test
  void random_ports_come_from_the_ephemeral_range_and_stay() {
    var web = run("web", w -> w.random(80).random(81));
    assertThat(web.publications())
        .hasSize(2)
        .allMatch(p -> Publishing.EPHEMERAL.contains(p.host().first()));
    var before = texts(web);
    world.stop(web);
    assertThat(texts(world.start(web))).isEqualTo(before);
    world.stop(web);
    int taken = web.publications().getFirst().host().first();
    run("thief", w -> w.publish(taken, 80));
    assertThat(texts(world.start(web))).isNotEqualTo(before).contains(before.get(1));
  }

  @Test
  void all_random_ports_can_be_used_up() {
    run(
        "most",
        w ->
            w.publish(
                Protocol.TCP,
                Optional.empty(),
                Optional.of(new PortRange(32768, 60998)),
                new PortRange(32768, 60998)));
    assertThat(texts(run("last", w -> w.random(80)))).containsExactly("0.0.0.0:60999->80/tcp");
    var c = world.create(blue, "none-left", w -> w.random(80));
    refused(
        world,
        Refusal.Failed.class,
        "driver failed programming external connectivity on endpoint none-left ("
            + c.endpoints().getFirst().id()
            + "): Bind for 0.0.0.0:32768-60999 failed: port is already allocated (all of them are taken)",
        i -> ContainerRules.starting(i, c.id(), true, new Random(1)));
  }

  @Test
  void of_a_host_range_the_first_free_port_is_taken() {
    UnaryOperator<World.Wish> wish =
        w ->
            w.publish(
                Protocol.TCP,
                Optional.empty(),
                Optional.of(new PortRange(8000, 8001)),
                PortRange.of(80));
    assertThat(texts(run("c1", wish))).containsExactly("0.0.0.0:8000->80/tcp");
    assertThat(texts(run("c2", wish))).containsExactly("0.0.0.0:8001->80/tcp");
    allocated("c3", "0.0.0.0:8000-8001", "all of them are taken", wish);
  }

  @Test
  void ranges_stay_one_publication_and_single_ports_of_the_client_become_one() {
    var big =
        run(
            "big",
            w ->
                w.publish(
                    Protocol.TCP,
                    Optional.empty(),
                    Optional.of(new PortRange(3000, 52999)),
                    new PortRange(3000, 52999)));
    assertThat(texts(big)).containsExactly("0.0.0.0:3000-52999->3000-52999/tcp");
    var cli =
        run(
            "cli",
            w -> {
              for (int port = 999; port >= 0; port--) {
                w.publish(
                    Protocol.UDP,
                    Optional.empty(),
                    Optional.of(PortRange.of(8000 + port)),
                    PortRange.of(8000 + port));
              }
              return w.publish(
                  Protocol.UDP,
                  Optional.empty(),
                  Optional.of(PortRange.of(9000)),
                  PortRange.of(80));
            });
    assertThat(texts(cli))
        .containsExactly("0.0.0.0:8000-8999->8000-8999/udp", "0.0.0.0:9000->80/udp");
    var shifted = run("shifted", w -> w.publish(81, 1081).publish(80, 1080).publish(82, 1082));
    assertThat(texts(shifted)).containsExactly("0.0.0.0:80-82->1080-1082/tcp");
  }

  @Test
  void a_container_range_without_host_ports_gets_as_many_random_ones() {
    var c =
        run(
            "c1",
            w ->
                w.publish(Protocol.TCP, Optional.empty(), Optional.empty(), new PortRange(80, 89)));
    assertThat(c.publications()).hasSize(10);
    assertThat(c.publications().stream().map(p -> p.host().first()).distinct()).hasSize(10);
  }

  @Test
  void publish_all_takes_exposed_ports_that_are_not_published() {
    var c =
        run(
            "c1",
            w -> {
              w.exposed =
                  PortSet.of(
                      new Port(80, Protocol.TCP),
                      new Port(53, Protocol.UDP),
                      new Port(443, Protocol.TCP));
              w.publishAll = true;
              return w.publish(8080, 80);
            });
    assertThat(c.publications().stream().map(p -> p.container() + "/" + p.protocol().text()))
        .containsExactlyInAnyOrder("80/tcp", "53/udp", "443/tcp");
    var d =
        run(
            "d1",
            w -> {
              w.exposed = PortSet.of(new Port(80, Protocol.TCP));
              return w;
            });
    assertThat(d.publications()).isEmpty();
  }
}
