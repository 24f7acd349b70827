package vch.services.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import vch.engine.lease.DhcpClients.Client;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.container.EndpointId;

class ClientCommandTest {
  private static final EndpointId PLACE =
      new EndpointId("00112233445566778899aabbccddeeff" + "a0a1a2a3" + "f".repeat(24));

  private static Client client(String hostname, int rank) {
    return new Client(
        PLACE,
        new NamespaceName("c-1"),
        "eth0",
        Mac.parse("02:00:00:00:00:07"),
        hostname,
        "lan",
        rank,
        Optional.empty());
  }

  private static List<String> words(String hostname, Optional<Ip> wanted) {
    return ClientCommand.of(
            Programs.find(List.of()),
            client(hostname, 0),
            new ClientFiles(Path.of("/run/p/dhcp"), PLACE),
            Path.of("/run/p/netns/c-1"),
            wanted)
        .command();
  }

  @Test
  void the_client_id_is_the_endpoints_own() {
    assertThat(HexFormat.of().formatHex(ClientId.of(PLACE)))
        .isEqualTo("ff" + "a0a1a2a3" + "0004" + "00112233445566778899aabbccddeeff");
    assertThat(words("web", Optional.empty()))
        .contains("0x3d:ffa0a1a2a3000400112233445566778899aabbccddeeff");
  }

  @Test
  void only_a_host_name_is_told() {
    assertThat(words("web.example", Optional.empty())).contains("hostname:web.example");
    for (var odd : List.of("", "a b", "-x", "ä", "a..b", "x".repeat(64), "web\nlease:1")) {
      assertThat(words(odd, Optional.empty())).noneMatch(w -> w.startsWith("hostname:"));
    }
  }

  @Test
  void the_last_address_is_asked_for() {
    assertThat(words("web", Optional.of(Ip.parse("10.9.0.7")))).containsSequence("-r", "10.9.0.7");
    assertThat(words("web", Optional.empty())).doesNotContain("-r");
  }

  @Test
  void a_client_is_the_same_whatever_its_rank() {
    var text = ClientCommand.text(client("web", 0));
    assertThat(text).contains("metric 100\n");
    assertThat(ClientCommand.isSame(client("web", 3), text)).isTrue();
    assertThat(ClientCommand.isSame(client("db", 0), text)).isFalse();
    assertThat(ClientCommand.isSame(client("web", 0), "")).isFalse();
  }

  @Test
  void what_is_not_installed_is_named_with_its_package() {
    assertThat(new Programs(Map.of(), Map.of("busybox", "busybox-static")).complaint("lan"))
        .contains(
            "network lan has no gateway, so it needs a DHCP client, and these programs for it are"
                + " not installed: busybox; on Debian: apt-get install busybox-static");
    assertThat(Programs.find(List.of("/nowhere")).complaint("lan").orElseThrow())
        .contains("busybox, ip, nsenter, setsid")
        .endsWith("apt-get install busybox-static iproute2 util-linux");
  }

  @Test
  void the_step_that_failed_is_named() {
    var wait = Duration.ofSeconds(10);
    assertThat(ClientLog.failure("udhcpc: broadcasting discover\n", "lan", wait))
        .isEqualTo("no DHCP offer on network lan within 10 s");
    var select = "udhcpc: broadcasting select for 10.0.0.7, server 10.0.0.1\n";
    assertThat(ClientLog.failure(select, "lan", wait))
        .isEqualTo(
            "the DHCP server 10.0.0.1 offered 10.0.0.7 on network lan, but did not confirm it within 10 s");
    assertThat(ClientLog.failure(select + "udhcpc: received DHCP NAK\n", "lan", wait))
        .isEqualTo("the DHCP server 10.0.0.1 refused 10.0.0.7 (NAK) on network lan");
    // as earlier and later versions say it
    assertThat(ClientLog.failure("udhcpc: sending select for 10.0.0.7\n", "lan", wait))
        .startsWith("the DHCP server offered 10.0.0.7");
  }
}
