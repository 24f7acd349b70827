package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// `vch explain`, as people read it. That the answers are true is tested with random images in
/// module linux (ReachTest).
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExplainTest {
  private final TestMachine machine = new TestMachine();
  private TestVch blue = new TestVch(machine, "blue");

  @BeforeAll
  void start() {
    machine.startDaemon();
    machine.vch("portgroup", "create", "lan").ok();
    blue =
        machine.create(
            "blue",
            "--container-network",
            "lan:office",
            "--container-network-gateway",
            "lan:10.2.0.1/24",
            "--container-network-firewall",
            "lan:published");
    blue.docker("network", "create", "back").ok();
    run("web", "--net", "back", "-p", "8080:80");
    run("db", "--net", "back");
    run("far");
    run("view", "--net", "office", "--ip", "10.2.0.20", "-p", "80:8080");
  }

  private void run(String name, String... options) {
    var words = Command.words(List.of("run", "-d", "--name", name), options);
    words.addAll(List.of("busybox", "sleep", "1000"));
    blue.docker(words.toArray(new String[0])).ok();
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  private Ran explain(String from, String to) {
    return machine.vch("explain", "blue", from, to);
  }

  @Test
  void members_of_a_network() {
    assertThat(explain("web", "db:5432").ok())
        .isEqualTo(
            """
            web -> db:5432: reached

            172.17.0.3:5432/tcp: reached
              web asks by network back as 172.17.0.2
              members of network back reach each other
              whether a program listens on 5432/tcp of db is for you to see""");
  }

  @Test
  void two_networks_and_a_publication() {
    assertThat(explain("far", "web:80").ok())
        .isEqualTo(
            """
            far -> web:80: reached

            192.168.218.2:8080/tcp: reached
              far asks by network bridge as 172.16.0.2, by gateway 172.16.0.1
              publication 0.0.0.0:8080->80/tcp of web leads to 172.17.0.2 80/tcp
              whether a program listens on 80/tcp of web is for you to see

            172.17.0.2:80/tcp: refused at once
              far asks by network bridge as 172.16.0.2, by gateway 172.16.0.1
              networks bridge and back do not reach each other""");
  }

  @Test
  void a_container_network() {
    assertThat(explain("10.2.0.200", "view:80").ok())
        .contains("asked at 80/tcp, port 8080 answers")
        .contains("network office is published: the port is published");
    assertThat(explain("10.2.0.200", "10.2.0.20:81").ok())
        .startsWith("10.2.0.200 -> 10.2.0.20:81: dropped in silence\n")
        .contains("network office is published: the port is not published");
    assertThat(explain("10.2.0.200", "view").ok()).contains("(ping): reached");
  }

  @Test
  void for_programs() {
    assertThat(
            machine
                .vch("explain", "blue", "web", "db:80/udp", "--format", "{{.Verdict}}")
                .ok()
                .strip())
        .isEqualTo("reached");
    assertThat(machine.vch("explain", "blue", "web", "db:80", "--format", "json").ok())
        .contains("\"Rule\":\"SameNetwork\"");
  }

  @Test
  void mistakes() {
    explain("web", "dbb:80").refused("VCH blue has no container \"dbb\"; did you mean db?");
    explain("nobody", "db")
        .refused("there are db, far, view, web (FROM is a container, \"machine\", or an address)");
    explain("web", "db:http").refused("'http' is no port; it is a number from 1 to 65535");
    explain("web", "db@nix:80").refused("network nix not found");
    machine.vch("explain", "red", "web", "db").refused("VCH \"red\" not found");
  }
}
