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
}
