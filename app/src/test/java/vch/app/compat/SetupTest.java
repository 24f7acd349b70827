package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Set-up as a user meets it: what is missing is named, the demonstration works twice, and so does
/// the tour of the README.
@Tag("compat")
class SetupTest {
  private static final Path HOME = Command.home();

  @TempDir private Path temporary = Path.of("/nonexistent");

  /// A PATH with these programs only.
  private String path(String... programs) throws IOException {
    for (var program : programs) {
      var there = Command.run("sh", "-c", "command -v " + program).ok();
      var file =
          Files.writeString(temporary.resolve(program), "#!/bin/sh\nexec " + there + " \"$@\"\n");
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
    return temporary.toString();
  }

  private static Ran with(Map<String, String> environment, String... words) {
    return Command.run(environment, new byte[0], List.of(words));
  }

  @Test
  void missing_packages_are_named_and_nothing_is_installed_where_it_is_not_wanted()
      throws IOException {
    with(Map.of(), HOME + "/scripts/packages.sh", "--no-install").ok();
    var bare = path("bash", "env", "dirname", "readlink", "id", "sed", "date");
    var ran = with(Map.of("PATH", bare), HOME + "/scripts/packages.sh", "--no-install");
    assertThat(ran.status()).as(ran::toString).isEqualTo(5);
    assertThat(ran.err())
        .contains("Missing Debian packages: ")
        .contains("conmon")
        .contains("busybox-static")
        .contains("docker.io")
        .contains("Install them with: apt-get install ");
    var demo =
        with(
            Map.of("PATH", bare),
            HOME + "/vch",
            "demo",
            "--no-install",
            "--run-dir",
            temporary + "/r",
            "--state-dir",
            temporary + "/s");
    assertThat(demo.status()).as(demo::toString).isEqualTo(5);
    assertThat(demo.err()).contains("Missing Debian packages: ").contains("conmon");
    assertThat(temporary.resolve("s")).doesNotExist();
  }

  @Test
  void without_a_jdk_there_is_a_clear_sentence() {
    var nowhere =
        Map.of(
            "VCH_JAVA_HOME",
            "/nonexistent",
            "JAVA_HOME",
            "/nonexistent",
            "VCH_JDK_PLACES",
            "/nonexistent");
    for (var words :
        List.of(List.of("/vch", "ls"), List.of("/vch", "daemon"), List.of("/do", "build"))) {
      var ran = with(nowhere, HOME + words.get(0), words.get(1));
      assertThat(ran.status()).as(ran::toString).isEqualTo(3);
      assertThat(ran.err())
          .as(ran::toString)
          .contains(
              "Portlayer needs a JDK 25 and found none in $VCH_JAVA_HOME, $JAVA_HOME or /usr/lib/jvm.")
          .contains("set VCH_JAVA_HOME")
          .hasLineCount(2);
    }
  }

  @Test
  void the_demonstration_works_twice() {
    try (var machine = new TestMachine()) {
      for (int i = 0; i < 2; i++) {
        var ran =
            machine.here(
                HOME + "/vch",
                "demo",
                "--no-install",
                "--state-dir",
                machine.state.toString(),
                "--run-dir",
                machine.run.toString());
        assertThat(ran.ok())
            .as(ran::toString)
            .doesNotContain("✗")
            .contains("✓ port 80 of test1 answers at the public address")
            .contains("✓ every outcome is as promised")
            .contains("vch delete --force --name demo --run-dir " + machine.run)
            .contains("DOCKER_HOST=tcp://192.168.218.2:2376");
      }
      machine.vch("delete", "--force", "--name", "demo").ok();
      machine.vch("down").ok();
      for (var lan : List.of("demo-office", "demo-production")) { // as it says at its end
        machine.here("ip", "netns", "del", lan).ok();
      }
    }
  }

  @Test
  void the_tour_of_the_readme_works_as_it_is_written() throws IOException {
    var readme = Files.readString(HOME.resolve("README.md"));
    var tour =
        readme.substring(readme.indexOf("## A five-minute tour"), readme.indexOf("## Commands"));
    try (var machine = new TestMachine()) {
      var script = new ArrayList<>(List.of("set -e", "cd " + HOME));
      var blocks = Pattern.compile("```\n(.*?)```", Pattern.DOTALL).matcher(tour);
      while (blocks.find()) {
        for (var line : blocks.group(1).lines().filter(l -> !l.isBlank()).toList()) {
          var mine =
              line.replace("/run/portlayer", machine.run.toString())
                  .replace("/tmp/root", temporary + "/root");
          // a user who types leaves the server the moment that it needs to listen
          boolean asks = mine.startsWith("curl ") || mine.startsWith("docker run --rm ");
          script.add("echo " + "'$ " + mine.replace("'", "'\\''") + "'");
          script.add(
              asks ? "for try in 1 2 3 4 5 6; do " + mine + " && break; sleep 0.5; done" : mine);
        }
      }
      var environment =
          Map.of("VCH_RUN_DIR", machine.run.toString(), "VCH_STATE_DIR", machine.state.toString());
      var ran =
          Command.run(
              environment,
              String.join("\n", script).getBytes(StandardCharsets.UTF_8),
              List.of("ip", "netns", "exec", machine.namespace, "bash"));
      var out = ran.ok();
      assertThat(out.split("(?m)^hello$", -1))
          .as(out)
          .hasSize(5); // by name, published, on a LAN, and while no daemon runs
      assertThat(out)
          .contains("Installer completed successfully")
          .contains("VCH \"blue\" deleted")
          .contains("The daemon has ended; containers go on.");
      assertThat(out.substring(out.indexOf("$ ./vch plan")))
          .contains("$ ./vch plan\n$ ./vch delete");
    }
  }
}
