package vch.app.compat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A machine of a test: a network namespace without a way out, with a daemon of its own (the real
/// one, by `./vch`) and state and run directories of its own. Closing it leaves nothing behind.
public final class TestMachine implements AutoCloseable {
  private static final AtomicInteger COUNT = new AtomicInteger();

  public final String namespace;
  public final Path state;
  public final Path run;
  private final Path directory;
  private final boolean ownNamespace;
  private final List<String> hosts = new ArrayList<>();
  private @Nullable Process daemon;

  public TestMachine() {
    this("plt" + ProcessHandle.current().pid() + "x" + COUNT.incrementAndGet(), true);
    Command.run("ip", "netns", "add", namespace).ok();
    Command.run("ip", "-n", namespace, "link", "set", "lo", "up").ok();
  }

  private TestMachine(String namespace, boolean own) {
    this.namespace = namespace;
    this.ownNamespace = own;
    try {
      directory = Files.createTempDirectory(Path.of("/tmp"), "plt");
      state = directory.resolve("s");
      run = directory.resolve("r");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Another daemon's place on the machine of `one`: the same network namespace, other directories.
  static TestMachine beside(TestMachine one) {
    return new TestMachine(one.namespace, false);
  }

  /// A directory of the test that goes with the machine.
  public Path directory(String name) {
    return directory.resolve(name);
  }

  /// A machine whose daemon runs.
  public static TestMachine started() {
    var machine = new TestMachine();
    try {
      machine.startDaemon();
      return machine;
    } catch (RuntimeException | AssertionError e) {
      machine.close();
      throw e;
    }
  }

  public void startDaemon(String... further) {
    launchDaemon(further);
    var process = java.util.Objects.requireNonNull(daemon);
    until(
        "the daemon answers",
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError("the daemon ended: " + log());
          }
          return vch("version").status() == 0;
        });
  }

  /// Starts the daemon without waiting for it.
  void launchDaemon(String... further) {
    try {
      Files.createDirectories(state);
      Files.createDirectories(run);
      var words =
          Command.words(
              List.of(
                  "ip",
                  "netns",
                  "exec",
                  namespace,
                  Command.home() + "/vch",
                  "daemon",
                  "--state-dir",
                  state.toString(),
                  "--run-dir",
                  run.toString()),
              further);
      var log = state.resolve("daemon.log").toFile();
      daemon =
          new ProcessBuilder(words)
              .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
              .redirectError(ProcessBuilder.Redirect.appendTo(log))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// kill -9 of the daemon.
  public void killDaemon() {
    var process = daemon;
    if (process != null) {
      process.destroyForcibly();
      waitFor(process);
      daemon = null;
    }
  }

  /// SIGTERM.
  public void stopDaemon() {
    var process = daemon;
    if (process != null) {
      process.destroy();
      waitFor(process);
      daemon = null;
    }
  }

  private static void waitFor(Process process) {
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        throw new AssertionError("the daemon does not end");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  long daemonPid() {
    var process = daemon;
    return process == null ? 0 : process.pid();
  }

  public String log() {
    try {
      return Files.readString(state.resolve("daemon.log"));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  /// `vch` against this machine's daemon.
  public Ran vch(String... words) {
    return Command.run(
        Map.of("VCH_RUN_DIR", run.toString()),
        new byte[0],
        Command.words(List.of(Command.home() + "/vch"), words));
  }

  /// Makes a VCH with defaults and gives it a busybox image.
  public TestVch create(String name, String... options) {
    var words = new ArrayList<>(List.of("create", "--name", name));
    words.addAll(List.of(options));
    vch(words.toArray(new String[0])).saying("Installer completed successfully");
    var vch = new TestVch(this, name);
    vch.importBusybox();
    return vch;
  }

  /// Runs a program in the machine's network namespace.
  public Ran here(String... words) {
    return Command.run(
        Map.of(), new byte[0], Command.words(List.of("ip", "netns", "exec", namespace), words));
  }

  /// The machine's end of the host's cable.
  static String cable(Host host) {
    return "t" + Integer.toHexString(host.namespace.hashCode());
  }

  /// A neighbour on a port group: a namespace of its own with one link `eth0`.
  ///
  /// @param link the port group's Linux bridge in the machine
  /// @param address with prefix length
  public Host host(String name, String link, String address) {
    var host = new Host(namespace + name);
    hosts.add(host.namespace);
    Command.run("ip", "netns", "add", host.namespace).ok();
    var end = cable(host);
    Command.run(
            "ip",
            "-n",
            namespace,
            "link",
            "add",
            end,
            "type",
            "veth",
            "peer",
            "name",
            "eth0",
            "netns",
            host.namespace)
        .ok();
    Command.run("ip", "-n", namespace, "link", "set", end, "master", link, "up").ok();
    Command.run("ip", "-n", host.namespace, "link", "set", "lo", "up").ok();
    Command.run("ip", "-n", host.namespace, "link", "set", "eth0", "up").ok();
    Command.run("ip", "-n", host.namespace, "addr", "add", address, "dev", "eth0").ok();
    return host;
  }

  /// Link of the port group `VM Network`.
  public String vmNetwork() {
    return vch("portgroup", "inspect", "VM Network", "--format", "{{.Link}}").ok();
  }

  /// A namespace that plays another machine.
  public record Host(String namespace) {
    public Ran run(String... words) {
      return Command.run(
          Map.of(), new byte[0], Command.words(List.of("ip", "netns", "exec", namespace), words));
    }
  }

  /// Waits up to 30 seconds for something that another process does.
  public static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within 30 seconds: " + what);
      }
      try {
        TimeUnit.MILLISECONDS.sleep(50);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  Map<String, String> environment() {
    return new HashMap<>(Map.of("VCH_RUN_DIR", run.toString()));
  }

  @Override
  public void close() {
    try {
      if (daemon != null) {
        for (var name : vch("ls", "--format", "{{.Name}}").out().lines().toList()) {
          vch("delete", "--force", "--name", name);
        }
      }
    } finally {
      killDaemon();
      Leftovers.remove(directory);
      hosts.forEach(h -> Command.run("ip", "netns", "del", h));
      if (ownNamespace) {
        Command.run("ip", "netns", "del", namespace);
      }
      delete(directory);
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      for (var path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new AssertionError("cannot remove " + directory + ": " + e.getMessage(), e);
    }
  }
}
