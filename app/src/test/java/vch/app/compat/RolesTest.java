package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Roles of a VCH on port groups of every kind, with real packets from neighbours on them.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RolesTest {
  private final TestMachine machine = new TestMachine();

  @BeforeAll
  void start() {
    machine.startDaemon();
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  private static Ran fetch(TestMachine.Host host, String address, int port) {
    return TestVch.fetch(host::run, "http://" + address + ":" + port + "/");
  }

  private static boolean connects(TestMachine.Host host, String address, int port) {
    return host.run("nc", "-z", "-w", "2", address, Integer.toString(port)).status() == 0;
  }

  private String link(String portGroup) {
    return machine.vch("portgroup", "inspect", portGroup, "--format", "{{.Link}}").ok();
  }

  @Test
  void an_internal_port_group_takes_a_static_address_and_a_gateway_that_is_a_neighbour() {
    machine.vch("portgroup", "create", "plant floor").saying("plant floor");
    machine
        .vch("create", "--name", "inner", "--public-network", "plant floor")
        .refused(
            "has no subnet to take an address from, and DHCP is not offered yet: give --public-network-ip");
    machine
        .vch(
            "create",
            "--name",
            "inner",
            "--public-network",
            "plant floor",
            "--public-network-ip",
            "10.50.0.2/24")
        .refused("public network must have both static IP and gateway specified");
    machine
        .vch(
            "create",
            "--name",
            "inner",
            "--public-network",
            "plant floor",
            "--public-network-ip",
            "10.50.0.2/24",
            "--public-network-gateway",
            "10.51.0.1")
        .refused("public gateway with IP 10.51.0.1 is not reachable from 10.50.0.2/24");
    var vch =
        machine.create(
            "inner",
            "--public-network",
            "plant floor",
            "--public-network-ip",
            "10.50.0.2/24",
            "--public-network-gateway",
            "10.50.0.1");
    var router = machine.host("router", link("plant floor"), "10.50.0.1/24");
    router.run("ip", "addr", "add", "10.99.0.1/32", "dev", "lo").ok();
    vch.serve("web", 80, "from the floor", "-p", "8080:80");
    fetch(router, "10.50.0.2", 8080).saying("from the floor");
    // the default route leaves by the gateway
    vch.docker("run", "--rm", "busybox", "ping", "-c", "1", "-W", "2", "10.99.0.1")
        .saying("1 packets received");
    machine
        .vch(
            "create",
            "--name",
            "second",
            "--public-network",
            "plant floor",
            "--public-network-ip",
            "10.50.0.2/24",
            "--public-network-gateway",
            "10.50.0.1")
        .refused(
            "--public-network-ip 10.50.0.2/24 is already in use by VCH inner on port group plant floor");
    machine
        .vch("portgroup", "rm", "plant floor")
        .refused("is in use: it serves role public of VCH \"inner\"");
    machine.vch("delete", "--force", "inner").ok();
    machine.vch("portgroup", "rm", "plant floor").saying("plant floor");
    assertThat(machine.here("ip", "-br", "link", "show", "type", "bridge").ok())
        .doesNotContain("10.50");
  }

  @Test
  void a_nat_port_group_gives_addresses_and_a_way_out() {
    machine.vch("portgroup", "create", "office", "--nat", "--subnet", "10.60.0.0/24").ok();
    machine
        .here("ip", "addr", "add", "10.98.0.1/32", "dev", "lo")
        .ok(); // an address of the machine, off the subnet
    var vch = machine.create("natted", "--public-network", "office");
    assertThat(vch.publicAddress()).isEqualTo("10.60.0.2");
    vch.docker("run", "--rm", "busybox", "ping", "-c", "1", "-W", "2", "10.98.0.1")
        .saying("1 packets received");
    machine
        .vch(
            "create",
            "--name",
            "asked",
            "--public-network",
            "office",
            "--public-network-ip",
            "10.60.0.1/24")
        .refused("10.60.0.1/24 is the machine's own address");
    machine
        .vch(
            "create",
            "--name",
            "asked",
            "--public-network",
            "office",
            "--public-network-ip",
            "10.61.0.9/24")
        .refused("is not in the subnet 10.60.0.0/24");
    machine
        .vch("portgroup", "create", "same", "--nat", "--subnet", "10.60.0.0/16")
        .refused("overlaps with port group \"office\" subnet 10.60.0.0/24");
    machine.vch("delete", "--force", "natted").ok();
    machine.vch("portgroup", "rm", "office").ok();
    assertThat(machine.here("ip", "addr").ok()).doesNotContain("10.60.0.1");
  }

  @Test
  void an_adopted_bridge_is_used_and_never_changed() {
    machine.here("ip", "link", "add", "br-lan", "type", "bridge").ok();
    machine.here("ip", "link", "set", "br-lan", "up", "mtu", "1500").ok();
    machine.here("ip", "addr", "add", "10.70.0.1/24", "dev", "br-lan").ok();
    var neighbour = machine.host("lan", "br-lan", "10.70.0.9/24");
    var before = adopted();
    machine.vch("portgroup", "create", "lan", "--bridge", "br-lan").ok();
    machine
        .vch("portgroup", "create", "again", "--bridge", "br-lan")
        .refused("bridge br-lan is port group \"lan\" already");
    var vch =
        machine.create(
            "onlan",
            "--public-network",
            "lan",
            "--public-network-ip",
            "10.70.0.2/24",
            "--public-network-gateway",
            "10.70.0.1");
    assertThat(adopted().replaceAll("(?m)^pn.*\n", ""))
        .isEqualTo(before); // one port more, nothing else
    vch.serve("web", 80, "on the lan", "-p", "80:80");
    fetch(neighbour, "10.70.0.2", 80).saying("on the lan");
    vch.fetch("http://10.70.0.2/").saying("on the lan"); // from the machine itself
    vch.docker("run", "--rm", "busybox", "ping", "-c", "1", "-W", "2", "10.70.0.9")
        .saying("1 packets received");
    // a neighbour that routes to a container's address by the VCH gets no answer
    neighbour.run("ip", "route", "add", "172.16.0.0/12", "via", "10.70.0.2").ok();
    assertThat(connects(neighbour, vch.address("web"), 80)).isFalse();
    machine.vch("delete", "--force", "onlan").ok();
    machine.vch("portgroup", "rm", "lan").ok();
    assertThat(adopted()).isEqualTo(before);
    neighbour.run("ping", "-c", "1", "-W", "2", "10.70.0.1").ok();
  }

  /// What somebody set on the bridge, and its ports.
  private String adopted() {
    return machine
        .here(
            "sh",
            "-c",
            "ip -o -4 addr show br-lan; cd /sys/class/net/br-lan; ls brif; grep . address mtu flags"
                + " bridge/stp_state bridge/ageing_time bridge/forward_delay  bridge/multicast_snooping")
        .ok();
  }

  @Test
  void a_client_role_of_its_own_serves_docker_there_only_and_publications_stay_on_public() {
    machine.vch("portgroup", "create", "clients", "--nat", "--subnet", "10.80.0.0/24").ok();
    var out =
        machine.vch("create", "--name", "split", "--client-network", "clients", "--no-tls").ok();
    assertThat(out)
        .contains("Network role management is sharing NIC with client")
        .doesNotContain("role client is sharing")
        .contains("DOCKER_HOST=10.80.0.2:2375");
    var vch = new TestVch(machine, "split");
    vch.importBusybox();
    var outside = vch.publicAddress();
    var onPublic = machine.host("pub", machine.vmNetwork(), "192.168.218.200/24");
    var onClient = machine.host("cli", link("clients"), "10.80.0.200/24");
    vch.serve("web", 80, "published", "-p", "8080:80", "-p", "2375:80");
    fetch(onPublic, outside, 8080).saying("published");
    fetch(onPublic, outside, 2375).saying("published"); // the port is free there
    assertThat(connects(onClient, "10.80.0.2", 8080)).isFalse();
    onClient.run("docker", "-H", "10.80.0.2:2375", "version").saying("Server");
    // neither answers for the other's address, even for who routes there
    onPublic.run("ip", "route", "add", "10.80.0.0/24", "via", outside).ok();
    onClient.run("ip", "route", "add", outside, "via", "10.80.0.2").ok();
    assertThat(connects(onPublic, "10.80.0.2", 2375)).isFalse();
    assertThat(connects(onClient, outside, 8080)).isFalse();
    // containers leave by public only, and do not reach the Docker API
    for (var target : List.of("10.80.0.200", "10.80.0.2")) {
      assertThat(vch.docker("exec", "web", "ping", "-c", "1", "-W", "1", target).status())
          .isNotZero();
    }
    vch.docker("exec", "web", "ping", "-c", "1", "-W", "2", "192.168.218.200")
        .saying("1 packets received");
    assertThat(vch.docker("exec", "web", "nc", "-w", "2", "10.80.0.2", "2375").status())
        .isNotZero();
    machine.vch("delete", "--force", "split").ok();
    machine.vch("portgroup", "rm", "clients").ok();
  }

  @Test
  void a_management_role_of_its_own_has_a_nic_and_create_says_that_nothing_is_served_there() {
    machine.vch("portgroup", "create", "mgmt").ok();
    machine
        .vch(
            "create",
            "--name",
            "managed",
            "--management-network",
            "mgmt",
            "--management-network-ip",
            "10.90.0.2/24")
        .saying(
            "Management traffic will use: 10.90.0.2 (nothing is served on the management role yet)");
    var host = machine.host("mg", link("mgmt"), "10.90.0.3/24");
    host.run("ping", "-c", "1", "-W", "2", "10.90.0.2").ok();
    assertThat(connects(host, "10.90.0.2", 2376)).isFalse();
    machine.vch("delete", "managed").ok();
    machine
        .vch(
            "create",
            "--name",
            "managed",
            "--management-network",
            "mgmt",
            "--management-network-ip",
            "10.90.0.2/24",
            "--management-network-gateway",
            "10.91.0.0/24:10.90.0.1")
        .refused("routes by a gateway of the management network are not offered yet");
    machine
        .vch("create", "--name", "managed", "--client-network-ip", "192.168.218.9/24")
        .refused("Static IP on network sharing port group with public network");
    machine
        .vch("create", "--name", "managed", "--bridge-network", "VM Network")
        .refused("the bridge network must not be shared with another network role");
    machine.vch("portgroup", "rm", "mgmt").ok();
  }
}
