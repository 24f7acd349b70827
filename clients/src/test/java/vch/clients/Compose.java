package vch.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import vch.app.compat.Command;
import vch.app.compat.Ran;
import vch.app.compat.TestVch;

/// A Compose program that is on this machine: Debian's docker-compose 1.29, and the v2 plugin of
/// the docker CLI where there is one.
record Compose(List<String> words, String version) {
  /// Debian's is always there, since the packages of the tests name it. Says in the output of the
  /// tests what was found.
  static List<Compose> found() {
    var found = new ArrayList<Compose>();
    found.add(
        new Compose(
            List.of("docker-compose"), Command.run("docker-compose", "version", "--short").ok()));
    var plugin = Command.run("docker", "compose", "version", "--short");
    if (plugin.status() == 0) {
      found.add(new Compose(List.of("docker", "compose"), plugin.out().strip()));
    }
    System.out.println(
        "Compose suites run with "
            + String.join(" and ", found.stream().map(Compose::toString).toList())
            + (plugin.status() == 0
                ? ""
                : "; the docker CLI has no compose plugin here, so Compose v2 is not tried"));
    return found;
  }

  Project project(TestVch vch, Path directory, String file) {
    var project = new Project(this, vch, directory);
    project.write("docker-compose.yml", file);
    return project;
  }

  @Override
  public String toString() {
    return String.join(" ", words) + " " + version;
  }

  /// A directory with a Compose file.
  record Project(Compose program, TestVch vch, Path directory) {
    void write(String name, String text) {
      try {
        Files.createDirectories(directory.resolve(name).getParent());
        Files.writeString(directory.resolve(name), text);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Map<String, String> environment() {
      return Map.of("DOCKER_HOST", vch.host(), "DOCKER_BUILDKIT", "0");
    }

    List<String> command(String... words) {
      var all = new ArrayList<>(program.words);
      all.addAll(
          List.of(
              "-f",
              directory.resolve("docker-compose.yml").toString(),
              "--project-directory",
              directory.toString()));
      all.addAll(List.of(words));
      return all;
    }

    Ran run(String... words) {
      return Command.run(environment(), new byte[0], command(words));
    }

    /// A program inside the running container of a service.
    Ran exec(String service, String... words) {
      return run(Command.words(List.of("exec", "-T", service), words).toArray(new String[0]));
    }

    List<String> ids(String service) {
      return run("ps", "-q", service).ok().lines().toList();
    }

    /// What docker inspect says of the first container of a service.
    String inspect(String service, String format) {
      return vch.docker("inspect", "--format", format, ids(service).getFirst()).ok();
    }

    /// Ends it all and sees that nothing is left.
    void down() {
      run("down", "-v", "--remove-orphans", "-t", "0").ok();
      var label = "label=com.docker.compose.project=" + directory.getFileName();
      for (var kind : List.of("ps -a", "network ls", "volume ls")) {
        var left = Command.words(List.of(kind.split(" ")), "-q", "--filter", label);
        org.assertj.core.api.Assertions.assertThat(vch.docker(left.toArray(new String[0])).ok())
            .as(kind)
            .isEmpty();
      }
    }
  }
}
