package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What a user says of one place on a network, beside its address and its names.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EndpointOptionsTest {
  private final TestVch vch = TestVch.alone("blue");

  @AfterAll
  void stop() {
    vch.machine().close();
  }

  @Test
  void link_local_addresses_are_reached_by_neighbours_and_kept_over_a_restart() {
    vch.docker("network", "create", "link").ok();
    vch.docker("network", "create", "other").ok();
    vch.sleeper("one", "--network", "link", "--link-local-ip", "169.254.7.1");
    vch.sleeper("two", "--network", "other");
    vch.docker("network", "connect", "--link-local-ip", "169.254.7.2", "link", "two").ok();
    var ping = new String[] {"exec", "one", "ping", "-c", "1", "-W", "5", "169.254.7.2"};
    assertThat(vch.docker(ping).ok()).contains("1 packets received");
    assertThat(vch.inspect("two", "link", "IPAMConfig.LinkLocalIPs")).isEqualTo("[169.254.7.2]");
    vch.docker("restart", "-t", "0", "two").ok();
    assertThat(vch.docker(ping).ok()).contains("1 packets received");
    vch.docker("run", "--rm", "--network", "link", "--link-local-ip", "169.254.7.1", "busybox")
        .refused("Address already in use (169.254.7.1 is held by container one)");
    vch.docker("network", "disconnect", "link", "two").ok();
    assertThat(vch.docker("exec", "two", "ip", "addr").ok()).doesNotContain("169.254.7.2");
    vch.docker("network", "connect", "--link-local-ip", "10.0.0.9", "link", "two")
        .refused("invalid link-local IP address: 10.0.0.9");
  }

  private String value(String container, String link, String name) {
    return vch.in(container, "cat", "/proc/sys/net/ipv4/conf/" + link + "/" + name).ok();
  }

  @Test
  void settings_of_a_link_are_set_before_the_program_runs_and_after_a_restart() {
    var sysctls = "com.docker.network.endpoint.sysctls=net.ipv4.conf.IFNAME.";
    vch.docker("network", "create", "set").ok();
    vch.docker("network", "create", "also").ok();
    assertThat(
            vch.docker(
                    "run",
                    "--rm",
                    "--network",
                    "name=set,driver-opt=" + sysctls + "log_martians=1",
                    "busybox",
                    "cat",
                    "/proc/sys/net/ipv4/conf/eth0/log_martians")
                .ok())
        .isEqualTo("1");
    vch.sleeper("kept", "--network", "set");
    vch.docker("network", "connect", "--driver-opt", sysctls + "proxy_arp=1", "also", "kept").ok();
    assertThat(value("kept", "eth1", "proxy_arp")).isEqualTo("1");
    assertThat(value("kept", "eth0", "proxy_arp")).isEqualTo("0");
    vch.docker("restart", "-t", "0", "kept").ok();
    assertThat(value("kept", "eth1", "proxy_arp")).isEqualTo("1");
    assertThat(vch.inspect("kept", "also", "DriverOpts")).contains("proxy_arp=1");
    vch.docker("network", "disconnect", "also", "kept").ok();
    vch.docker("network", "connect", "also", "kept").ok();
    assertThat(value("kept", "eth1", "proxy_arp")).isEqualTo("0");
    vch.docker("network", "disconnect", "also", "kept").ok();
    vch.docker("network", "connect", "--driver-opt", sysctls + "no_such=1", "also", "kept")
        .refused("net/ipv4/conf/eth1/no_such");
    vch.docker("network", "connect", "--driver-opt", "x=y", "also", "kept")
        .refused("driver option x for network also is not offered");
    vch.docker(
            "network",
            "connect",
            "--driver-opt",
            "com.docker.network.endpoint.sysctls=net.ipv4.ip_forward=1",
            "also",
            "kept")
        .refused("unrecognised network interface sysctl 'net.ipv4.ip_forward=1'");
    vch.docker("rm", "-f", "kept").ok();
  }

  @Test
  void one_link_is_removed_from_a_container() {
    vch.sleeper("db");
    vch.sleeper("web", "--link", "db:data", "--link", "db:more");
    vch.docker("rm", "--link", "/web/none").refused("No such container: web/none");
    vch.docker("rm", "--link", "/web/data").ok();
    assertThat(vch.docker("inspect", "-f", "{{.HostConfig.Links}}", "web").ok())
        .isEqualTo("[/db:/web/more]");
    TestMachine.until(
        "the hosts file", () -> !vch.in("web", "cat", "/etc/hosts").out().contains("data"));
    assertThat(vch.in("web", "cat", "/etc/hosts").ok()).contains("more");
    vch.docker("rm", "--link", "/web/more").ok();
    assertThat(vch.docker("inspect", "-f", "{{json .HostConfig.Links}}", "web").ok())
        .isEqualTo("null");
    vch.docker("rm", "-f", "web", "db").ok();
  }
}
