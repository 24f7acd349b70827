package vch.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import vch.engine.desired.Desired;
import vch.engine.desired.LinkNames;
import vch.engine.fake.Samples;
import vch.engine.machine.MachineObject;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Step;
import vch.engine.plan.PlanText;
import vch.engine.plan.Planner;
import vch.portlayer.container.Container;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;

/// The promises of a VCH's networks, with real packets between namespaces: what the engine wants of
/// the machine is made by the kernel, then tried from all sides.
///
/// Containers 1 and 2 are on the default bridge (172.17.0.0/16), 3 on net2 (172.18.0.0/16) and on
/// the internal net3 (172.19.0.0/16), 4 on net3 only. Container 1 publishes. The machine is
/// 192.168.218.1, the VCH 192.168.218.2.
@Tag("lab")
final class PromisesTest {
  private static final Duration CONNECT_MAX = Duration.ofMillis(1500);
  private static final NamespaceName ENDPOINT = LinkNames.endpoint(Samples.BLUE);
  private static final String PUBLIC = "192.168.218.2";

  private Optional<Lab> lab = Optional.empty();
  private Optional<LinuxMachine> opened = Optional.empty();

  private static Container container(int n) {
    return switch (n) {
      case 1 ->
          Samples.running(
              Samples.publishing(
                  Samples.container(1, 1),
                  "8080:80/tcp",
                  "9000-9100:9000-9100/tcp",
                  "9200-9201:80-81/tcp",
                  "5353:53/udp"));
      case 2 -> Samples.running(Samples.container(2, 1));
      case 3 -> Samples.running(Samples.container(3, 2, 3));
      default -> Samples.running(Samples.container(4, 3));
    };
  }

  private static NamespaceName namespace(int n) {
    return LinkNames.container(container(n));
  }

  private static Image image() {
    var changes = new ArrayList<>(Samples.blueCreated());
    changes.add(new Change.ScopePut(Samples.scope(2)));
    changes.add(new Change.ScopePut(Samples.internalScope(3)));
    for (int n = 1; n <= 4; n++) {
      changes.add(Samples.put(container(n)));
    }
    return Image.EMPTY.after(changes);
  }

  private static List<MachineObject> wanted() {
    return Desired.all(image()).values().stream().flatMap(List::stream).toList();
  }

  private LinuxMachine machine() {
    return opened.orElseThrow();
  }

  private void reach(List<MachineObject> wanted) {
    for (var stage : Planner.plan(wanted, machine().observe(wanted)).stages()) {
      machine().apply(stage.steps()).forEach(o -> assertThat(o.error()).isEmpty());
    }
    assertThat(PlanText.of(Planner.plan(wanted, machine().observe(wanted)))).isEmpty();
  }

  @BeforeEach
  void open() throws Exception {
    lab = Optional.of(new Lab());
    opened = Optional.of(lab.get().machine());
    reach(wanted());
    // A member of an internal scope only has no way out by its routes; with one, the filter must
    // hold it.
    assertThat(connect(namespace(4), PUBLIC, 80)).isEqualTo(Answer.NO_ROUTE);
    Lab.command(machine().path(namespace(4)), "ip", "route", "add", "default", "via", "172.19.0.1");
  }

  @AfterEach
  void close() throws Exception {
    reach(List.of());
    machine().close();
    lab.orElseThrow().close();
  }

  private static InetSocketAddress at(String address, int port) throws IOException {
    return new InetSocketAddress(InetAddress.getByName(address), port);
  }

  private ServerSocketChannel listen(NamespaceName namespace, int port) throws Exception {
    return machine()
        .open(namespace, () -> ServerSocketChannel.open().bind(at("0.0.0.0", port), 16));
  }

  private enum Answer {
    CONNECTED,
    REFUSED,
    SILENCE,
    NO_ROUTE
  }

  /// Connects, and says what came of it.
  private Answer connect(NamespaceName from, String address, int port) throws Exception {
    try (var client = machine().open(from, SocketChannel::open)) {
      client.socket().connect(at(address, port), (int) CONNECT_MAX.toMillis());
      return Answer.CONNECTED;
    } catch (SocketTimeoutException _) {
      return Answer.SILENCE;
    } catch (ConnectException | NoRouteToHostException _) {
      return Answer.REFUSED;
    } catch (SocketException _) {
      return Answer.NO_ROUTE;
    }
  }

  /// Connects, and says from which address the listener saw it.
  private String seenFrom(
      NamespaceName from, String address, int port, ServerSocketChannel listener) throws Exception {
    try (var client = machine().open(from, SocketChannel::open)) {
      client.socket().connect(at(address, port), (int) CONNECT_MAX.toMillis());
      try (var accepted = listener.accept()) {
        return ((InetSocketAddress) accepted.getRemoteAddress()).getAddress().getHostAddress();
      }
    }
  }

  @Test
  void a_publication_is_reached_from_outside_and_sees_who_asks() throws Exception {
    try (var listener = listen(namespace(1), 80)) {
      assertThat(seenFrom(NamespaceName.MACHINE, PUBLIC, 8080, listener))
          .isEqualTo("192.168.218.1");
      assertThat(seenFrom(NamespaceName.MACHINE, PUBLIC, 9200, listener))
          .isEqualTo("192.168.218.1");
    }
    try (var listener = listen(namespace(1), 9050)) {
      assertThat(seenFrom(NamespaceName.MACHINE, PUBLIC, 9050, listener))
          .isEqualTo("192.168.218.1");
    }
    try (var receiver =
            machine()
                .open(
                    namespace(1),
                    () ->
                        DatagramChannel.open(StandardProtocolFamily.INET).bind(at("0.0.0.0", 53)));
        var sender =
            machine()
                .open(
                    NamespaceName.MACHINE,
                    () -> DatagramChannel.open(StandardProtocolFamily.INET))) {
      sender.send(ByteBuffer.wrap("q".getBytes(StandardCharsets.UTF_8)), at(PUBLIC, 5353));
      var from = receiver.receive(ByteBuffer.allocate(8));
      receiver.send(ByteBuffer.wrap("a".getBytes(StandardCharsets.UTF_8)), from);
      assertThat(sender.receive(ByteBuffer.allocate(8))).isEqualTo(at(PUBLIC, 5353));
    }
  }

  @Test
  void what_is_not_published_is_refused_at_once() throws Exception {
    try (var _ = listen(namespace(1), 81);
        var _ = listen(ENDPOINT, 7777)) {
      assertThat(connect(NamespaceName.MACHINE, PUBLIC, 81)).isEqualTo(Answer.REFUSED);
      assertThat(connect(NamespaceName.MACHINE, PUBLIC, 7777)).isEqualTo(Answer.REFUSED);
    }
  }

  @Test
  void a_container_reaches_publications_of_its_neighbours_and_its_own() throws Exception {
    try (var listener = listen(namespace(1), 80)) {
      assertThat(connect(namespace(2), PUBLIC, 8080)).isEqualTo(Answer.CONNECTED);
      assertThat(connect(namespace(1), PUBLIC, 8080)).isEqualTo(Answer.CONNECTED);
      assertThat(connect(namespace(3), PUBLIC, 8080)).isEqualTo(Answer.CONNECTED);
      assertThat(connect(namespace(4), PUBLIC, 8080)).isNotEqualTo(Answer.CONNECTED);
      assertThat(listener.isOpen()).isTrue();
    }
  }

  @Test
  void members_of_a_scope_reach_each_other_and_nobody_else() throws Exception {
    try (var _ = listen(namespace(1), 80);
        var _ = listen(namespace(3), 80);
        var _ = listen(namespace(4), 80)) {
      assertThat(connect(namespace(2), "172.17.0.2", 80)).isEqualTo(Answer.CONNECTED);
      assertThat(connect(namespace(3), "172.19.0.5", 80)).isEqualTo(Answer.CONNECTED);
      assertThat(connect(namespace(4), "172.19.0.4", 80)).isEqualTo(Answer.CONNECTED);
      assertThat(connect(namespace(1), "172.18.0.4", 80)).isEqualTo(Answer.REFUSED);
      assertThat(connect(namespace(1), "172.19.0.5", 80)).isEqualTo(Answer.REFUSED);
      assertThat(connect(namespace(4), "172.18.0.4", 80)).isEqualTo(Answer.REFUSED);
    }
  }

  @Test
  void an_internal_scope_reaches_nothing_outside_and_others_do() throws Exception {
    try (var listener = listen(NamespaceName.MACHINE, 80)) {
      assertThat(seenFrom(namespace(1), "192.168.218.1", 80, listener)).isEqualTo(PUBLIC);
      assertThat(seenFrom(namespace(3), "192.168.218.1", 80, listener)).isEqualTo(PUBLIC);
      assertThat(connect(namespace(4), "192.168.218.1", 80)).isEqualTo(Answer.REFUSED);
    }
  }

  @Test
  void a_neighbour_that_routes_to_a_containers_address_gets_no_answer() throws Exception {
    Lab.command(
        machine().path(NamespaceName.MACHINE),
        "ip",
        "route",
        "add",
        "172.17.0.0/16",
        "via",
        PUBLIC);
    try (var _ = listen(namespace(1), 80)) {
      assertThat(connect(NamespaceName.MACHINE, "172.17.0.2", 80)).isNotEqualTo(Answer.CONNECTED);
    }
  }

  @Test
  void the_docker_api_answers_on_its_nic_only_and_names_on_bridges_only() throws Exception {
    try (var _ = listen(ENDPOINT, 2376);
        var _ = listen(ENDPOINT, 53)) {
      assertThat(connect(NamespaceName.MACHINE, PUBLIC, 2376)).isEqualTo(Answer.CONNECTED);
      assertThat(connect(namespace(1), "172.17.0.1", 2376)).isEqualTo(Answer.REFUSED);
      assertThat(connect(namespace(1), PUBLIC, 2376)).isEqualTo(Answer.REFUSED);
      assertThat(connect(namespace(1), "172.17.0.1", 53)).isEqualTo(Answer.CONNECTED);
      assertThat(connect(namespace(4), "172.19.0.1", 53)).isEqualTo(Answer.CONNECTED);
      assertThat(connect(NamespaceName.MACHINE, PUBLIC, 53)).isEqualTo(Answer.REFUSED);
    }
  }

  @Test
  void questions_of_names_leave_nothing_in_the_table_of_connections() throws Exception {
    try (var service =
            machine()
                .open(
                    ENDPOINT,
                    () ->
                        DatagramChannel.open(StandardProtocolFamily.INET)
                            .bind(at("172.17.0.1", 53)));
        var asker =
            machine().open(namespace(1), () -> DatagramChannel.open(StandardProtocolFamily.INET))) {
      asker.socket().setSoTimeout((int) CONNECT_MAX.toMillis());
      asker.send(ByteBuffer.wrap("q".getBytes(StandardCharsets.UTF_8)), at("172.17.0.1", 53));
      var from = service.receive(ByteBuffer.allocate(8));
      service.send(ByteBuffer.wrap("a".getBytes(StandardCharsets.UTF_8)), from);
      asker.socket().receive(new DatagramPacket(new byte[8], 8));
    }
    assertThat(Lab.command(machine().path(ENDPOINT), "conntrack", "-L", "-p", "udp"))
        .doesNotContain("port=53 ");
  }

  @Test
  void a_container_cannot_speak_with_an_address_that_is_not_its_own() throws Exception {
    var two = machine().path(namespace(2));
    try (var _ = listen(namespace(1), 80)) {
      assertThat(connect(namespace(2), "172.17.0.2", 80)).isEqualTo(Answer.CONNECTED);
      Lab.command(two, "ip", "address", "add", "172.17.0.99/16", "dev", "eth0");
      try (var forger =
          machine().open(namespace(2), () -> SocketChannel.open().bind(at("172.17.0.99", 0)))) {
        var answer = Answer.CONNECTED;
        try {
          forger.socket().connect(at("172.17.0.2", 80), (int) CONNECT_MAX.toMillis());
        } catch (IOException _) {
          answer = Answer.SILENCE;
        }
        assertThat(answer).isEqualTo(Answer.SILENCE);
      }
      Lab.command(two, "ip", "link", "set", "eth0", "address", "02:42:00:00:00:99");
      assertThat(connect(namespace(2), "172.17.0.2", 80)).isEqualTo(Answer.SILENCE);
    }
  }

  @Test
  void connections_go_on_while_rules_are_replaced_and_links_of_others_come_and_go()
      throws Exception {
    try (var listener = listen(namespace(1), 80);
        var client = machine().open(NamespaceName.MACHINE, SocketChannel::open)) {
      client.socket().connect(at(PUBLIC, 8080), (int) CONNECT_MAX.toMillis());
      try (var served = listener.accept()) {
        Lab.command(machine().path(ENDPOINT), "nft", "flush", "ruleset");
        reach(wanted());
        for (var object : wanted()) {
          if (object instanceof MachineObject.Ruleset rules) {
            assertThat(machine().apply(List.of(new Step.Change(rules, rules))))
                .noneMatch(o -> o.failed());
          }
        }
        reach(wanted());
        reach(
            wanted().stream()
                .filter(o -> !o.namespace().equals(namespace(4)))
                .filter(o -> !ofContainer4(o))
                .toList());
        reach(wanted());
        for (int i = 0; i < 3; i++) {
          client.write(ByteBuffer.wrap(new byte[] {(byte) i}));
          var into = ByteBuffer.allocate(4);
          assertThat(served.read(into)).isEqualTo(1);
          assertThat(into.get(0)).isEqualTo((byte) i);
        }
      }
    }
  }

  private static boolean ofContainer4(MachineObject object) {
    return Desired.all(image()).entrySet().stream()
        .filter(
            e ->
                e.getKey().equals(new vch.engine.desired.Owner.OfContainer(Samples.containerId(4))))
        .anyMatch(e -> e.getValue().contains(object));
  }
}
