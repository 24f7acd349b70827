package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The Docker API over TLS, from a neighbour on the client's network.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsTest {
  private final TestMachine machine = new TestMachine();
  private TestVch vch = new TestVch(machine, "blue");
  private TestMachine.Host neighbour = new TestMachine.Host("");
  private String address = "";
  private String certificates = "";

  @BeforeAll
  void start() {
    machine.startDaemon();
    vch =
        machine.create(
            "blue", "--tls-cname", "docker.example.test", "--organization", "Example Ltd");
    machine.vch("create", "--name", "other").ok();
    neighbour = machine.host("n", machine.vmNetwork(), "192.168.218.200/24");
    address = vch.publicAddress();
    certificates = machine.vch("inspect", "blue", "--format", "{{.CertPath}}").ok();
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  private Ran remote(byte[] input, String certificates, String... words) {
    return Command.run(
        Map.of(
            "DOCKER_HOST",
            "tcp://" + address + ":2376",
            "DOCKER_TLS_VERIFY",
            "1",
            "DOCKER_CERT_PATH",
            certificates),
        input,
        Command.words(List.of("ip", "netns", "exec", neighbour.namespace(), "docker"), words));
  }

  private Ran remote(String... words) {
    return remote(new byte[0], certificates, words);
  }

  @Test
  void a_client_with_the_certificate_works_from_elsewhere() {
    remote("version").saying("Server:");
    remote("run", "--rm", "busybox", "echo", "over tls").saying("over tls");
  }

  @Test
  void streams_are_taken_over_inside_tls() {
    var text = "line\n".repeat(20_000).getBytes(StandardCharsets.UTF_8);
    var ran =
        remote(
            text,
            certificates,
            "run",
            "-i",
            "--rm",
            "busybox",
            "sh",
            "-c",
            "wc -l; echo done >&2; exit 7");
    assertThat(ran.status()).isEqualTo(7);
    assertThat(ran.out().strip()).isEqualTo("20000");
    assertThat(ran.err()).contains("done");
    remote("run", "-d", "--name", "long", "busybox", "sleep", "1000").ok();
    assertThat(
            remote(
                    "to exec\n".getBytes(StandardCharsets.UTF_8),
                    certificates,
                    "exec",
                    "-i",
                    "long",
                    "cat")
                .ok())
        .isEqualTo("to exec");
    assertThat(remote("exec", "long", "sh", "-c", "exit 3").status()).isEqualTo(3);
    remote("rm", "-f", "long").ok();
  }

  @Test
  void without_a_certificate_or_with_a_foreign_one_there_is_no_answer() {
    var foreign = machine.vch("inspect", "other", "--format", "{{.CertPath}}").ok();
    remote(new byte[0], foreign, "version").refused("certificate signed by unknown authority");
    // trusts the right server, but shows what another authority signed
    var url = "https://" + address + ":2376/_ping";
    var none =
        neighbour.run("curl", "-sS", "--max-time", "5", "--cacert", certificates + "/ca.pem", url);
    assertThat(none.status()).as(none::toString).isNotZero();
    var wrong =
        neighbour.run(
            "curl",
            "-sS",
            "--max-time",
            "5",
            "--cacert",
            certificates + "/ca.pem",
            "--cert",
            foreign + "/cert.pem",
            "--key",
            foreign + "/key.pem",
            url);
    assertThat(wrong.status()).as(wrong::toString).isNotZero();
    assertThat(none.out() + wrong.out()).doesNotContain("OK");
    // a server's certificate is not a client's
    var server =
        neighbour.run(
            "curl",
            "-sS",
            "--max-time",
            "5",
            "--cacert",
            certificates + "/ca.pem",
            "--cert",
            certificates + "/server-cert.pem",
            "--key",
            certificates + "/server-key.pem",
            url);
    assertThat(server.out()).as(server::toString).doesNotContain("OK");
    assertThat(
            neighbour
                .run(
                    "curl",
                    "-sS",
                    "--max-time",
                    "5",
                    "--cacert",
                    certificates + "/ca.pem",
                    "--cert",
                    certificates + "/cert.pem",
                    "--key",
                    certificates + "/key.pem",
                    url)
                .ok())
        .isEqualTo("OK");
    assertThat(neighbour.run("nc", "-z", "-w", "2", address, "2375").status()).isNotZero();
  }

  @Test
  void plain_http_on_the_tls_port_gets_no_answer() {
    var plain =
        neighbour.run("curl", "-sS", "--max-time", "5", "http://" + address + ":2376/_ping");
    assertThat(plain.out()).doesNotContain("OK");
    assertThat(plain.status()).isNotZero();
  }

  @Test
  void versions_below_1_2_are_not_spoken_and_the_certificate_has_all_names() {
    for (var version : List.of("-tls1_2", "-tls1_3")) {
      assertThat(handshake(version).out()).contains("Verify return code: 0 (ok)");
    }
    for (var version : List.of("-tls1", "-tls1_1")) {
      assertThat(handshake(version).out())
          .contains("no peer certificate available")
          .contains("Cipher is (NONE)");
    }
    var names =
        Command.run(
                "openssl",
                "x509",
                "-in",
                certificates + "/server-cert.pem",
                "-noout",
                "-subject",
                "-ext",
                "subjectAltName")
            .ok();
    assertThat(names)
        .contains("Example Ltd")
        .contains("DNS:docker.example.test")
        .contains("IP Address:" + address)
        .contains("DNS:localhost");
    Command.run(
            "openssl",
            "verify",
            "-CAfile",
            certificates + "/ca.pem",
            certificates + "/server-cert.pem",
            certificates + "/cert.pem")
        .ok();
  }

  private Ran handshake(String version) {
    return neighbour.run(
        "openssl",
        "s_client",
        "-connect",
        address + ":2376",
        version,
        "-CAfile",
        certificates + "/ca.pem",
        "-cert",
        certificates + "/cert.pem",
        "-key",
        certificates + "/key.pem",
        "-cipher",
        "DEFAULT@SECLEVEL=0");
  }

  @Test
  void certificates_stay_over_a_restart_of_the_daemon() {
    var before =
        Command.run(
                "sha256sum",
                certificates + "/ca.pem",
                certificates + "/server-cert.pem",
                certificates + "/cert.pem")
            .ok();
    machine.killDaemon();
    machine.startDaemon();
    remote("version").saying("Server:");
    machine.stopDaemon();
    machine.startDaemon();
    remote("version").saying("Server:");
    assertThat(
            Command.run(
                    "sha256sum",
                    certificates + "/ca.pem",
                    certificates + "/server-cert.pem",
                    certificates + "/cert.pem")
                .ok())
        .isEqualTo(before);
  }

  @Test
  void no_tlsverify_asks_for_no_certificate_and_no_tls_is_plain_on_2375() {
    machine.vch("create", "--name", "open", "--no-tlsverify").ok();
    var open =
        machine
            .vch("inspect", "open", "--format", "{{.Client.Address}} {{.CertPath}}")
            .ok()
            .split(" ");
    assertThat(
            neighbour
                .run(
                    "curl",
                    "-sS",
                    "--max-time",
                    "5",
                    "--cacert",
                    open[1] + "/ca.pem",
                    "https://" + open[0] + ":2376/_ping")
                .ok())
        .isEqualTo("OK");
    machine.vch("create", "--name", "plain", "--no-tls").ok();
    var plain = machine.vch("inspect", "plain", "--format", "{{.Client.Address}}").ok();
    assertThat(
            neighbour.run("curl", "-sS", "--max-time", "5", "http://" + plain + ":2375/_ping").ok())
        .isEqualTo("OK");
    assertThat(neighbour.run("nc", "-z", "-w", "2", plain, "2376").status()).isNotZero();
  }
}
