package vch.app.compat.differential;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import vch.app.compat.Command;
import vch.app.compat.Leftovers;
import vch.app.compat.TestMachine;

/// Debian's dockerd in a network namespace of its own, all its files below one directory. Closing
/// it leaves nothing behind.
final class Dockerd implements AutoCloseable {
  private final String namespace = "dd" + ProcessHandle.current().pid();
  private final Path directory;
  private final Process process;

  Dockerd() {
    try {
      directory = Files.createTempDirectory(Path.of("/tmp"), "dd");
      Files.createDirectories(directory.resolve("run"));
      Command.run("ip", "netns", "add", namespace).ok();
      Command.run("ip", "-n", namespace, "link", "set", "lo", "up").ok();
      // by nsenter: `ip netns exec` would hide the cgroups from it
      process =
          new ProcessBuilder(
                  "nsenter",
                  "--net=/run/netns/" + namespace,
                  "dockerd",
                  "--data-root",
                  directory.resolve("data").toString(),
                  "--exec-root",
                  directory.resolve("exec").toString(),
                  "--pidfile",
                  directory.resolve("run/pid").toString(),
                  "--host",
                  "unix://" + socket(),
                  "--storage-driver",
                  "overlay2",
                  "--default-address-pool",
                  "base=172.16.0.0/12,size=16")
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("log").toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      TestMachine.until("dockerd answers", this::answers);
    } catch (RuntimeException | AssertionError e) {
      close();
      throw e;
    }
  }

  Path socket() {
    return directory.resolve("run/docker.sock");
  }

  private boolean answers() {
    if (!process.isAlive()) {
      throw new AssertionError("dockerd ended: " + log());
    }
    return Files.exists(socket())
        && Command.run(
                    "curl", "-s", "-m", "5", "--unix-socket", socket().toString(), "http://d/_ping")
                .status()
            == 0;
  }

  private String log() {
    try {
      return Files.readString(directory.resolve("log"));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    Leftovers.remove(directory);
    Command.run("ip", "netns", "del", namespace);
    try (Stream<Path> all = Files.walk(directory)) {
      for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new AssertionError("cannot remove " + directory + ": " + e.getMessage(), e);
    }
  }
}
