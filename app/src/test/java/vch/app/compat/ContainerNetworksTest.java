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

  @Test
  @Order(0)
  void port_groups_on_bridges_and_nics_that_the_machine_has() {
    machine.here("ip", "link", "add", "nic0", "type", "veth", "peer", "name", "far0").ok();
    machine.here("ip", "link", "add", "nic1", "type", "veth", "peer", "name", "far1").ok();
    machine.here("ip", "link", "add", "br9", "type", "bridge").ok();
    machine.here("ip", "link", "set", "nic1", "master", "br9").ok();
    machine.vch("portgroup", "create", "up", "--uplink", "nic0").ok();
    machine.vch("portgroup", "create", "adopted", "--bridge", "br9").ok();
    assertThat(
            machine
                .vch("portgroup", "ls", "--format", "{{.Name}} {{.Kind}} {{.Link}}")
                .ok()
                .lines())
        .contains("up nic nic0", "adopted bridge br9");
    machine
        .vch("portgroup", "create", "x", "--uplink", "nic0")
        .refused("NIC nic0 is port group \"up\" already; use that one");
    machine
        .vch("portgroup", "create", "x", "--uplink", "nic1")
        .refused(
            "the machine has no NIC of that name that is neither a port of a bridge nor the daemon's own; it has far0, far1, nic0");
    machine.here("ip", "link", "add", "br8", "type", "bridge").ok();
    machine
        .vch("portgroup", "create", "x", "--uplink", "br8")
        .refused("port group \"x\" cannot have bridge br8 for a NIC: adopt it with --bridge br8");
    machine
        .vch("portgroup", "create", "x", "--uplink", "nic0", "--nat")
        .refused("--uplink leads to the segment of a NIC; --nat and --subnet do not go with it");
    machine
        .vch("portgroup", "create", "x", "--no-host-access")
        .refused("--no-host-access needs --uplink");
    machine.vch("portgroup", "rm", "up", "adopted").ok();
    machine.here("ip", "link", "show", "nic0").ok();
    machine.here("ip", "link", "show", "br9").ok();
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

  @Test
  @Order(3)
  void a_dry_run_tells_and_changes_nothing() {
    var blue = blue();
    blue.importBusybox();
    blue.docker(
            "run",
            "-d",
            "--name",
            "web",
            "--net",
            "default-external",
            "-p",
            "80",
            "busybox",
            "sleep",
            "999")
        .ok();
    var dry =
        machine.vch("configure", "blue", "--container-network-firewall", "lan:closed", "--dry-run");
    assertThat(dry.ok().lines())
        .containsExactly(
            "The firewall of container network default-external changes from level published to closed, at once for running containers: web.",
            "Connections over container network default-external stop: level closed lets not even replies pass.",
            "Container web publishes ports on container network default-external, which level closed does not allow: they are not published from now on, and it cannot start again at this level.",
            "This is what would happen; nothing was changed (--dry-run).");
    assertThat(trust("default-external")).isEqualTo("published");
    assertThat(rules("web")).contains("tcp dport 80 accept");
  }

  @Test
  @Order(4)
  void configure_changes_a_running_network() {
    assertThat(machine.vch("configure", "--name", "blue", "-cnf", "default-external:closed").ok())
        .contains("changes from level published to closed");
    assertThat(trust("default-external")).isEqualTo("closed");
    assertThat(rules("web"))
        .contains("oifname \"eth0\" drop")
        .doesNotContain("tcp dport 80 accept");
    assertThat(blue().docker("ps", "--format", "{{.Names}} {{.Ports}}").ok())
        .isEqualTo("web 80/tcp"); // exposed, no longer published
    machine.vch("configure", "blue", "-cnf", "lan:published", "-cnd", "lan:10.2.0.9").ok();
    assertThat(rules("web")).contains("tcp dport 80 accept");
    TestMachine.until(
        "resolv.conf follows",
        () -> blue().docker("exec", "web", "cat", "/etc/resolv.conf").out().contains("10.2.0.9"));
    assertThat(machine.vch("configure", "blue").ok()).isEqualTo("Nothing changes.");
    assertThat(machine.vch("configure", "blue", "--dns-server", "192.168.218.1").ok())
        .isEqualTo(
            "Name servers of the VCH are 192.168.218.1 instead of those of the machine, at once.");
    machine.vch("configure", "blue", "--dns-server", "").saying("those of the machine");
    machine
        .vch("configure", "blue", "--dns-server", "x", "-cnf", "lan:brave")
        .refused("vch: Invalid DNS server specified: x\nUnrecognized container trust level brave.");
  }

  @Test
  @Order(5)
  void networks_come_and_go() {
    machine.vch("portgroup", "create", "spare").ok();
    machine
        .vch("configure", "blue", "-cn", "spare", "-cng", "spare:10.9.0.1/24")
        .saying("Container network spare is port group spare: 10.9.0.0/24 by gateway 10.9.0.1");
    assertThat(blue().docker("network", "ls", "--format", "{{.Name}}").ok().lines())
        .contains("spare");
    machine
        .vch(
            "configure",
            "blue",
            "--remove-container-network",
            "spare",
            "--remove-container-network",
            "lan")
        .refused(
            "Container network default-external cannot be removed: containers have a place on it: web; remove or disconnect them first");
    machine.vch("configure", "blue", "--remove-container-network", "spare").saying("is removed");
    assertThat(blue().docker("network", "ls", "--format", "{{.Name}}").ok().lines())
        .doesNotContain("spare")
        .contains("default-external");
    machine.vch("portgroup", "rm", "spare").ok();
  }

  @Test
  @Order(6)
  void addresses_and_pools_are_listed() {
    var web = blue().address("web");
    var listed = machine.vch("ip", "ls", "blue").ok().lines().toList();
    assertThat(listed.getFirst()).matches("NETWORK +ADDRESS +WHO +SINCE +WHY +STATE");
    assertThat(listed)
        .anyMatch(l -> l.matches("default-external +" + web + " +web +20\\S+ +dynamic +running"))
        .anyMatch(
            l ->
                l.matches(
                    "default-external +10.2.0.1 +gateway +20\\S+ +gateway of the network +reserved"))
        .anyMatch(l -> l.matches("default-external +10.2.1.10-10.2.1.99 +90 +1 +89"));
    assertThat(
            machine
                .vch(
                    "ip",
                    "ls",
                    "blue",
                    "--network",
                    "default-external",
                    "--pools",
                    "--format",
                    "{{.Free}}")
                .ok())
        .isEqualTo("89");
    assertThat(machine.vch("ip", "ls", "blue", "--format", "json").ok())
        .contains("\"Address\":\"" + web + "\",\"Who\":\"web\"");
    assertThat(machine.vch("lease", "ls", "blue").ok())
        .matches("ADDRESS +CONTAINER +NETWORK +SERVER +OBTAINED +EXPIRES");
    machine.vch("ip", "ls", "nope").refused("VCH \"nope\" not found");
  }

  private String trust(String network) {
    return machine
        .vch(
            "inspect",
            "blue",
            "--format",
            "{{range .ContainerNetworks}}{{.Name}} {{.TrustLevel}}\n{{end}}")
        .ok()
        .lines()
        .filter(l -> l.startsWith(network + " "))
        .map(l -> l.substring(network.length() + 1))
        .findFirst()
        .orElse("");
  }

  /// The firewall inside the container's namespace.
  private String rules(String container) {
    var pid = blue().docker("inspect", "-f", "{{.State.Pid}}", container).ok();
    return Command.run("nsenter", "-t", pid, "-n", "nft", "list", "table", "inet", "portlayer")
        .ok();
  }
}
