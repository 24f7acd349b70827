package vch.engine.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import vch.engine.desired.Desired;
import vch.engine.desired.LinkNames;
import vch.engine.fake.Samples;
import vch.engine.machine.MachineObject;
import vch.engine.machine.NamespaceName;
import vch.engine.plan.Planner;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;

/// The promises of scopes and publications, with real packets through what the compiler wants.
///
/// Scope 1: web (1, publishes), app (2). Scope 2: other (3). Scope 3, internal: db (4), model (5,
/// also on scope 1). Scope 4, no inter-container traffic: mute (6), deaf (7, publishes). Scope 5,
/// without masquerading: open (8). Published on scope 1, default route by scope 2: torn (9). On 3
/// and 2, publishes: mixed (10).
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class Promises {
  final Container web =
      live(
          Samples.publishing(
              Samples.container(1, 1),
              "8080:80/tcp",
              "9000-9010:9000-9010/tcp",
              "192.168.218.2:8081:80/tcp",
              "7000:7000/udp",
              "53:80/tcp"));
  final Container app = live(Samples.container(2, 1));
  final Container other = live(Samples.container(3, 2));
  final Container db = live(Samples.publishing(Samples.container(4, 3), "8082:80/tcp"));
  final Container model = live(Samples.container(5, 3, 1));
  final Container mute = live(Samples.container(6, 4));
  final Container deaf = live(Samples.publishing(Samples.container(7, 4), "8083:80/tcp"));
  final Container open = live(Samples.container(8, 5));
  final Container torn = live(Samples.publishing(torn(), "8084:80/tcp"));
  final Container mixed = live(Samples.publishing(Samples.container(10, 3, 2), "8085:80/tcp"));
  static final NamespaceName ENDPOINT = LinkNames.endpoint(Samples.BLUE);
  static final NamespaceName NEIGHBOUR = new NamespaceName("neighbour");
  static final String PUBLIC = "192.168.218.2";
  static final int REFUSED = 7; // curl: could not connect
  static final int SILENCE = 28; // curl: timed out

  private Path pages = Path.of("");

  final ShellMachine machine = new ShellMachine();

  /// Published on scope 1, default route by scope 2.
  Container torn() {
    var e = Samples.endpoint(9, 2, 1);
    var first =
        new Endpoint(
            e.id(),
            e.network(),
            e.scope(),
            e.requested(),
            e.linkLocal(),
            e.addresses(),
            e.mac(),
            e.macRequested(),
            e.aliases(),
            e.links(),
            10,
            1,
            e.linkName(),
            e.options(),
            e.sysctls(),
            true,
            Optional.empty());
    return Samples.container(9, 1).withEndpoints(List.of(Samples.endpoint(9, 1, 0), first));
  }

  private Container live(Container container) {
    return Samples.running(placed(container));
  }

  /// What `vch create` adds, and then scopes.
  abstract List<Change> created(List<Scope> scopes);

  /// The container with its places as such a VCH gives them.
  abstract Container placed(Container container);

  List<Container> all() {
    return List.of(web, app, other, db, model, mute, deaf, open, torn, mixed);
  }

  Image image(List<Container> containers) {
    var changes =
        new ArrayList<>(
            created(
                List.of(
                    Samples.scope(2),
                    Samples.internalScope(3),
                    Samples.scope(4, new ScopeKind.Bridge(false, false, true)),
                    Samples.scope(5, new ScopeKind.Bridge(false, true, false)))));
    containers.forEach(c -> changes.add(Samples.put(c)));
    return Image.EMPTY.after(changes);
  }

  static List<MachineObject> objects(Image image) {
    return Desired.all(image).values().stream().flatMap(List::stream).toList();
  }

  @BeforeAll
  void build(@TempDir Path directory) throws IOException {
    pages = directory;
    machine.apply(Planner.plan(objects(image(all())), List.of()));
    // A neighbour on the port group, which routes to the containers' addresses by the public
    // address.
    var name = machine.ns(NEIGHBOUR);
    machine.run(
        "ip netns add "
            + name
            + " && ip -n "
            + machine.ns(NamespaceName.MACHINE)
            + " link add nb type veth peer name eth0 netns "
            + name
            + " && ip -n "
            + machine.ns(NamespaceName.MACHINE)
            + " link set nb master pl00000000aa up"
            + " && ip -n "
            + name
            + " link set eth0 up && ip -n "
            + name
            + " addr add 192.168.218.50/24 dev eth0"
            + " && ip -n "
            + name
            + " link set lo up"
            + " && ip -n "
            + name
            + " route add 172.16.0.0/12 via "
            + PUBLIC
            + " && ip -n "
            + machine.ns(NamespaceName.MACHINE)
            + " route add 172.16.0.0/12 via "
            + PUBLIC);
    var cgi = Files.createDirectories(pages.resolve("cgi-bin"));
    var who = Files.writeString(cgi.resolve("who"), "#!/bin/sh\nprintf '\\n%s' \"$REMOTE_ADDR\"\n");
    Files.setPosixFilePermissions(who, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (var container : all()) {
      http(LinkNames.container(container), 80);
    }
    http(LinkNames.container(web), 9005);
    http(ENDPOINT, 53);
    http(ENDPOINT, 2376);
    http(ENDPOINT, 9999);
    http(NEIGHBOUR, 80);
    http(NamespaceName.MACHINE, 80);
    var ready =
        machine.in(
            ENDPOINT,
            "for i in $(seq 100); do curl -s -o /dev/null 127.0.0.1:9999/ && exit 0; sleep 0.05; done; exit 1");
    assertThat(ready.status()).isZero();
  }

  void http(NamespaceName namespace, int port) {
    machine.serve(namespace, "busybox httpd -f -p " + port + " -h " + pages);
  }

  @AfterAll
  void tearDown() {
    machine.close();
  }

  /// Who the server says is asking.
  String asks(NamespaceName from, String to) {
    var ended = curl(from, to);
    assertThat(ended.status()).as(from + " -> " + to + ": " + ended.output()).isZero();
    return ended.output().replace("[::ffff:", "").replace("]", "");
  }

  ShellMachine.Ended curl(NamespaceName from, String to) {
    return machine.in(from, "curl -s --connect-timeout 1 http://" + to + "/cgi-bin/who");
  }

  NamespaceName in(Container container) {
    return LinkNames.container(container);
  }

  String address(Container container, int place) {
    return container.endpoints().get(place).addresses().getFirst().address().toString();
  }

  int ping(NamespaceName from, String to) {
    var ping = to.contains(":") ? "ping6" : "ping";
    return machine.in(from, "busybox " + ping + " -c 1 -W 1 " + to).status();
  }

  @Test
  void a_published_port_answers_from_outside_and_sees_the_clients_own_address() {
    assertThat(asks(NEIGHBOUR, PUBLIC + ":8080")).isEqualTo("192.168.218.50");
    assertThat(asks(NEIGHBOUR, PUBLIC + ":8081")).isEqualTo("192.168.218.50");
    assertThat(asks(NamespaceName.MACHINE, PUBLIC + ":8080")).isEqualTo("192.168.218.1");
  }

  @Test
  void a_published_range_keeps_its_ports() {
    assertThat(asks(NEIGHBOUR, PUBLIC + ":9005")).isEqualTo("192.168.218.50");
    assertThat(curl(NEIGHBOUR, PUBLIC + ":9011").status()).isEqualTo(REFUSED);
  }

  @Test
  void a_published_datagram_port_is_reached() {
    var heard = pages.resolve("heard");
    machine.serve(in(web), "nc -u -l 7000 > " + heard);
    var sent =
        machine.in(
            NEIGHBOUR,
            "for i in $(seq 30); do echo hello | nc -u -w 0 "
                + PUBLIC
                + " 7000; [ -s "
                + heard
                + " ] && exit 0; sleep 0.1; done; exit 1");
    assertThat(sent.status()).isZero();
  }

  @Test
  void hairpin_reaches_a_publication_from_its_own_segment_even_itself() {
    assertThat(asks(in(app), PUBLIC + ":8080")).isEqualTo("172.17.0.1");
    assertThat(asks(in(web), PUBLIC + ":8080")).isEqualTo("172.17.0.1");
    assertThat(asks(in(web), "172.17.0.1:8080")).isEqualTo("172.17.0.1");
  }

  @Test
  void hairpin_reaches_a_publication_of_another_scope_with_the_clients_address() {
    assertThat(asks(in(other), PUBLIC + ":8080")).isEqualTo("172.18.0.4");
  }

  @Test
  void hairpin_passes_where_members_may_not_talk() {
    assertThat(asks(in(mute), PUBLIC + ":8083")).isEqualTo("172.20.0.1");
  }

  @Test
  void a_publication_answers_though_the_default_route_leaves_by_another_scope() {
    assertThat(asks(NEIGHBOUR, PUBLIC + ":8084")).isEqualTo("192.168.218.50");
    assertThat(asks(in(torn), "192.168.218.50:80")).isEqualTo(PUBLIC);
  }

  @Test
  void a_publication_of_a_container_that_names_an_internal_scope_first_goes_by_the_other() {
    assertThat(asks(NEIGHBOUR, PUBLIC + ":8085")).isEqualTo("192.168.218.50");
  }

  @Test
  void a_forged_source_address_does_not_come_in_by_a_nic() {
    machine.in(NEIGHBOUR, "ip addr add 172.17.0.77/32 dev lo");
    assertThat(machine.in(NEIGHBOUR, "busybox ping -c 1 -W 1 -I 172.17.0.77 " + PUBLIC).status())
        .isNotZero();
    var asked =
        machine.in(
            NEIGHBOUR,
            "curl -s --connect-timeout 1 --interface 172.17.0.77 http://" + PUBLIC + ":8080/");
    assertThat(asked.status()).isEqualTo(SILENCE);
    machine.in(NEIGHBOUR, "ip addr del 172.17.0.77/32 dev lo");
  }

  @Test
  void members_of_a_scope_talk() {
    assertThat(asks(in(app), address(web, 0) + ":80")).isEqualTo("172.17.0.3");
    assertThat(asks(in(model), address(db, 0) + ":80")).isEqualTo("172.19.0.6");
    assertThat(asks(in(model), address(web, 0) + ":80")).isEqualTo("172.17.0.6");
  }

  @Test
  void members_do_not_talk_where_the_scope_forbids_it() {
    assertThat(curl(in(mute), address(deaf, 0) + ":80").status()).isNotZero();
    assertThat(ping(in(mute), "172.20.0.1")).isZero();
  }

  @Test
  void scopes_are_refused_to_each_other() {
    assertThat(curl(in(other), address(web, 0) + ":80").status()).isEqualTo(REFUSED);
    assertThat(curl(in(web), address(other, 0) + ":80").status()).isEqualTo(REFUSED);
    assertThat(ping(in(other), address(web, 0))).isNotZero();
  }

  @Test
  void containers_leave_by_the_public_role_under_its_address() {
    assertThat(asks(in(web), "192.168.218.50:80")).isEqualTo(PUBLIC);
    assertThat(asks(in(model), "192.168.218.50:80")).isEqualTo(PUBLIC);
  }

  @Test
  void a_scope_without_masquerading_leaves_under_its_own_address() {
    assertThat(asks(in(open), "192.168.218.50:80")).isEqualTo("172.21.0.9");
  }

  @Test
  void an_internal_scope_has_no_way_out_and_none_in() {
    machine.in(
        in(db), "ip route add default via 172.19.0.1"); // as if it had one: the filter must hold
    assertThat(curl(in(db), "192.168.218.50:80").status()).isEqualTo(REFUSED);
    assertThat(curl(in(db), address(web, 0) + ":80").status()).isEqualTo(REFUSED);
    assertThat(curl(in(db), PUBLIC + ":8080").status()).isEqualTo(REFUSED);
    assertThat(curl(in(app), address(db, 0) + ":80").status()).isEqualTo(REFUSED);
    assertThat(curl(NEIGHBOUR, PUBLIC + ":8082").status()).isEqualTo(REFUSED);
    machine.in(in(db), "ip route del default");
  }

  @Test
  void a_neighbour_that_routes_to_a_containers_address_gets_no_answer() {
    assertThat(curl(NEIGHBOUR, address(web, 0) + ":80").status()).isEqualTo(SILENCE);
    assertThat(curl(NEIGHBOUR, address(db, 0) + ":80").status()).isEqualTo(SILENCE);
    assertThat(curl(NEIGHBOUR, address(open, 0) + ":80").status()).isEqualTo(SILENCE);
    assertThat(curl(NamespaceName.MACHINE, address(web, 0) + ":80").status()).isEqualTo(SILENCE);
    assertThat(curl(NEIGHBOUR, "172.17.0.1:53").status()).isNotZero();
    assertThat(curl(NEIGHBOUR, "172.17.0.1:8080").status()).isNotZero();
  }

  @Test
  void containers_reach_their_gateway_for_names_and_ping_only() {
    assertThat(curl(in(web), "172.17.0.1:53").status()).isZero();
    assertThat(curl(in(db), "172.19.0.1:53").status()).isZero();
    assertThat(ping(in(web), "172.17.0.1")).isZero();
    assertThat(curl(in(web), "172.17.0.1:9999").status()).isEqualTo(REFUSED);
    assertThat(curl(in(web), "172.17.0.1:2376").status()).isEqualTo(REFUSED);
  }

  @Test
  void containers_do_not_reach_the_addresses_of_roles_or_other_gateways() {
    assertThat(curl(in(web), PUBLIC + ":2376").status()).isEqualTo(REFUSED);
    assertThat(curl(in(web), "172.18.0.1:53").status()).isEqualTo(REFUSED);
    assertThat(ping(in(web), "172.18.0.1")).isNotZero();
  }

  @Test
  void the_docker_api_answers_on_the_client_role_and_nothing_else_does() {
    assertThat(curl(NEIGHBOUR, PUBLIC + ":2376").status()).isZero();
    assertThat(curl(NEIGHBOUR, PUBLIC + ":9999").status()).isEqualTo(REFUSED);
    assertThat(ping(NEIGHBOUR, PUBLIC)).isZero();
  }

  @Test
  void names_are_served_on_gateways_only_and_may_be_published_over_on_the_public_role() {
    assertThat(asks(NEIGHBOUR, PUBLIC + ":53")).isEqualTo("192.168.218.50");
    assertThat(asks(in(app), "172.17.0.1:53")).isEqualTo("172.17.0.3");
  }

  @Test
  void a_forged_ip_address_does_not_leave_the_port() {
    machine.in(in(app), "ip addr add 172.17.0.77/16 dev eth0");
    assertThat(
            machine
                .in(
                    in(app),
                    "curl -s --connect-timeout 1 --interface 172.17.0.77 http://172.17.0.2/")
                .status())
        .isEqualTo(SILENCE);
    assertThat(
            machine
                .in(in(app), "busybox arping -c 2 -w 2 -I eth0 -s 172.17.0.77 172.17.0.2")
                .status())
        .isNotZero();
    assertThat(machine.in(in(app), "busybox arping -c 2 -w 2 -I eth0 172.17.0.2").status())
        .isZero();
    machine.in(in(app), "ip addr del 172.17.0.77/16 dev eth0");
  }

  @Test
  void a_forged_ethernet_address_does_not_leave_the_port() {
    var mac = "02:42:00:02:00:03";
    machine.in(in(other), "ip link set eth0 address 02:42:00:02:00:99 && ip neigh flush all");
    assertThat(ping(in(other), "172.18.0.1")).isNotZero();
    machine.in(
        in(other),
        "ip link set eth0 address "
            + mac
            + " && ip neigh flush all; ip route replace default via 172.18.0.1");
    assertThat(ping(in(other), "172.18.0.1")).isZero();
  }
}
