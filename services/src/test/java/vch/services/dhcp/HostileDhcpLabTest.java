package vch.services.dhcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vch.engine.lease.DhcpClients;
import vch.engine.lease.DhcpClients.Client;
import vch.engine.lease.DhcpFailed;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.Lease;

/// A server that does what none should (`hostile.py`): each time there is a good lease, or one
/// sentence.
@Tag("lab")
class HostileDhcpLabTest {
  private static final EndpointId PLACE = new EndpointId("0badcafe".repeat(8));
  private static final Mac MAC = Mac.parse("02:00:00:00:00:07");
  private static final Duration LONG = Duration.ofSeconds(20);

  private final List<DhcpClients.Changed> changes = new CopyOnWriteArrayList<>();
  private Lan lan;
  private BusyboxClients clients;

  @BeforeEach
  void build() throws Exception {
    lan = new Lan();
    lan.host("server", Mac.parse("02:00:00:00:00:01"));
    lan.in("server", "ip", "address", "add", "10.9.0.1/24", "dev", "eth0");
    lan.host("box", MAC);
    try (InputStream in = HostileDhcpLabTest.class.getResourceAsStream("hostile.py")) {
      Files.write(lan.directory().resolve("hostile.py"), Objects.requireNonNull(in).readAllBytes());
    }
    clients =
        new BusyboxClients(
            lan.directory().resolve("dhcp"),
            lan::path,
            new WireArp(lan, "server"),
            InstantSource.system(),
            new Random(1));
    clients.onChange(changes::add);
  }

  @AfterEach
  void tearDown() throws Exception {
    clients.stopAllBut(Set.of());
    clients.close();
    lan.close();
  }

  private Process server(String how) throws Exception {
    return lan.serve("server", "hostile", "python3", "hostile.py", how);
  }

  /// How often the server was asked for an address that it had offered or given.
  private int requests() {
    return lan.said("hostile").split("\n3 ", -1).length - 1;
  }

  private Lease lease() throws DhcpFailed {
    return lease(LONG);
  }

  private Lease lease(Duration atMost) throws DhcpFailed {
    clients.start(
        new Client(
            PLACE, new NamespaceName("box"), "eth0", MAC, "web", "lan", 0, Optional.empty()));
    return clients.await(PLACE, atMost);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "silent          | no DHCP offer on network lan within 3 s",
        "no-ack          | the DHCP server 10.9.0.1 offered 10.9.0.50 on network lan, but did not"
            + " confirm it within 3 s",
        "nak             | the DHCP server 10.9.0.1 refused 10.9.0.50 (NAK) on network lan",
        "giant           | no DHCP offer on network lan within 3 s", // udhcpc allows for 576 bytes
        "padded          | the DHCP server 10.9.0.1 offered 10.9.0.50 on network lan, but did not"
            + " confirm it within 3 s",
        "no-mask         | the answer of the DHCP server 10.9.0.1 on network lan has no usable"
            + " subnet mask",
        "long-mask       | the answer of the DHCP server 10.9.0.1 on network lan has no usable"
            + " subnet mask (255.255.255.0)",
        "odd-mask        | the answer of the DHCP server 10.9.0.1 on network lan has 255.0.255.0 as"
            + " subnet mask, which is none",
        "empty-mask      | the answer of the DHCP server 10.9.0.1 on network lan has the subnet"
            + " mask 0.0.0.0",
        "network-address | the answer of the DHCP server 10.9.0.1 on network lan is for 10.9.0.0,"
            + " which is no host's address in a subnet with the mask 255.255.255.0",
        "loopback        | the answer of the DHCP server 10.9.0.1 on network lan is for 127.0.0.1,"
            + " which no host can have",
        "multicast       | the answer of the DHCP server 10.9.0.1 on network lan is for 224.0.0.5,"
            + " which no host can have",
        "instant         | the answer of the DHCP server 10.9.0.1 on network lan lasts 0 s, too"
            + " short to be renewed",
      })
  void a_useless_server_is_one_sentence(String how, String sentence) throws Exception {
    server(how);
    assertThatThrownBy(() -> lease(Duration.ofSeconds(3)))
        .isInstanceOf(DhcpFailed.class)
        .hasMessage(sentence);
    assertThat(lan.addresses("box")).isEmpty();
    assertThat(clients.observe()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "bare,10.9.0.50/24",
    "no-time,10.9.0.50/24",
    "for-ever,10.9.0.50/24",
    "noise,10.9.0.50/24",
    "twice,10.9.0.50/24",
    "other-subnet,172.31.5.5/32"
  })
  void what_is_odd_but_good_enough_gives_a_lease(String how, String address) throws Exception {
    server(how);
    assertThat(lease().address()).hasToString(address);
    assertThat(lan.addresses("box")).contains("inet " + address.replace("/32", ""));
    if (how.equals("other-subnet")) {
      assertThat(lan.routes("box")).contains("default via 10.9.0.1 dev eth0");
    }
  }

  @Test
  void words_of_a_server_are_never_run_and_never_believed() throws Exception {
    server("words");
    var lease = lease();
    assertThat(lease.server()).isEqualTo(Ip.parse("10.9.0.1"));
    assertThat(lease.dns()).isEmpty();
    assertThat(lease.mtu()).isEmpty();
    assertThat(lease.routes()).isEmpty();
    assertThat(lease.domain().orElse("bad")).isEqualTo("bad"); // how udhcpc marks it
    assertThat(lan.directory().resolve("dhcp/pwned")).doesNotExist();
  }

  @Test
  void many_routes_and_servers_fit() throws Exception {
    server("many");
    var lease = lease();
    assertThat(lease.routes()).hasSize(16);
    assertThat(lease.dns()).containsExactly(Ip.parse("10.9.0.2"));
    assertThat(lease.routes().getLast().to()).isEqualTo(Subnet.parse("10.20.15.0/24"));
    assertThat(lan.routes("box")).contains("10.20.15.0/24 via 10.9.0.2 dev eth0");
  }

  @Test
  void a_lease_of_seconds_is_renewed_in_time_and_ends_with_its_server() throws Exception {
    var server = server("short");
    var first = lease();
    Lan.until("four renewals", () -> requests() >= 5);
    assertThat(changes).noneMatch(c -> c instanceof DhcpClients.Lost);
    assertThat(lan.addresses("box")).contains(first.address().toString());
    assertThat(clients.observe().get(PLACE).expires()).isAfter(first.expires());
    Lan.stop(server);
    Lan.until("a word of the loss", () -> changes.getLast() instanceof DhcpClients.Lost);
    assertThat(changes.getLast())
        .isEqualTo(new DhcpClients.Lost(PLACE, "it ended and no server renewed it"));
    Lan.until("the kernel took the address away", () -> lan.addresses("box").isEmpty());
    server("short");
    Lan.until("a lease again", () -> changes.getLast() instanceof DhcpClients.Bound);
  }

  /// Option 58: long before half of the lease.
  @Test
  void a_server_that_wants_to_be_asked_early_is_asked_early() throws Exception {
    server("early");
    lease();
    Lan.until("two renewals", () -> requests() >= 3);
    assertThat(changes).noneMatch(c -> c instanceof DhcpClients.Lost);
  }

  /// udhcpc cannot renew then and ends; it is started again and asks by frames of its own.
  @Test
  void a_program_that_takes_the_port_of_the_client_costs_no_lease() throws Exception {
    server("short");
    lease();
    var taken = lan.serve("box", "taken", "python3", "-c", TAKEN);
    Lan.until("it has the port", () -> lan.said("taken").contains("taken"));
    int before = requests();
    Lan.until("six more requests", () -> requests() >= before + 6);
    assertThat(lan.addresses("box")).contains("10.9.0.50/24");
    Lan.stop(taken);
  }

  private static final String TAKEN =
      "import socket, time; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);"
          + " s.bind(('', 68)); print('taken', flush=True); time.sleep(100)";

  @Test
  void a_refused_renewal_ends_the_address_at_once_and_another_is_taken() throws Exception {
    server("nak-renewal");
    assertThat(lease().address().address()).isEqualTo(Ip.parse("10.9.0.50"));
    Lan.until(
        "a word of the loss", () -> changes.stream().anyMatch(c -> c instanceof DhcpClients.Lost));
    assertThat(changes)
        .contains(
            new DhcpClients.Lost(PLACE, "the DHCP server took it back (NAK): 10.9.0.1 goaway"));
    Lan.until("the other address", () -> lan.addresses("box").contains("10.9.0.60/24"));
    assertThat(lan.addresses("box")).doesNotContain("10.9.0.50");
  }

  @Test
  void an_address_that_changes_leaves_none_behind() throws Exception {
    server("moving");
    assertThat(lease().address().address()).isEqualTo(Ip.parse("10.9.0.50"));
    Lan.until("the new address", () -> lan.addresses("box").contains("10.9.0.60/24"));
    assertThat(lan.addresses("box").lines()).hasSize(1);
    assertThat(lan.routes("box")).contains("src 10.9.0.60").doesNotContain("10.9.0.50");
  }

  @Test
  void an_address_in_use_is_declined_and_another_taken() throws Exception {
    lan.host("other", Mac.parse("02:00:00:00:00:09"));
    lan.in("other", "ip", "address", "add", "10.9.0.40/24", "dev", "eth0");
    server("taken");
    assertThat(lease().address().address()).isEqualTo(Ip.parse("10.9.0.41"));
    assertThat(lan.said("hostile")).contains("4 0a090028"); // DECLINE of 10.9.0.40
  }

  @Test
  void a_lan_where_all_is_taken_is_one_sentence() throws Exception {
    lan.host("other", Mac.parse("02:00:00:00:00:09"));
    lan.in("other", "ip", "address", "add", "10.9.0.50/24", "dev", "eth0");
    server("usual");
    assertThatThrownBy(() -> lease(Duration.ofSeconds(3)))
        .hasMessage(
            "the DHCP server 10.9.0.1 offered 10.9.0.50 on network lan, which another host there"
                + " uses already: 02:00:00:00:00:09");
  }

  @Test
  void a_link_that_is_not_there_is_one_sentence() {
    clients.start(
        new Client(
            PLACE, new NamespaceName("box"), "eth7", MAC, "web", "lan", 0, Optional.empty()));
    assertThatThrownBy(() -> clients.await(PLACE, LONG))
        .hasMessage("the DHCP client of network lan ended: SIOCGIFINDEX: No such device");
  }
}
