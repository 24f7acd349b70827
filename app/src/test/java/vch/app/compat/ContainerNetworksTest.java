package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/// Container networks on the command line, from create over configure to the end. What their
/// packets do is tested elsewhere.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ContainerNetworksTest {
  private final TestMachine machine = new TestMachine();

  @BeforeAll
  void start() {
    machine.startDaemon();
    machine.vch("portgroup", "create", "lan").ok();
    machine.vch("portgroup", "create", "vic production").ok();
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  private TestVch blue() {
    return new TestVch(machine, "blue");
  }

  @Test
  @Order(1)
  void all_that_is_wrong_is_told_at_once() {
    var ran =
        machine.vch(
            "create",
            "--name",
            "blue",
            "-cn",
            "vic production",
            "-cn",
            "nowhere:gone",
            "--container-network",
            "lan:bridge",
            "--container-network-gateway",
            "lan:10.2.0.0/16",
            "-cnr",
            "lan:10.3.0.1-9",
            "-cnd",
            "lan:one",
            "-cnf",
            "lan:brave",
            "--container-network-routers",
            "lan:maybe",
            "-cng",
            "wan:10.9.0.1/24",
            "--dns-server",
            "two");
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.err().lines())
        .containsExactly(
            "vch: Invalid DNS server specified: two",
            "A network alias must be supplied when network name \"vic production\" contains spaces.",
            "Cannot use reserved name \"bridge\" for container network",
            "The following container network gateway is set, but CONTAINER-NETWORK cannot be found. Please check the"
                + " --container-network and --container-network-gateway settings: wan:10.9.0.1/24, \"wan\" should be a port group or its alias",
            "Invalid DNS IP specified for container network bridge: one",
            "Unrecognized container trust level brave. Container network bridge can have one of closed, outbound, peers, published, open",
            "Invalid value for --container-network-routers of container network bridge: \"maybe\" should be accept or refuse",
            "Inconsistent container network configuration.",
            "Error adding container network \"gone\": network 'nowhere' not found",
            "Suggested values for --container-network: \"VM Network\", \"lan\", \"vic production\"",
            "Gateway 10.2.0.0 is not a routable address",
            "IP range \"10.3.0.1-10.3.0.9\" is not in subnet \"10.2.0.0/16\"");
    assertThat(machine.vch("ls", "--format", "{{.Name}}").ok()).isEmpty();
  }

  @Test
  @Order(2)
  void docker_shows_what_create_made() {
    var made =
        machine.vch(
            "create",
            "--name",
            "blue",
            "-cn",
            "lan:default-external",
            "-cng",
            "lan:10.2.0.1/16",
            "-cnr",
            "default-external:10.2.1.10-99",
            "-cn",
            "vic production:vic-production");
    assertThat(made.ok().lines())
        .contains(
            "Container network default-external is port group lan: 10.2.0.0/16 by gateway 10.2.0.1, addresses from 10.2.1.10-10.2.1.99, trust level published",
            "Container network vic-production is port group vic production: addresses by DHCP, trust level published");
    var blue = blue();
    assertThat(blue.docker("network", "ls", "--format", "{{.Name}} {{.Driver}}").ok().lines())
        .contains("default-external external", "vic-production external");
    var inspected = "{{.ID}} {{range .IPAM.Config}}{{.Subnet}} {{.Gateway}}{{end}}";
    var before = blue.docker("network", "inspect", "default-external", "-f", inspected).ok();
    assertThat(before).endsWith(" 10.2.0.0/16 10.2.0.1");
    machine.stopDaemon();
    machine.startDaemon();
    assertThat(blue.docker("network", "inspect", "default-external", "-f", inspected).ok())
        .isEqualTo(before);
    assertThat(
            machine
                .vch(
                    "inspect",
                    "blue",
                    "--format",
                    "{{range .ContainerNetworks}}{{.Name}} {{.PortGroup}} {{json .Ranges}} {{.TrustLevel}}\n{{end}}")
                .ok()
                .lines())
        .containsExactly(
            "default-external lan [\"10.2.1.10-10.2.1.99\"] published",
            "vic-production vic production [] published");
    machine
        .vch("portgroup", "rm", "lan")
        .refused("it is container network default-external of VCH \"blue\"");
  }
}
