package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Pushing by the docker CLI to Debian's docker-registry on another machine, with TLS, an authority
/// of its own and a password; what is pushed is read back by skopeo.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PushTest {
  private final TestMachine machine = new TestMachine();
  private TestVch vch = new TestVch(machine, "blue");
  private String registry = "";
  private Path directory = Path.of("");
  private Optional<Process> process = Optional.empty();
  private Optional<TestMachine.Host> other = Optional.empty();

  @BeforeAll
  void start() throws IOException {
    machine.startDaemon();
    vch = machine.create("blue");
    var address = vch.publicAddress().replaceAll("[0-9]+(/[0-9]+)?$", "77");
    registry = address + ":5443";
    var host = machine.host("reg", machine.vmNetwork(), address + "/24");
    other = Optional.of(host);
    directory = Files.createDirectories(machine.state.resolve("registry"));
    certificates(address);
    Files.writeString(
        directory.resolve("htpasswd"),
        Command.run("htpasswd", "-Bbn", "alice", "secret").ok() + "\n");
    Files.writeString(
        directory.resolve("config.yml"),
        """
        version: 0.1
        log: {level: error, accesslog: {disabled: false}}
        storage: {filesystem: {rootdirectory: %1$s/data}}
        http:
          addr: '%2$s'
          tls: {certificate: %1$s/server.crt, key: %1$s/server.key}
        auth: {htpasswd: {realm: lab, path: %1$s/htpasswd}}
        """
            .formatted(directory, registry));
    process =
        Optional.of(
            new ProcessBuilder(
                    "ip",
                    "netns",
                    "exec",
                    host.namespace(),
                    "docker-registry",
                    "serve",
                    directory.resolve("config.yml").toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start());
    TestMachine.until(
        "the registry listens",
        () -> host.run("curl", "-sk", "https://" + registry + "/").status() == 0);
    var trusted = Files.createDirectories(machine.state.resolve("certs.d").resolve(registry));
    Files.copy(directory.resolve("ca.crt"), trusted.resolve("ca.crt"));
  }

  private void certificates(String address) throws IOException {
    var ca = directory.resolve("ca").toString();
    var server = directory.resolve("server").toString();
    Files.writeString(directory.resolve("ext"), "subjectAltName=IP:" + address + "\n");
    var key = List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes");
    openssl(
        key,
        "req",
        "-x509",
        "-days",
        "2",
        "-subj",
        "/CN=ca",
        "-keyout",
        ca + ".key",
        "-out",
        ca + ".crt");
    openssl(key, "req", "-subj", "/CN=r", "-keyout", server + ".key", "-out", server + ".csr");
    openssl(
        List.of("-CA", ca + ".crt", "-CAkey", ca + ".key", "-CAcreateserial", "-days", "2"),
        "x509",
        "-req",
        "-in",
        server + ".csr",
        "-extfile",
        directory + "/ext",
        "-out",
        server + ".crt");
  }

  private static void openssl(List<String> further, String... words) {
    var all = Command.words(List.of("openssl"), words);
    all.addAll(further);
    Command.run(all.toArray(new String[0])).ok();
  }

  @AfterAll
  void stop() {
    process.ifPresent(Process::destroyForcibly);
    machine.close();
  }

  private Ran skopeo(String... words) {
    var all = Command.words(List.of("skopeo"), words);
    all.addAll(List.of("--creds", "alice:secret", "--tls-verify=false"));
    return other.orElseThrow().run(all.toArray(new String[0]));
  }

  @Test
  void an_image_is_pushed_with_a_password_and_can_be_pulled_by_its_digest() throws IOException {
    var name = registry + "/team/bb";
    vch.docker("tag", "busybox", name + ":1").ok();
    vch.docker("tag", "busybox", name + ":2").ok();
    vch.docker("logout", registry);
    vch.docker("push", name + ":1").refused("no basic auth credentials");
    vch.docker("login", "-u", "alice", "-p", "secret", registry).saying("Login Succeeded");
    var layer =
        vch.docker("image", "inspect", "-f", "{{index .RootFS.Layers 0}}", name + ":1")
            .ok()
            .substring(7, 19);
    var first = vch.docker("push", name + ":1").ok();
    assertThat(first.lines())
        .startsWith(
            "The push refers to repository [" + name + "]",
            layer + ": Preparing",
            layer + ": Pushed");
    assertThat(first).containsPattern("1: digest: sha256:[0-9a-f]{64} size: \\d+");
    var digest = first.replaceAll("(?s).*digest: (sha256:[0-9a-f]{64}).*", "$1");
    assertThat(vch.docker("push", "-a", name).ok())
        .contains(layer + ": Layer already exists", "1: digest: " + digest, "2: digest: " + digest);
    assertThat(vch.docker("image", "inspect", "-f", "{{json .RepoDigests}}", name + ":2").ok())
        .isEqualTo("[\"" + name + "@" + digest + "\"]");
    vch.docker("tag", "busybox", registry + "/again/bb:x").ok();
    vch.docker("push", registry + "/again/bb:x").saying(layer + ": Mounted from team/bb");
    assertThat(skopeo("inspect", "--format", "{{.Digest}}", "docker://" + name + ":1").ok())
        .isEqualTo(digest);
    // somebody else gets the same image
    var green = machine.create("green");
    green.docker("pull", name + "@" + digest).saying("Status: Downloaded newer image for " + name);
    assertThat(green.docker("image", "inspect", "-f", "{{.Id}}", name + "@" + digest).ok())
        .isEqualTo(vch.docker("image", "inspect", "-f", "{{.Id}}", name + ":1").ok());
    // each VCH came by its own public role
    assertThat(Files.readString(directory.resolve("log")))
        .contains(vch.publicAddress().split("/")[0] + " - ")
        .contains(green.publicAddress().split("/")[0] + " - ");
  }

  private Ran build(TestVch in, String dockerfile, String... options) throws IOException {
    var context = Files.createDirectories(machine.state.resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), dockerfile);
    var words = Command.words(List.of("build"), options);
    words.add(context.toString());
    return in.dockerWith("DOCKER_BUILDKIT", "0", words.toArray(new String[0]));
  }

  @Test
  void a_build_takes_its_base_from_the_registry_with_the_login_and_steps_from_other_images()
      throws IOException {
    var base = registry + "/build/base:1";
    vch.docker("login", "-u", "alice", "-p", "secret", registry).ok();
    vch.docker("tag", "busybox", base).ok();
    vch.docker("push", base).ok();
    vch.docker("rmi", base).ok();
    var dockerfile = "FROM " + base + "\nRUN echo one >/one\nRUN echo two >/two\n";
    build(vch, dockerfile, "-t", registry + "/build/made:1").saying("Pulling from build/base");
    vch.docker("push", registry + "/build/made:1").ok();
    // --pull looks again, though the base is here
    vch.docker("tag", "busybox", registry + "/build/other:1").ok();
    assertThat(build(vch, "FROM " + base + "\n").ok()).doesNotContain("Pulling from");
    build(vch, "FROM " + base + "\n", "--pull").saying("Image is up to date for " + base);
    // without a login the base cannot be had; elsewhere the steps are found in the image made here
    var teal = machine.create("teal");
    vch.docker("logout", registry).ok();
    build(teal, dockerfile).refused("no basic auth credentials");
    vch.docker("login", "-u", "alice", "-p", "secret", registry).ok();
    teal.docker("pull", registry + "/build/made:1").ok();
    var again = build(teal, dockerfile, "--cache-from", registry + "/build/made:1").ok();
    assertThat(again.split("Using cache", -1)).hasSize(3);
  }

  @Test
  void what_cannot_be_pushed_is_refused_as_docker_does() {
    vch.docker("login", "-u", "alice", "-p", "secret", registry).ok();
    vch.docker("push", registry + "/none/such")
        .refused("An image does not exist locally with the tag: " + registry + "/none/such");
    vch.docker("tag", "busybox", registry + "/some/such:1").ok();
    vch.docker("push", registry + "/some/such:2")
        .refused("tag does not exist: " + registry + "/some/such:2");
    vch.docker("tag", "busybox", "127.0.0.1:9/x").ok();
    vch.docker("push", "127.0.0.1:9/x")
        .refused("dial tcp 127.0.0.1:9: connect: connection refused");
    assertThat(vch.api("POST", "/v1.50/images/bb@sha256:" + "1".repeat(64) + "/push").out())
        .contains("cannot push a digest reference");
  }
}
