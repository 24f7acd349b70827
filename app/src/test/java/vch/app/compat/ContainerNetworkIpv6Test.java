package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import vch.portlayer.address.Ip;

/// IPv6 on container networks: an address of the subnet, ports, names, routers that advertise,
/// hosts that have an address already. The LAN is 10.3.0.0/16 and 2001:db8:3::/64, with a router
/// (dnsmasq) that advertises the latter.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContainerNetworkIpv6Test {
  private final TestMachine machine = new TestMachine();
  private TestVch blue = new TestVch(machine, "blue");
  private TestMachine.Host router = new TestMachine.Host("");
  private List<Process> started = List.of();

  @BeforeAll
  void start() throws IOException {
    machine.startDaemon();
    machine.here("ip", "link", "add", "lan", "type", "bridge").ok();
    machine.here("ip", "link", "set", "lan", "up").ok();
    machine.vch("portgroup", "create", "lan", "--bridge", "lan").ok();
    router = machine.host("router", "lan", "10.3.0.1/16");
    router.run("ip", "addr", "add", "2001:db8:3::1/64", "dev", "eth0", "nodad").ok();
    started =
        List.of(
            new ProcessBuilder(
                    "ip",
                    "netns",
                    "exec",
                    router.namespace(),
                    "dnsmasq",
                    "--no-daemon",
                    "--conf-file=/dev/null",
                    "--port=0",
                    "--interface=eth0",
                    "--bind-interfaces",
                    "--enable-ra",
                    "--dhcp-range=2001:db8:3::,ra-only,64",
                    "--pid-file=")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
    blue =
        machine.create(
            "blue",
            "--container-network",
            "lan:both",
            "--container-network-gateway",
            "lan:10.3.0.1/16",
            "--container-network-gateway",
            "lan:2001:db8:3::1/64");
  }

  @AfterAll
  void stop() {
    started.forEach(Process::destroy);
    machine.close();
  }

  private String ip6(String container) {
    return blue.inspect(container, "both", "GlobalIPv6Address");
  }

  private String addresses(String container) {
    return blue.docker("exec", container, "ip", "-6", "addr", "show", "eth0").ok();
  }

  @Test
  void both_families_are_published_and_named() {
    blue.docker(
            "run",
            "-d",
            "--name",
            "web",
            "--net",
            "both",
            "-p",
            "80:8080",
            "busybox",
            "sh",
            "-c",
            "mkdir -p /www; echo six >/www/index.html; httpd -p 81 -h /www; exec httpd -f -p 8080 -h /www")
        .ok();
    var address = ip6("web");
    assertThat(address).startsWith("2001:db8:3::");
    assertThat(blue.docker("port", "web").ok()).contains("[" + address + "]:80");
    assertThat(TestVch.fetch(router::run, "http://[" + address + "]:80/").ok()).isEqualTo("six");
    assertThat(router.run("ping", "-6", "-c", "1", "-W", "2", address).status()).isZero();
    var unpublished = "http://[" + address + "]:81/";
    blue.in("web", "wget", "-q", "-O", "-", unpublished).saying("six");
    assertThat(router.run("timeout", "2", "busybox", "wget", "-q", "-O", "-", unpublished).status())
        .isNotZero();
    assertThat(blue.docker("run", "--rm", "--net", "both", "busybox", "nslookup", "web").out())
        .contains(address);
    blue.docker("rm", "-f", "web").ok();
  }

  private String accepts(String container) {
    return blue.docker("exec", container, "cat", "/proc/sys/net/ipv6/conf/eth0/accept_ra").ok();
  }

  @Test
  void routers_are_heard_where_the_network_says_so() {
    blue.sleeper("one", "--net", "both");
    assertThat(accepts("one")).isEqualTo("0");
    machine.vch("configure", "--name", "blue", "--container-network-routers", "both:accept").ok();
    assertThat(accepts("one")).isEqualTo("1");
    blue.sleeper("two", "--net", "both");
    TestMachine.until(
        "an address by router advertisement", () -> addresses("two").contains("dynamic"));
    machine.vch("configure", "--name", "blue", "--container-network-routers", "both:refuse").ok();
    assertThat(accepts("one")).isEqualTo("0");
    blue.docker("rm", "-f", "one", "two").ok();
  }

  @Test
  void a_network_may_have_ipv6_only() {
    machine.here("ip", "link", "add", "lan6", "type", "bridge").ok();
    machine.here("ip", "link", "set", "lan6", "up").ok();
    machine.vch("portgroup", "create", "lan6", "--bridge", "lan6").ok();
    var host = machine.host("six", "lan6", "2001:db8:6::1/64");
    TestMachine.until(
        "the host's own addresses are usable",
        () -> !host.run("ip", "-6", "addr").ok().contains("tentative"));
    machine
        .vch(
            "configure",
            "--name",
            "blue",
            "--container-network",
            "lan6:six",
            "--container-network-gateway",
            "lan6:2001:db8:6::1/64")
        .ok();
    blue.docker("run", "-d", "--name", "only", "--net", "six", "busybox", "sleep", "3600").ok();
    var address =
        blue.docker(
                "inspect",
                "--format",
                "{{.NetworkSettings.Networks.six.GlobalIPv6Address}}",
                "only")
            .ok();
    assertThat(address).isEqualTo("2001:db8:6::2");
    assertThat(host.run("ping", "-6", "-c", "1", "-W", "5", address).status()).isZero();
    assertThat(blue.docker("exec", "only", "ip", "-4", "addr", "show", "eth0").out())
        .doesNotContain("inet ");
    blue.docker("rm", "-f", "only").ok();
  }

  @Test
  void an_address_that_another_host_has_is_refused_and_the_host_named() {
    holds("2001:db8:3::77");
    var refused =
        blue.docker(
            "run",
            "-d",
            "--name",
            "late",
            "--net",
            "both",
            "--ip6",
            "2001:db8:3::77",
            "busybox",
            "sleep",
            "3600");
    assertThat(refused.status()).isNotZero();
    assertThat(refused.err())
        .contains(
            "address 2001:db8:3::77 of network both is in use by another host with MAC address "
                + routerMac()
                + ": choose another address, or take that host off the network");
    lets("2001:db8:3::77");
    blue.docker("start", "late").ok();
    assertThat(addresses("late")).contains("2001:db8:3::77/64").doesNotContain("dadfailed");
    assertThat(addresses("late").lines().filter(l -> l.contains("2001:db8:3::77")).findFirst())
        .hasValueSatisfying(
            line -> assertThat(line).as("usable at once").doesNotContain("tentative"));
    blue.docker("rm", "-f", "late").ok();
  }

  private void holds(String address) {
    router.run("ip", "addr", "add", address + "/64", "dev", "eth0", "nodad").ok();
  }

  private void lets(String address) {
    router.run("ip", "addr", "del", address + "/64", "dev", "eth0").ok();
  }

  private String routerMac() {
    return router.run("cat", "/sys/class/net/eth0/address").ok().strip();
  }

  @Test
  void an_address_that_nobody_asked_for_is_passed_over_if_a_host_has_it() {
    blue.sleeper("first", "--net", "both");
    var next = Ip.parse(ip6("first")).plus(1).toString();
    holds(next);
    blue.sleeper("second", "--net", "both");
    assertThat(ip6("second")).isEqualTo(Ip.parse(next).plus(1).toString());
    assertThat(addresses("second")).doesNotContain(next + "/64");
    lets(next);
    blue.docker("rm", "-f", "first", "second").ok();
  }

  /// A host that takes an address without looking, and says so.
  @Test
  void a_host_that_takes_the_address_later_is_told_by_vch_ip_ls() {
    blue.sleeper("kept", "--net", "both");
    var address = ip6("kept");
    var claim =
        """
        import socket,sys
        mac=bytes.fromhex(sys.argv[1].replace(':',''))
        ip=socket.inet_pton(socket.AF_INET6,sys.argv[2])
        to=socket.inet_pton(socket.AF_INET6,'ff02::1')
        body=bytes([136,0,0,0,0x20,0,0,0])+ip+bytes([2,1])+mac
        s=sum(int.from_bytes((ip+to+body)[i:i+2],'big') for i in range(0,len(ip+to+body),2))+len(body)+58
        while s>>16: s=(s&0xffff)+(s>>16)
        body=body[:2]+(~s&0xffff).to_bytes(2,'big')+body[4:]
        e=bytes.fromhex('333300000001')+mac+bytes.fromhex('86dd60000000')+len(body).to_bytes(2,'big')+bytes([58,255])+ip+to+body
        p=socket.socket(socket.AF_PACKET,socket.SOCK_RAW); p.bind(('eth0',0)); p.send(e)
        """;
    TestMachine.until(
        "the conflict is told",
        () -> {
          router.run("python3", "-c", claim, routerMac(), address).ok();
          return machine
              .vch("ip", "ls", "blue", "--format", "{{.Address}} {{.ConflictMAC}}")
              .ok()
              .contains(address + " " + routerMac());
        });
    assertThat(router.run("ping", "-6", "-c", "1", "-W", "5", address).status())
        .as("defended")
        .isZero();
    blue.docker("rm", "-f", "kept").ok();
  }
}
