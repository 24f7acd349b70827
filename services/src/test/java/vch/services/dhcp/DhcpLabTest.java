package vch.services.dhcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import vch.engine.lease.DhcpClients;
import vch.engine.lease.DhcpClients.Client;
import vch.engine.lease.DhcpFailed;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.Lease;

/// Clients against servers that people run: dnsmasq and Kea.
@Tag("lab")
class DhcpLabTest {
  private static final EndpointId PLACE = new EndpointId("a1b2c3d4".repeat(8));
  private static final Mac MAC = Mac.parse("02:00:00:00:00:07");
  private static final NamespaceName BOX = new NamespaceName("box");
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final String HOUR = "3600";

  private final List<DhcpClients.Changed> changes = new CopyOnWriteArrayList<>();
  private Lan lan;
  private BusyboxClients clients;

  @BeforeEach
  void build() throws Exception {
    lan = new Lan();
    lan.host("server", Mac.parse("02:00:00:00:00:01"));
    lan.in("server", "ip", "address", "add", "10.9.0.1/24", "dev", "eth0");
    lan.host("machine", Mac.parse("02:00:00:00:00:02"));
    lan.host("box", MAC);
    clients = daemon();
  }

  @AfterEach
  void tearDown() throws Exception {
    clients.stopAllBut(Set.of());
    clients.close();
    lan.close();
  }

  private BusyboxClients daemon() {
    var next =
        new BusyboxClients(
            lan.directory().resolve("dhcp"),
            lan::path,
            new WireArp(lan, "machine"),
            InstantSource.system(),
            new Random(1));
    next.onChange(changes::add);
    return next;
  }

  private Process dnsmasq(String seconds, String... more) throws Exception {
    var words =
        new java.util.ArrayList<>(
            List.of("dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--port=0", "--no-ping"));
    words.addAll(
        List.of("--user=root", "--interface=eth0", "--bind-interfaces", "--except-interface=lo"));
    words.addAll(List.of("--dhcp-leasefile=leases", "--log-dhcp", "--dhcp-authoritative"));
    words.add("--dhcp-range=10.9.0.100,10.9.0.110,255.255.255.0," + seconds);
    words.addAll(List.of(more));
    return lan.serve("server", "dnsmasq", words.toArray(String[]::new));
  }

  private static Client box(int rank) {
    return new Client(PLACE, BOX, "eth0", MAC, "web", "lan", rank, Optional.empty());
  }

  private Lease lease() throws DhcpFailed {
    clients.start(box(0));
    return clients.await(PLACE, LONG);
  }

  @Test
  void a_lease_brings_address_routes_and_all_that_the_server_tells() throws Exception {
    dnsmasq(
        HOUR,
        "--dhcp-option=option:router,10.9.0.1",
        "--dhcp-option=option:dns-server,10.9.0.2,10.9.0.3",
        "--dhcp-option=option:domain-name,lan.example",
        "--dhcp-option=option:mtu,1400");
    var lease = lease();
    assertThat(lease.server()).isEqualTo(Ip.parse("10.9.0.1"));
    assertThat(lease.routers()).containsExactly(Ip.parse("10.9.0.1"));
    assertThat(lease.dns()).containsExactly(Ip.parse("10.9.0.2"), Ip.parse("10.9.0.3"));
    assertThat(lease.domain()).contains("lan.example");
    assertThat(lease.mtu()).contains(1400);
    assertThat(Duration.between(lease.obtained(), lease.expires())).isEqualTo(Duration.ofHours(1));
    assertThat(lan.addresses("box"))
        .contains("inet " + lease.address() + " brd 10.9.0.255")
        .contains("valid_lft 3");
    assertThat(lan.routes("box"))
        .contains("default via 10.9.0.1 dev eth0 proto dhcp src " + lease.address().address())
        .contains("metric 100");
    assertThat(clients.observe()).containsExactly(java.util.Map.entry(PLACE, lease));
    assertThat(lan.said("dnsmasq"))
        .contains("client provides name: web")
        .contains("vendor class: portlayer");
  }

  @Test
  void a_link_that_is_made_anew_gets_the_address_and_the_routes_again() throws Exception {
    dnsmasq(HOUR, "--dhcp-option=option:router,10.9.0.1");
    var lease = lease();
    lan.in("box", "ip", "link", "del", "eth0");
    lan.cable("box", MAC);
    Lan.until(
        "the address is back",
        () -> lan.addresses("box").contains("inet " + lease.address() + " brd"));
    Lan.until("the route is back", () -> lan.routes("box").contains("default via 10.9.0.1"));
  }

  @Test
  void a_server_without_router_and_names_is_good_enough() throws Exception {
    dnsmasq(HOUR, "--dhcp-option=option:router", "--dhcp-option=option:dns-server");
    var lease = lease();
    assertThat(lease.routers()).isEmpty();
    assertThat(lease.dns()).isEmpty();
    assertThat(lan.routes("box")).doesNotContain("default").contains("10.9.0.0/24");
  }

  @Test
  void classless_routes_replace_the_router() throws Exception {
    dnsmasq(
        HOUR,
        "--dhcp-option=option:router,10.9.0.1",
        "--dhcp-option=option:classless-static-route,10.1.0.0/16,10.9.0.2,0.0.0.0/0,10.9.0.3");
    var lease = lease();
    assertThat(lease.routers()).containsExactly(Ip.parse("10.9.0.3"));
    assertThat(lease.routes())
        .containsExactly(new Lease.StaticRoute(Subnet.parse("10.1.0.0/16"), Ip.parse("10.9.0.2")));
    assertThat(lan.routes("box"))
        .contains("default via 10.9.0.3 dev eth0")
        .contains("10.1.0.0/16 via 10.9.0.2 dev eth0")
        .doesNotContain("via 10.9.0.1 ");
  }

  @Test
  void silence_is_said_and_a_late_server_is_found() throws Exception {
    clients.start(box(0));
    assertThatThrownBy(() -> clients.await(PLACE, Duration.ofSeconds(2)))
        .isInstanceOf(DhcpFailed.class)
        .hasMessage("no DHCP offer on network lan within 2 s");
    dnsmasq(HOUR);
    assertThat(clients.await(PLACE, LONG)).isNotNull();
  }

  @Test
  void a_client_outlives_its_daemon_and_is_taken_over() throws Exception {
    dnsmasq("120");
    var lease = lease();
    clients.close(); // what a killed daemon leaves: the client goes on, nobody listens
    clients = daemon();
    assertThat(clients.observe()).containsKey(PLACE);
    var pid = new ClientFiles(lan.directory().resolve("dhcp"), PLACE).pid();
    var before = ClientFiles.text(pid);
    clients.start(box(3));
    assertThat(clients.await(PLACE, LONG).address()).isEqualTo(lease.address());
    Lan.until("routes with the new metric", () -> lan.routes("box").contains("metric 103"));
    assertThat(lan.routes("box")).doesNotContain("metric 100");
    assertThat(ClientFiles.text(pid)).isEqualTo(before);
    Lan.until(
        "a word of the lease that was found",
        () -> changes.stream().filter(c -> c instanceof DhcpClients.Bound).count() >= 2);
  }

  @Test
  void another_namespace_gets_another_client_and_the_same_address() throws Exception {
    dnsmasq(HOUR);
    var lease = lease();
    clients.stop(PLACE);
    assertThat(clients.observe()).isEmpty();
    lan.host("box2", MAC);
    lan.in("box", "ip", "link", "delete", "eth0");
    clients.start(
        new Client(
            PLACE,
            new NamespaceName("box2"),
            "eth0",
            MAC,
            "web",
            "lan",
            0,
            Optional.of(lease.address().address())));
    assertThat(clients.await(PLACE, LONG).address()).isEqualTo(lease.address());
    assertThat(lan.addresses("box2")).contains(lease.address().toString());
  }

  @Test
  void a_client_that_is_killed_is_started_again_and_the_address_stays() throws Exception {
    dnsmasq(HOUR);
    var lease = lease();
    var files = new ClientFiles(lan.directory().resolve("dhcp"), PLACE);
    var first = ClientProcess.find(files).orElseThrow();
    first.handle().destroyForcibly();
    Lan.until(
        "another client with a lease",
        () ->
            ClientProcess.find(files).filter(p -> !p.equals(first)).isPresent()
                && lan.said("dnsmasq").split("DHCPACK", -1).length > 2);
    assertThat(lan.addresses("box")).contains(lease.address().toString());
    assertThat(changes).noneMatch(c -> c instanceof DhcpClients.Lost);
  }

  @Test
  void a_released_address_is_free_at_the_server_at_once() throws Exception {
    dnsmasq(HOUR);
    var lease = lease();
    clients.stop(PLACE);
    clients.release(PLACE, MAC, lease, "eth0");
    Lan.until(
        "the release at the server",
        () -> lan.said("dnsmasq").contains("DHCPRELEASE(eth0) " + lease.address().address()));
    Lan.until(
        "no lease there",
        () -> ClientFiles.text(lan.directory().resolve("leases")).orElse("").isBlank());
  }

  /// Kea of the Internet Systems Consortium, with leases of some seconds.
  private void kea(int seconds, String pool) throws Exception {
    Files.writeString(
        lan.directory().resolve("kea.json"),
        """
        {"Dhcp4": {"interfaces-config": {"interfaces": ["eth0"]},
          "lease-database": {"type": "memfile", "persist": true, "name": "%s/kea-leases"},
          "valid-lifetime": %d, "decline-probation-period": 3600,
          "loggers": [{"name": "kea-dhcp4", "severity": "DEBUG", "debuglevel": 50,
            "output_options": [{"output": "stdout"}]}],
          "subnet4": [{"subnet": "10.9.0.0/24", "pools": [{"pool": "%s"}],
            "option-data": [{"name": "routers", "data": "10.9.0.1"},
              {"name": "domain-name-servers", "data": "10.9.0.2"},
              {"name": "domain-name", "data": "kea.example"}]}]}}
        """
            .formatted(lan.directory(), seconds, pool));
    var own = lan.directory().toString();
    lan.serve(
        "server",
        "kea",
        "env",
        "KEA_PIDFILE_DIR=" + own,
        "KEA_LOCKFILE_DIR=" + own,
        "kea-dhcp4",
        "-c",
        "kea.json");
  }

  private String keaLeases() {
    return ClientFiles.text(lan.directory().resolve("kea-leases")).orElse("");
  }

  @Test
  void kea_knows_the_endpoint_renews_it_and_takes_it_back() throws Exception {
    kea(6, "10.9.0.100 - 10.9.0.110");
    var lease = lease();
    assertThat(lease.routers()).containsExactly(Ip.parse("10.9.0.1"));
    assertThat(lease.dns()).containsExactly(Ip.parse("10.9.0.2"));
    assertThat(lease.domain()).contains("kea.example");
    var colons = String.join(":", HexFormat.of().formatHex(ClientId.of(PLACE)).split("(?<=\\G..)"));
    assertThat(keaLeases()).contains(lease.address().address() + "," + MAC + "," + colons);
    Lan.until("three renewals", () -> keaLeases().split(colons, -1).length > 4);
    assertThat(changes).noneMatch(c -> c instanceof DhcpClients.Lost);
    assertThat(lan.addresses("box")).contains(lease.address().toString());
    clients.stop(PLACE);
    clients.release(PLACE, MAC, lease, "eth0");
    Lan.until("the release at the server", () -> lan.said("kea").contains("DHCP4_RELEASE "));
  }

  @Test
  void kea_hears_of_an_address_in_use_and_gives_another() throws Exception {
    lan.in("machine", "ip", "address", "add", "10.9.0.100/24", "dev", "eth0");
    kea(3600, "10.9.0.100 - 10.9.0.101");
    assertThat(lease().address().address()).isEqualTo(Ip.parse("10.9.0.101"));
    assertThat(lan.said("kea")).contains("DHCP4_DECLINE_LEASE");
  }

  @Test
  void a_stopped_client_leaves_no_process_and_no_file() throws Exception {
    dnsmasq(HOUR);
    lease();
    var files = new ClientFiles(lan.directory().resolve("dhcp"), PLACE);
    var process = ClientProcess.find(files).orElseThrow();
    clients.stop(PLACE);
    assertThat(process.handle().isAlive()).isFalse();
    assertThat(lan.directory().resolve("dhcp").toFile().list())
        .noneMatch(f -> f.startsWith(PLACE.value()));
  }
}
