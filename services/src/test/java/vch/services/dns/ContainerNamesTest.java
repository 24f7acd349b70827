package vch.services.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static vch.services.dns.ServedTown.data;
import static vch.services.dns.ServedTown.query;
import static vch.services.dns.ServedTown.receive;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;
import vch.engine.desired.LinkNames;
import vch.engine.machine.NamespaceName;
import vch.linux.LinuxDatagrams;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.Resolver;
import vch.portlayer.name.NameServers;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;

/// Names for containers on container networks, on real loopback sockets: all namespaces are this
/// process's own.
@Timeout(60)
class ContainerNamesTest {
  private static final Ip LAN_DNS = Ip.parse("127.0.0.61");
  private static final Ip OTHER_DNS = Ip.parse("127.0.0.62");
  private static final int PATIENCE_MILLIS = 20_000;

  @TempDir private Path directory;
  private final List<NamespaceName> openedIn = new CopyOnWriteArrayList<>();
  private final Town town = new Town();
  private FakeUpstream upstream;
  private DnsService service;

  @BeforeEach
  void begin() throws Exception {
    upstream = new FakeUpstream(LAN_DNS.toString(), 0);
    var settings =
        new DnsSettings(
            0,
            0,
            upstream.port(),
            Duration.ofSeconds(10),
            4,
            Duration.ofSeconds(10),
            new DnsSettings.Limits(100, 100, 1, 10),
            1 << 20,
            new DnsSettings.Limits(8, 8, 1, 4),
            Duration.ofSeconds(20));
    service =
        new DnsService(
            () -> town.image,
            this::opening,
            LinuxDatagrams::open,
            directory.resolve("none"),
            settings,
            () -> Instant.EPOCH,
            new Random(5));
  }

  @AfterEach
  void end() throws Exception {
    service.close();
    upstream.close();
  }

  private <T> T opening(NamespaceName namespace, Callable<T> opening) throws Exception {
    openedIn.add(namespace);
    return opening.call();
  }

  private Container run(String name, String address, String... aliases) {
    var container = town.run(name, address, aliases);
    service.containers().follow(container.id());
    return container;
  }

  private InetSocketAddress server(Container container) {
    return service.address(container.id()).orElseThrow();
  }

  private static DatagramSocket client(InetSocketAddress server) throws IOException {
    var socket = new DatagramSocket();
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.connect(server);
    return socket;
  }

  private static void send(DatagramSocket socket, Message query) throws IOException {
    var wire = query.toWire();
    socket.send(new DatagramPacket(wire, wire.length));
  }

  private Message ask(Container asker, Message query) throws IOException {
    try (var socket = client(server(asker))) {
      send(socket, query);
      return receive(socket);
    }
  }

  private Message ask(Container asker, String name) throws IOException {
    return ask(asker, query(name, Type.A));
  }

  @Test
  void who_asks_is_known_by_the_socket() throws IOException {
    town.lan(TrustLevel.PUBLISHED, LAN_DNS);
    var web = run("web", "127.3.0.5", "www");
    var client = run("client", "127.3.0.6");
    assertThat(server(client).getAddress().getHostAddress()).isEqualTo(NameServers.OWN.toString());
    for (var name : List.of("web", "WWW", "web.lan")) {
      assertThat(data(ask(client, name))).as(name).containsExactly("127.3.0.5");
    }
    assertThat(data(ask(web, "client"))).containsExactly("127.3.0.6");
    var none = ask(client, query("web", Type.AAAA));
    assertThat(none.getRcode()).isEqualTo(Rcode.NOERROR);
    assertThat(data(none)).isEmpty();
    assertThat(data(ask(client, query("5.0.3.127.in-addr.arpa", Type.PTR))))
        .containsExactly("web.lan.");
    assertThat(upstream.asked).isEmpty();
  }

  @Test
  void other_names_are_asked_from_inside_of_the_servers_of_the_network() throws IOException {
    town.lan(TrustLevel.PUBLISHED, LAN_DNS);
    var client = run("client", "127.3.0.6");
    openedIn.clear();
    assertThat(data(ask(client, "printer.lan.example"))).containsExactly("9.9.9.9");
    assertThat(openedIn).containsExactly(LinkNames.container(client));
    assertThat(ask(client, query("9.9.3.127.in-addr.arpa", Type.PTR)).getRcode())
        .isEqualTo(Rcode.NOERROR);
    assertThat(upstream.asked).hasSize(2); // another host of the LAN
  }

  @Test
  void asks_over_tcp_too() throws IOException {
    town.lan(TrustLevel.PUBLISHED, LAN_DNS);
    var client = run("client", "127.3.0.6");
    try (var socket = new Socket()) {
      socket.connect(server(client), PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      for (var name : List.of("client", "printer.lan.example")) {
        ServedTown.send(socket, query(name, Type.A));
        assertThat(data(receive(socket))).hasSize(1);
      }
    }
  }

  @Test
  void dns_servers_of_the_container_go_before_those_of_the_network() throws IOException {
    town.lan(TrustLevel.PUBLISHED, OTHER_DNS);
    var own = new Resolver(List.of(LAN_DNS), List.of(), List.of(), List.of());
    var client = town.run("client", "127.3.0.6", own);
    service.containers().follow(client.id());
    assertThat(data(ask(client, "x.example"))).containsExactly("9.9.9.9");
  }

  @Test
  void a_closed_network_knows_its_members_and_asks_nobody() throws IOException {
    town.lan(TrustLevel.CLOSED, LAN_DNS);
    var client = run("client", "127.3.0.6");
    assertThat(data(ask(client, "client"))).containsExactly("127.3.0.6");
    assertThat(ask(client, "x.example").getRcode()).isEqualTo(Rcode.SERVFAIL);
    assertThat(upstream.asked).isEmpty();
  }

  @Test
  void who_is_on_a_bridge_too_asks_its_gateway_and_that_asks_from_inside() throws IOException {
    town.lan(TrustLevel.PUBLISHED, LAN_DNS);
    var client = town.run("client", List.of("127.1.0.6", "127.3.0.6"), Resolver.NONE);
    service.containers().follow(client.id());
    assertThat(service.address(client.id())).isEmpty();
    service.start(Town.VCH);
    openedIn.clear();
    var gateway = new InetSocketAddress("127.0.0.1", service.port(Town.VCH).orElseThrow());
    try (var socket = new DatagramSocket(new InetSocketAddress("127.1.0.6", 0))) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(gateway);
      send(socket, query("x.example", Type.A));
      assertThat(data(receive(socket))).containsExactly("9.9.9.9");
    }
    assertThat(openedIn).containsExactly(LinkNames.container(client));
  }

  @Test
  void a_container_has_a_limit_of_connections_whatever_addresses_it_has() throws Exception {
    town.lan(TrustLevel.PUBLISHED, LAN_DNS);
    var web = run("web", "127.3.0.5");
    var client = run("client", "127.3.0.6");
    try (var open = new Connections(server(client))) {
      for (int i = 0; i < 4; i++) {
        open.connect("127.0.1." + i);
      }
      assertThat(open.connect("127.0.1.9").getInputStream().read()).isEqualTo(-1);
      assertThat(data(ask(client, "web"))).containsExactly("127.3.0.5");
      try (var other = new Connections(server(web))) {
        var socket = other.connect("127.0.1.9");
        ServedTown.send(socket, query("client", Type.A));
        assertThat(data(ServedTown.receive(socket))).containsExactly("127.3.0.6");
      }
    }
  }

  @Test
  void containers_without_container_networks_have_nothing() {
    var client = run("client", "127.1.0.6");
    assertThat(service.address(client.id())).isEmpty();
    assertThat(openedIn).isEmpty();
  }

  @Test
  void all_is_closed_when_the_container_ends_and_open_again_with_its_next_run() throws Exception {
    town.lan(TrustLevel.PUBLISHED, LAN_DNS);
    var client = run("client", "127.3.0.6");
    var asked = new CountDownLatch(1);
    upstream.says =
        _ -> {
          asked.countDown();
          return List.of(); // silence: the question stays open
        };
    var before = server(client);
    try (var socket = client(before)) {
      send(socket, query("x.example", Type.A));
      asked.await();
      assertThat(service.openInside(LinkNames.container(client))).isGreaterThanOrEqualTo(3);
      var ended = town.end(client);
      service.changed(town.image, List.of(new Change.ContainerPut(ended)));
      assertThat(service.openInside(LinkNames.container(client))).isZero();
      assertThat(service.address(client.id())).isEmpty();
      var again = town.again(ended);
      service.containers().follow(client.id());
      service.containers().follow(client.id()); // nothing happens
      assertThat(openedIn.getLast()).isEqualTo(LinkNames.container(again));
      assertThat(data(ask(again, "client"))).containsExactly("127.3.0.6");
    }
  }

  @Test
  void nothing_is_opened_for_who_has_ended_already() {
    town.lan(TrustLevel.PUBLISHED, LAN_DNS);
    var client = town.run("client", "127.3.0.6");
    town.end(client);
    service.containers().follow(client.id());
    assertThat(openedIn).isEmpty();
  }

  @Test
  void the_port_is_refused_at_once_where_nobody_answers() throws IOException {
    town.lan(TrustLevel.PUBLISHED, LAN_DNS);
    var client = run("client", "127.3.0.6");
    var at = server(client);
    service.close();
    try (var socket = client(at)) {
      send(socket, query("client", Type.A));
      assertThatThrownBy(() -> receive(socket)).isInstanceOf(PortUnreachableException.class);
    }
  }

  @Test
  void many_containers_are_served_side_by_side() throws IOException {
    town.lan(TrustLevel.PUBLISHED, LAN_DNS);
    var all = new ArrayList<Container>();
    for (int i = 0; i < 200; i++) {
      all.add(run("many" + i, "127.3.1." + i));
    }
    for (int i = 0; i < 200; i++) {
      assertThat(data(ask(all.get(i), "many" + (199 - i)))).containsExactly("127.3.1." + (199 - i));
    }
  }
}
