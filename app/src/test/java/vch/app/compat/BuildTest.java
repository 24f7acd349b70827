package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// `docker build` with the classic builder, and `docker commit`, by the docker CLI.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BuildTest {
  private final TestMachine machine = new TestMachine();
  private TestVch vch = new TestVch(machine, "blue");
  @TempDir private Path temp;
  private Path context = Path.of("/nowhere");

  @BeforeAll
  void start() {
    machine.startDaemon();
    vch = machine.create("blue");
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  @BeforeEach
  void context() throws IOException {
    context = Files.createTempDirectory(temp, "context");
  }

  private void file(String name, String text) throws IOException {
    var path = context.resolve(name);
    Files.createDirectories(java.util.Objects.requireNonNull(path.getParent()));
    Files.writeString(path, text);
  }

  private Ran build(String dockerfile, String... options) throws IOException {
    file("Dockerfile", dockerfile);
    var words = new ArrayList<>(List.of("build"));
    words.addAll(List.of(options));
    words.add(context.toString());
    return vch.dockerWith("DOCKER_BUILDKIT", "0", words.toArray(new String[0]));
  }

  private String run(String image, String... words) {
    return vch.docker(Command.words(List.of("run", "--rm", image), words).toArray(new String[0]))
        .ok();
  }

  @Test
  void add_fetches_urls_each_time_and_takes_what_is_the_same_for_the_same() throws Exception {
    var www = java.nio.file.Files.createDirectory(temp.resolve("www"));
    Files.writeString(www.resolve("page"), "one\n");
    Command.run("tar", "-C", www.toString(), "-cf", www + "/x.tar", "page").ok();
    try (var server = WebServer.beside(vch, www)) {
      var url = server.url();
      file("beside", "beside\n");
      var dockerfile =
          "FROM busybox\nARG FROM=%s\nADD ${FROM}page ${FROM}x.tar beside /srv/\nADD --chown=7:8 %spage /other\n"
              .formatted(url, url);
      build(dockerfile, "-t", "fetched").ok();
      assertThat(
              run("fetched", "sh", "-c", "cd /srv; ls; cat page; stat -c '%a %u:%g' page /other"))
          .isEqualTo("beside\npage\nx.tar\none\n600 0:0\n600 7:8");
      build(dockerfile).saying("Using cache");
      Files.writeString(www.resolve("page"), "two\n");
      build(dockerfile, "-t", "fetched").ok();
      assertThat(run("fetched", "cat", "/srv/page")).isEqualTo("two");
    }
  }

  @Test
  void an_image_is_built_step_by_step_and_its_steps_are_found_again() throws IOException {
    file("greeting", "hello\n");
    var dockerfile =
        """
        FROM busybox
        COPY greeting /srv/
        RUN tr a-z A-Z </srv/greeting >/srv/loud && rm /srv/greeting
        ENV WHERE=/srv
        CMD ["sh", "-c", "cat $WHERE/loud; ls $WHERE"]
        """;
    build(dockerfile, "-t", "greeter", "-t", "also:1")
        .saying("Step 1/5 : FROM busybox")
        .saying(" ---> Running in ")
        .saying("Removing intermediate container ")
        .saying("Successfully built ")
        .saying("Successfully tagged greeter:latest\nSuccessfully tagged also:1");
    assertThat(run("greeter")).isEqualTo("HELLO\nloud");
    assertThat(build(dockerfile, "-t", "greeter").ok().split("Using cache", -1)).hasSize(5);
    file("greeting", "bye\n");
    assertThat(build(dockerfile, "-t", "greeter").ok()).doesNotContain("Using cache");
    assertThat(run("greeter")).startsWith("BYE");
    assertThat(build(dockerfile, "--no-cache").ok()).doesNotContain("Using cache");
    assertThat(vch.docker("history", "--format", "{{.CreatedBy}}", "greeter").ok())
        .startsWith("/bin/sh -c #(nop)  CMD [\"sh\" \"-c\"");
    assertThat(vch.docker("ps", "-aq").ok()).isEmpty();
  }

  @Test
  void steps_are_no_images_of_their_own_and_go_with_the_last_one() throws IOException {
    build("FROM busybox\nENV A=1\nENV B=2\nRUN true\n", "-t", "steps").ok();
    var parent = vch.docker("inspect", "-f", "{{.Parent}}", "steps").ok();
    assertThat(parent).startsWith("sha256:");
    assertThat(vch.docker("images", "-q", "--no-trunc").ok()).doesNotContain(parent);
    assertThat(vch.docker("images", "-aq", "--no-trunc").ok()).contains(parent);
    assertThat(vch.docker("images", "-q", "--no-trunc", "-f", "dangling=true").ok())
        .doesNotContain(parent);
    vch.docker("rmi", parent).refused("image has dependent child images");
    vch.docker("rmi", "steps").saying("Untagged: steps:latest").saying("Deleted: " + parent);
    assertThat(vch.docker("images", "-aq", "--no-trunc").ok()).doesNotContain(parent);
    run("busybox", "true"); // what was built on stays
  }

  @Test
  void stages_arguments_owners_and_archives() throws IOException {
    Files.createDirectories(context.resolve("in/side"));
    file("in/file", "f\n");
    file("ignored/x", "x");
    file(".dockerignore", "ignored\n.dockerignore\n");
    Command.run(
            "tar",
            "-czf",
            context.resolve("packed.tgz").toString(),
            "-C",
            context.resolve("in").toString(),
            ".")
        .ok();
    build(
            """
            ARG BASE=none
            FROM ${BASE} AS one
            ARG WHO=nobody
            RUN echo "made by $WHO" >/made; ln -s made /link; mkdir /many; touch /many/a.x /many/b.y
            FROM scratch AS never
            FROM busybox
            COPY --from=one /link /from/
            COPY --from=0 /many/*.x /some/
            COPY --chown=12:34 in /owned/
            ADD packed.tgz /unpacked
            COPY . /all/
            WORKDIR /work/${NOTHING:-deep}
            COPY in/file renamed
            USER 5:6
            LABEL last=mine
            """,
            "--build-arg",
            "BASE=busybox",
            "--build-arg",
            "WHO=us",
            "--build-arg",
            "UNUSED=1",
            "--label",
            "last=ours",
            "-t",
            "stages")
        .saying("[Warning] One or more build-args [UNUSED] were not consumed");
    assertThat(
            run(
                "stages",
                "sh",
                "-c",
                "cat /from/link; ls /some; stat -c '%u:%g' /owned/file; ls /unpacked; ls -A /all; pwd; cat renamed; id -u"))
        .isEqualTo(
            "made by us\na.x\n12:34\nfile\nside\nDockerfile\nin\npacked.tgz\n/work/deep\nf\n5");
    assertThat(vch.docker("inspect", "-f", "{{.Config.Labels.last}}", "stages").ok())
        .isEqualTo("ours");
    build("FROM busybox AS a\nRUN true\nFROM a AS b\nRUN false\n", "--target", "a").ok();
  }

  @Test
  void options_of_a_build_hold_in_its_containers() throws IOException {
    build(
            "FROM busybox\nRUN grep other /etc/hosts; ulimit -n; ls /sys/class/net; df -k /dev/shm | grep -o ' 8192 '\n",
            "--add-host",
            "other:192.0.2.7",
            "--ulimit",
            "nofile=77",
            "--network",
            "none",
            "--shm-size",
            "8m")
        .saying("192.0.2.7\tother\n77\nlo\n 8192 \n");
  }

  @Test
  void only_the_named_images_lend_their_steps() throws IOException {
    var dockerfile = "FROM busybox\nRUN echo lent >/lent\n";
    var lender = build(dockerfile, "-q", "-t", "lender").ok();
    assertThat(lender).matches("sha256:[0-9a-f]{64}");
    assertThat(build(dockerfile, "--cache-from", "busybox").ok()).doesNotContain("Using cache");
    assertThat(build(dockerfile, "--cache-from", "lender", "-q").ok()).isEqualTo(lender);
  }

  @Test
  void what_fails_says_what_docker_says() throws IOException {
    build("FROM busybox\nRUN echo said; exit 3\n")
        .refused("The command '/bin/sh -c echo said; exit 3' returned a non-zero code: 3");
    assertThat(vch.docker("ps", "-aq").ok()).isNotEmpty(); // as Docker: for a look at it
    vch.docker("container", "prune", "-f").ok();
    build("FROM busybox\nRUN exit 3\n", "--force-rm").refused("returned a non-zero code: 3");
    assertThat(vch.docker("ps", "-aq").ok()).isEmpty();
    build("FROM busybox\nCOPY ../x /\n")
        .refused("COPY failed: forbidden path outside the build context: ../x ()");
    build("FROM busybox\nCOPY nosuch /\n")
        .refused(
            "COPY failed: file not found in build context or excluded by .dockerignore: stat nosuch: file does not exist");
    build("FROM busybox\nFOO\n").refused("dockerfile parse error line 2: unknown instruction: FOO");
    build("FROM busybox\nADD http://127.0.0.1:9/x /\n")
        .refused("ADD failed: failed to GET http://127.0.0.1:9/x");
    build("FROM busybox\nADD http://127.0.0.1:9/ /srv/\n")
        .refused("ADD failed: cannot determine filename from url: http://127.0.0.1:9/");
    build("FROM busybox\nADD http://127.0.0.1:9/%zz /\n")
        .refused("\nADD failed: http://127.0.0.1:9/%zz is no URL");
    build("FROM busybox\n", "-t", "Upper").refused("invalid reference format");
    assertThat(vch.api("POST", "/build?version=2").out()).endsWith("501");
  }

  @Test
  void a_context_that_leads_out_of_itself_does_not() throws IOException {
    var secret = temp.resolve("secret");
    Files.writeString(secret, "secret");
    Files.createSymbolicLink(context.resolve("out"), secret);
    Files.createSymbolicLink(context.resolve("etc"), Path.of("/etc"));
    build("FROM busybox\nCOPY out /\n").refused("stat out: file does not exist");
    build("FROM busybox\nCOPY etc/shadow /\n").refused("stat etc/shadow: file does not exist");
    build(
            "FROM busybox\nRUN mkdir /in && ln -s " + temp + " /in/abs\nCOPY Dockerfile /in/abs/\n",
            "-t",
            "links")
        .ok();
    assertThat(run("links", "cat", temp + "/Dockerfile")).startsWith("FROM busybox");
    assertThat(temp.resolve("Dockerfile")).doesNotExist();
    var tar = temp.resolve("bad.tar").toString();
    Command.run(
            "tar",
            "-cPf",
            tar,
            "--transform",
            "s,^,../../,",
            "-C",
            context.toString(),
            "Dockerfile")
        .ok();
    assertThat(
            vch.api(
                    "POST",
                    "/build",
                    "-H",
                    "Content-Type: application/x-tar",
                    "--data-binary",
                    "@" + tar)
                .out())
        .contains("of the build context leads out of it")
        .endsWith("400");
  }

  @Test
  void a_client_that_leaves_ends_its_build() throws Exception {
    file("Dockerfile", "FROM busybox\nRUN echo begun; sleep 3600\n");
    var log = temp.resolve("log").toFile();
    var builder =
        new ProcessBuilder("docker", "-H", vch.host(), "build", context.toString())
            .redirectErrorStream(true)
            .redirectOutput(log);
    builder.environment().putAll(Map.of("DOCKER_BUILDKIT", "0"));
    var client = builder.start();
    TestMachine.until("the step runs", () -> !vch.docker("ps", "-q").ok().isEmpty());
    client.destroyForcibly();
    TestMachine.until("its container is gone", () -> vch.docker("ps", "-aq").ok().isEmpty());
  }

  @Test
  void a_container_is_committed() {
    vch.docker(
            "run", "--name", "made", "-e", "E=1", "busybox", "sh", "-c", "echo x >/new; rm /bin/vi")
        .ok();
    var id =
        vch.docker(
                "commit",
                "-a",
                "me",
                "-m",
                "why",
                "-c",
                "CMD [\"cat\", \"/new\"]",
                "-c",
                "EXPOSE 80",
                "made",
                "made:by")
            .ok();
    assertThat(run("made:by")).isEqualTo("x");
    assertThat(run("made:by", "sh", "-c", "echo $E; ls /bin/vi 2>&1; true"))
        .contains("1", "No such");
    assertThat(
            vch.docker(
                    "inspect",
                    "-f",
                    "{{.Author}} {{.Comment}} {{.Config.ExposedPorts}} {{eq .Id \"" + id + "\"}}",
                    "made:by")
                .ok())
        .isEqualTo("me why map[80/tcp:map[]] true"); // the CLI shows the raw reply, for .Id
    vch.docker("rm", "made").ok();
    vch.docker("commit", "nosuch").refused("No such container: nosuch");
    vch.docker("run", "-d", "--name", "goes", "busybox", "sleep", "3600").ok();
    vch.docker("commit", "-c", "RUN x", "goes").refused("run is not a valid change command");
    vch.docker("commit", "goes").saying("sha256:");
    assertThat(vch.docker("inspect", "-f", "{{.State.Status}}", "goes").ok()).isEqualTo("running");
    vch.docker("rm", "-f", "goes").ok();
  }
}
