package vch.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vch.app.compat.Talk;
import vch.app.compat.TestMachine;
import vch.app.compat.TestVch;

/// Applications of several services by Compose: their life, volumes, images and files.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ComposeTest {
  private final List<Compose> programs = Compose.found();
  private final TestVch vch = TestVch.alone("compose");
  @TempDir private Path here;

  @AfterAll
  void stop() {
    vch.machine().close();
  }

  List<Compose> programs() {
    return programs;
  }

  @ParameterizedTest
  @MethodSource("programs")
  void a_service_waits_until_another_is_healthy(Compose compose) {
    var file =
        """
        services:
          db:
            image: busybox
            command: sh -c 'sleep 2; touch /well; sleep 3600'
            healthcheck: {test: "test -e /well", interval: 1s, timeout: 2s, retries: 9}
          app:
            image: busybox
            command: sleep 3600
            depends_on:
              db: {condition: service_healthy}
        """;
    var well = compose.project(vch, here.resolve("well"), file);
    well.run("up", "-d").ok();
    assertThat(well.inspect("db", "{{.State.Health.Status}}")).isEqualTo("healthy");
    well.run("ps").saying("(healthy)");
    assertThat(well.inspect("app", "{{.State.StartedAt}}"))
        .isGreaterThan(well.inspect("db", "{{(index .State.Health.Log 0).End}}"));
    well.down();
    var ill =
        compose.project(
            vch,
            here.resolve("ill"),
            file.replace("/well; sleep", "/ill; sleep").replace("retries: 9", "retries: 1"));
    ill.run("up", "-d").refused("unhealthy");
    assertThat(vch.docker("ps", "-q", "--filter", "name=ill.app").ok()).isEmpty();
    ill.down();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void volumes_are_kept_until_they_are_given_up(Compose compose) {
    var file =
        """
        services:
          writer:
            image: busybox
            command: sh -c 'echo run >>/data/log; echo run >>/anon/log; exec sleep 3600'
            environment: {ROUND: "1"}
            volumes:
              - data:/data
              - /anon
              - ./given:/given:ro
            tmpfs: /scratch
        volumes:
          data:
            labels: {kept: "yes"}
        """;
    var keep = compose.project(vch, here.resolve("keep"), file);
    keep.write("given/note", "by hand");
    keep.run("up", "-d").ok();
    keep.exec("writer", "cat", "/given/note").saying("by hand");
    keep.exec("writer", "sh", "-c", "echo x >/given/y").refused("Read-only file system");
    keep.exec("writer", "sh", "-c", "grep /scratch /proc/mounts").saying("tmpfs");
    var first = keep.ids("writer");
    keep.write("docker-compose.yml", file.replace("ROUND: \"1\"", "ROUND: \"2\""));
    keep.run("up", "-d", "-t", "0").ok();
    assertThat(keep.ids("writer")).isNotEqualTo(first).hasSize(1);
    TestMachine.until(
        "it has written twice, to both volumes",
        () ->
            keep.exec("writer", "cat", "/data/log", "/anon/log").ok().equals("run\nrun\nrun\nrun"));
    keep.run("down", "-t", "0").ok();
    assertThat(vch.docker("volume", "ls", "-q", "--filter", "label=kept=yes").ok())
        .isEqualTo("keep_data");
    keep.down();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void services_are_scaled_and_answer_by_one_name(Compose compose) {
    var many =
        compose.project(
            vch,
            here.resolve("many"),
            """
            services:
              worker: {image: busybox, command: sleep 3600, stop_grace_period: 0s}
              asks: {image: busybox, command: sleep 3600, stop_grace_period: 0s}
            """);
    many.run("up", "-d", "--scale", "worker=4").ok();
    var addresses = new HashSet<String>();
    for (var id : many.ids("worker")) {
      addresses.add(vch.address(id));
    }
    assertThat(addresses).hasSize(4);
    var answer = many.exec("asks", "nslookup", "worker").ok();
    assertThat(addresses).allSatisfy(a -> assertThat(answer).contains(a));
    many.run("up", "-d", "--scale", "worker=1").ok();
    assertThat(many.ids("worker")).hasSize(1);
    assertThat(many.exec("asks", "nslookup", "worker").ok().lines().filter(l -> l.contains("Addr")))
        .hasSizeLessThanOrEqualTo(2); // the server's own, and one
    many.down();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void a_service_is_stopped_started_changed_and_removed(Compose compose) {
    var file =
        """
        services:
          main:
            image: busybox
            command: sh -c 'echo "started with $$WORD"; trap "exit 0" TERM; while :; do sleep 0.1; done'
            environment: {WORD: one}
          other: {image: busybox, command: sleep 3600, stop_grace_period: 0s}
        """;
    var life = compose.project(vch, here.resolve("life"), file);
    try (var events = new Talk(life.environment(), life.command("events", "--json"))) {
      TestMachine.until(
          "events are told",
          () -> {
            life.run("up", "-d").ok();
            life.run("pause", "main").ok();
            life.run("unpause", "main").ok();
            return events.lines().stream().anyMatch(l -> l.contains("\"unpause\""));
          });
    }
    var first = life.ids("main");
    life.run("stop", "main").ok();
    assertThat(life.inspect("main", "{{.State.Status}} {{.State.ExitCode}}")).isEqualTo("exited 0");
    life.run("start", "main").ok();
    life.run("restart", "-t", "5", "main").ok();
    assertThat(life.ids("main")).isEqualTo(first);
    TestMachine.until(
        "it has started three times",
        () ->
            life.run("logs", "--no-color", "main").ok().split("started with one", -1).length == 4);
    life.run("kill", "-s", "KILL", "main").ok();
    life.run("rm", "-f", "main").ok();
    life.run("up", "-d").ok();
    assertThat(life.ids("main")).isNotEqualTo(first);
    var other = life.ids("other");
    life.write("docker-compose.yml", file.replace("WORD: one", "WORD: two"));
    life.run("up", "-d").ok();
    assertThat(life.ids("other")).isEqualTo(other);
    life.exec("main", "sh", "-c", "echo $WORD").saying("two");
    life.write("docker-compose.yml", "services: {main: {image: busybox, command: sleep 3600}}\n");
    life.run("up", "-d", "--remove-orphans", "-t", "0").ok();
    assertThat(vch.docker("ps", "-q", "--no-trunc", "--filter", "id=" + other.getFirst()).ok())
        .isEmpty();
    life.down();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void one_off_programs(Compose compose) {
    var off =
        compose.project(
            vch,
            here.resolve("off"),
            """
            services:
              server:
                image: busybox
                command: sh -c 'mkdir /www; echo served >/www/index.html; exec httpd -f -p 80 -h /www'
                stop_grace_period: 0s
              job:
                image: busybox
                entrypoint: ["sh", "-c"]
                command: ["exit 1"]
                depends_on: [server]
                environment: [GIVEN]
            """);
    off.run(
            "run",
            "--rm",
            "-T",
            "-e",
            "GIVEN=word",
            "job",
            "echo $GIVEN; for i in 1 2 3 4 5; do wget -q -O - http://server/ && exit 5; done")
        .exits(5)
        .out();
    var ran = off.run("run", "--rm", "-T", "-e", "GIVEN=word", "job", "echo said $GIVEN");
    assertThat(ran.ok()).contains("said word");
    assertThat(off.ids("job")).isEmpty();
    assertThat(off.ids("server")).hasSize(1);
    off.run("up", "--exit-code-from", "job").exits(1);
    off.down();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void images_are_built(Compose compose) {
    var made =
        compose.project(
            vch,
            here.resolve("made"),
            """
            services:
              main:
                build: {context: ctx, args: {WORD: given}}
                image: made/main
            """);
    made.write("ctx/Dockerfile", "FROM busybox\nARG WORD\nRUN echo $WORD >/word\nCMD sleep 3600\n");
    made.run("up", "-d").ok();
    made.exec("main", "cat", "/word").saying("given");
    made.run("build", "--build-arg", "WORD=other").ok();
    made.run("up", "-d", "-t", "0").ok();
    made.exec("main", "cat", "/word").saying("other");
    made.down();
    vch.docker("rmi", "made/main").ok();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void profiles_extends_and_env_files(Compose compose) {
    var parts =
        compose.project(
            vch,
            here.resolve("parts"),
            """
            services:
              main:
                extends: {file: base.yml, service: base}
                env_file: [main.env]
                environment: {FROM_FILE: "${WORD:?word is missing}"}
              extra:
                image: busybox
                command: sleep 3600
                profiles: [more]
            """);
    parts.write(
        "base.yml",
        "services: {base: {image: busybox, command: sleep 3600, environment: {BASE: yes-it-is},"
            + " labels: {based: here}}}\n");
    parts.write("main.env", "ENV_FILE=there\n");
    parts.run("config").refused("word is missing");
    parts.write(".env", "WORD=substituted\n");
    parts.run("up", "-d").ok();
    assertThat(parts.exec("main", "env").ok())
        .contains("BASE=yes-it-is", "ENV_FILE=there", "FROM_FILE=substituted");
    assertThat(parts.inspect("main", "{{.Config.Labels.based}}")).isEqualTo("here");
    assertThat(parts.ids("extra")).isEmpty();
    parts.run("--profile", "more", "up", "-d").ok();
    assertThat(parts.ids("extra")).hasSize(1);
    parts.run("--profile", "more", "down", "-v", "--remove-orphans", "-t", "0").ok();
    parts.down();
  }
}
