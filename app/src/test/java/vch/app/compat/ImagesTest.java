package vch.app.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Images by the docker CLI, from Debian's docker-registry with a password, on the machine's
/// loopback.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImagesTest {
  private static final String NAME = "127.0.0.1:5000/bb";

  private final TestMachine machine = new TestMachine();
  private TestVch vch = new TestVch(machine, "blue");
  private java.util.Optional<Process> registry = java.util.Optional.empty();

  @BeforeAll
  void start() throws IOException {
    machine.startDaemon();
    vch = machine.create("blue");
    var directory = Files.createDirectories(machine.state.resolve("registry"));
    Files.writeString(
        directory.resolve("htpasswd"),
        Command.run("htpasswd", "-Bbn", "alice", "secret").ok() + "\n");
    Files.writeString(
        directory.resolve("config.yml"),
        "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: "
            + directory.resolve("data")
            + "}}\nhttp: {addr: '127.0.0.1:5000'}\n"
            + "auth: {htpasswd: {realm: lab, path: "
            + directory.resolve("htpasswd")
            + "}}\n");
    registry =
        java.util.Optional.of(
            new ProcessBuilder(
                    "ip",
                    "netns",
                    "exec",
                    machine.namespace,
                    "docker-registry",
                    "serve",
                    directory.resolve("config.yml").toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start());
    var tar = directory.resolve("bb.tar").toString();
    vch.docker("save", "-o", tar, "busybox").ok();
    TestMachine.until(
        "the registry takes the image",
        () ->
            machine
                    .here(
                        "skopeo",
                        "copy",
                        "--dest-tls-verify=false",
                        "--dest-creds",
                        "alice:secret",
                        "docker-archive:" + tar + ":busybox:latest",
                        "docker://" + NAME + ":1")
                    .status()
                == 0);
  }

  @AfterAll
  void stop() {
    registry.ifPresent(Process::destroyForcibly);
    machine.close();
  }

  @Test
  void images_are_pulled_with_a_password_by_tag_and_by_digest() {
    vch.docker("logout", "127.0.0.1:5000");
    vch.docker("pull", NAME + ":1").refused("no basic auth credentials");
    vch.docker("login", "-u", "alice", "-p", "wrong", "127.0.0.1:5000")
        .refused("unauthorized: authentication required");
    vch.docker("login", "-u", "alice", "-p", "secret", "127.0.0.1:5000").saying("Login Succeeded");
    vch.docker("pull", NAME + ":1")
        .saying("1: Pulling from bb")
        .saying("Status: Downloaded newer image for " + NAME + ":1");
    vch.docker("pull", NAME + ":1").saying("Status: Image is up to date for " + NAME + ":1");
    vch.docker("pull", NAME + ":nosuch")
        .refused("manifest for " + NAME + ":nosuch not found: manifest unknown");
    var digest = vch.docker("images", "--digests", "--format", "{{.Digest}}", NAME).ok();
    assertThat(digest).startsWith("sha256:");
    assertThat(vch.docker("run", "--rm", NAME + "@" + digest, "echo", "by digest").ok())
        .isEqualTo("by digest");
    var other = machine.create("green");
    other.docker("pull", NAME + ":1").saying("Downloaded newer image");
    vch.docker("rmi", NAME + ":1").saying("Untagged: " + NAME + ":1");
  }

  @Test
  void archives_go_round(@TempDir Path here) {
    var tar = here.resolve("image.tar").toString();
    vch.docker("tag", "busybox", "round/trip:1").ok();
    var id = vch.docker("image", "inspect", "-f", "{{.Id}}", "round/trip:1").ok();
    vch.docker("save", "-o", tar, "round/trip:1").ok();
    vch.docker("rmi", "round/trip:1").saying("Untagged: round/trip:1");
    vch.docker("load", "-i", tar).saying("Loaded image: round/trip:1");
    assertThat(vch.docker("image", "inspect", "-f", "{{.Id}}", "round/trip:1").ok()).isEqualTo(id);
    assertThat(
            vch.docker(
                    "images",
                    "--filter",
                    "reference=round/*",
                    "--format",
                    "{{.Repository}}:{{.Tag}}")
                .ok())
        .isEqualTo("round/trip:1");
    vch.docker("rmi", "round/trip:1").ok();
    vch.docker("rmi", "nosuch").refused("No such image: nosuch:latest");
    vch.docker("tag", "nosuch", "x").refused("No such image: nosuch:latest");
  }

  @Test
  void an_image_in_use_stays() {
    vch.docker("run", "-d", "--name", "uses", "busybox", "sleep", "3600").ok();
    vch.docker("rmi", "busybox").refused("(must force) - container");
    vch.docker("rmi", "-f", vch.docker("images", "-q", "busybox").ok())
        .refused("image is being used by running container");
    vch.docker("rm", "-f", "uses").ok();
    assertThat(vch.docker("history", "--format", "{{.Size}}", "busybox").ok()).contains("MB");
  }

  @Test
  void all_tags_of_a_repository_are_pushed_pulled_and_saved(@TempDir Path here) {
    var all = "127.0.0.1:5000/all";
    vch.docker("login", "-u", "alice", "-p", "secret", "127.0.0.1:5000").ok();
    vch.docker("tag", "busybox", all + ":a").ok();
    vch.docker("tag", "busybox", all + ":b").ok();
    vch.docker("push", "-a", all).saying("a: digest: sha256:").saying("b: digest: sha256:");
    var tar = here.resolve("all.tar").toString();
    vch.docker("save", "-o", tar, all).ok();
    vch.docker("rmi", all + ":a", all + ":b").ok();
    vch.docker("pull", "-a", all)
        .saying("a: Pulling from all")
        .saying("b: Pulling from all")
        .saying("Status: Downloaded newer image for " + all);
    vch.docker("rmi", all + ":a", all + ":b").ok();
    vch.docker("load", "-i", tar)
        .saying("Loaded image: " + all + ":a")
        .saying("Loaded image: " + all + ":b");
    vch.docker("rmi", all + ":a", all + ":b").ok();
  }

  @Test
  void a_root_is_imported_for_a_platform_and_from_an_address(@TempDir Path here)
      throws IOException {
    Files.writeString(here.resolve("f"), "x");
    Command.run("tar", "-C", here.toString(), "-cf", here + "/root.tar", "f").ok();
    vch.docker("import", "--platform", "linux/arm64", here + "/root.tar", "arm:1")
        .saying("sha256:");
    assertThat(vch.docker("image", "inspect", "-f", "{{.Os}}/{{.Architecture}}", "arm:1").ok())
        .isEqualTo("linux/arm64");
    vch.docker("image", "inspect", "--platform", "linux/amd64", "arm:1")
        .refused("was found but does not provide the specified platform (linux/amd64)");
    vch.docker("import", "--platform", "windows/amd64", here + "/root.tar", "w")
        .refused("operating system is not supported");
    vch.docker("import", "http://127.0.0.1:1/root.tar", "u")
        .refused("dial tcp 127.0.0.1:1: connect: connection refused");
    try (var server = WebServer.in(machine.namespace, "127.0.0.1", here)) {
      vch.docker("import", server.url() + "root.tar", "fetched:1").ok();
      assertThat(vch.docker("image", "inspect", "-f", "{{.Size}}", "fetched:1").ok())
          .isEqualTo("1");
      vch.docker("import", server.url() + "none.tar", "none:1").refused("404");
    }
    vch.docker("rmi", "arm:1", "fetched:1").ok();
  }

  @Test
  void a_registry_is_asked_about_an_image() {
    assertThat(vch.api("GET", "/v1.50/distribution/127.0.0.1:5000/none/json").out())
        .contains("no basic auth credentials");
    var auth =
        java.util.Base64.getUrlEncoder()
            .encodeToString("{\"username\":\"alice\",\"password\":\"secret\"}".getBytes(UTF_8));
    assertThat(
            vch.api(
                    "GET",
                    "/v1.50/distribution/" + NAME + ":1/json",
                    "-H",
                    "X-Registry-Auth: " + auth)
                .out())
        .contains("\"mediaType\":\"application/vnd.", "\"architecture\":\"amd64\"");
  }

  @Test
  void a_stopped_container_keeps_the_layers_of_its_image() {
    vch.docker("import", "--change", "LABEL own=1", archive(), "held:1").ok();
    vch.docker("create", "--name", "holds", "held:1", "sh").ok();
    var id = vch.docker("image", "inspect", "-f", "{{.Id}}", "held:1").ok();
    vch.docker("rmi", id).refused("(must be forced) - image is being used by stopped container");
    assertThat(vch.docker("rmi", "-f", id).ok().lines())
        .contains("Untagged: held:1", "Deleted: " + id)
        .hasSize(2);
    vch.docker("rm", "holds").ok();
  }

  private String archive() {
    var tar = machine.state.resolve("archive.tar");
    Command.run("tar", "-C", "/etc", "-cf", tar.toString(), "hostname").ok();
    return tar.toString();
  }
}
