package vch.compute.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import vch.compute.files.Trees;
import vch.compute.image.Layers;
import vch.compute.volume.DirectoryVolumes;
import vch.engine.compute.Processes;
import vch.engine.compute.Processes.Ended;
import vch.engine.compute.Stdio;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;

/// A daemon's containers over directories and a network namespace of their own, with an image of
/// the distribution's static busybox. close() ends every container and takes everything away again.
final class RuntimeLab implements AutoCloseable {
  static final long PATIENCE_SECONDS = 30;
  private static final List<String> APPLETS =
      List.of(
          "sh",
          "cat",
          "echo",
          "true",
          "false",
          "sleep",
          "id",
          "stty",
          "tty",
          "ls",
          "mount",
          "hostname",
          "head",
          "dd",
          "touch",
          "grep",
          "env",
          "pwd",
          "kill",
          "ps",
          "wc",
          "mkdir",
          "rm",
          "mknod",
          "chown",
          "stat",
          "ulimit",
          "sysctl",
          "yes",
          "seq",
          "unshare",
          "date",
          "usleep",
          "cut",
          "tr",
          "find",
          "readlink",
          "test",
          "printf",
          "od");

  private final Path top;
  private final int layers;
  private final String netns;
  private final List<Container> containers =
      java.util.Collections.synchronizedList(new ArrayList<>());
  final DirectoryVolumes volumes;
  final BlockingQueue<Ended> ends = new LinkedBlockingQueue<>();
  ConmonProcesses processes;

  RuntimeLab() throws IOException {
    this(0);
  }

  /// @param moreLayers on top of the image, each with one file in /layers
  RuntimeLab(int moreLayers) throws IOException {
    layers = moreLayers;
    top = Files.createTempDirectory("pl-rt").toRealPath();
    netns = "plrt-" + top.getFileName();
    command("ip", "netns", "add", netns);
    command("ip", "-n", netns, "link", "set", "lo", "up");
    image();
    volumes = new DirectoryVolumes(top.resolve("state"), (_, _) -> java.util.Map.of());
    processes = open();
  }

  private ConmonProcesses open() {
    Layers layers = _ -> directories();
    var opened =
        ConmonProcesses.open(
            new RuntimeSettings(top.resolve("state"), top.resolve("run"), Optional.empty()),
            layers,
            volumes,
            InstantSource.system());
    opened.onExit(ends::add);
    return opened;
  }

  private List<Path> directories() {
    var directories = new ArrayList<>(List.of(top.resolve("base"), top.resolve("busybox")));
    for (int i = 0; i < layers; i++) {
      directories.add(top.resolve("layer-with-a-long-name-as-digests-have-them-" + i));
    }
    return directories;
  }

  private void image() throws IOException {
    var base = Files.createDirectories(top.resolve("base/etc"));
    Files.writeString(
        base.resolve("passwd"),
        "root:x:0:0:root:/root:/bin/sh\nworker:x:1000:1000::/home/worker:/bin/sh\n");
    Files.writeString(
        base.resolve("group"), "root:x:0:\nworker:x:1000:\naudio:x:29:worker\nvideo:x:44:\n");
    Files.createDirectories(top.resolve("base/tmp"));
    var data = Files.createDirectories(top.resolve("base/data"));
    Files.writeString(data.resolve("seed"), "from the image\n");
    Files.setAttribute(data.resolve("seed"), "unix:uid", 1000);
    Files.setAttribute(data, "unix:uid", 1000);
    var bin = Files.createDirectories(top.resolve("busybox/bin"));
    Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
    bin.resolve("busybox").toFile().setExecutable(true, false);
    for (var applet : APPLETS) {
      Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
    }
    Files.writeString(bin.resolve("notrunnable"), "plain text");
    for (int i = 0; i < layers; i++) {
      Files.createFile(
          Files.createDirectories(directories().get(2 + i).resolve("layers"))
              .resolve(Integer.toString(i)));
    }
  }

  /// Below it lies all that the lab makes.
  Path top() {
    return top;
  }

  static String freshId() {
    var bytes = new byte[32];
    new Random().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /// A shell that does the script.
  static Specimen sh(String script) {
    return container("sh", "-c", script);
  }

  static Specimen container(String... arguments) {
    return Specimen.of(freshId(), arguments);
  }

  Path network() {
    return Path.of("/run/netns", netns);
  }

  /// Prepares and starts.
  Container start(Specimen specimen) {
    var container = specimen.container();
    containers.add(container);
    processes.prepare(container);
    startAgain(container);
    return container;
  }

  long startAgain(Container container) {
    return processes.start(
        container,
        new Processes.Network(network(), false),
        new Processes.Files(
            "nameserver 192.0.2.53\n", "127.0.0.1 localhost\n", container.hostname() + "\n"));
  }

  /// Attaches, starts, and collects everything until the end.
  Outcome run(Specimen specimen, byte[]... input) throws Exception {
    containers.add(specimen.container());
    processes.prepare(specimen.container());
    try (var stdio = processes.attach(specimen.container().id())) {
      startAgain(specimen.container());
      for (var each : input) {
        stdio.write(each, 0, each.length);
      }
      if (input.length > 0) {
        stdio.closeInput();
      }
      var seen = collect(stdio);
      var end = awaitEnd(specimen.container().id());
      processes.release(specimen.container().id());
      return new Outcome(end.exitCode(), end.oomKilled(), seen.stdout(), seen.stderr());
    }
  }

  record Outcome(int exitCode, boolean oomKilled, String stdout, String stderr) {}

  record Output(String stdout, String stderr) {}

  static Output collect(Stdio stdio) throws IOException {
    var stdout = new StringBuilder();
    var stderr = new StringBuilder();
    while (true) {
      var chunk = stdio.read();
      if (chunk.stream() == 0) {
        return new Output(stdout.toString(), stderr.toString());
      }
      (chunk.stream() == 1 ? stdout : stderr)
          .append(new String(chunk.bytes(), StandardCharsets.UTF_8));
    }
  }

  /// Reads until `text` has been seen.
  static String readUntil(Stdio stdio, String text) throws IOException {
    var seen = new StringBuilder();
    while (seen.indexOf(text) < 0) {
      var chunk = stdio.read();
      if (chunk.stream() == 0) {
        throw new AssertionError("ended without '" + text + "'; saw '" + seen + "'");
      }
      seen.append(new String(chunk.bytes(), StandardCharsets.UTF_8));
    }
    return seen.toString();
  }

  Ended awaitEnd(ContainerId id) throws InterruptedException {
    var others = new ArrayList<Ended>();
    try {
      while (true) {
        var end = ends.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (end == null) {
          throw new AssertionError("container " + id.brief() + " did not end");
        }
        if (end.id().equals(id)) {
          return end;
        }
        others.add(end);
      }
    } finally {
      ends.addAll(others);
    }
  }

  /// Waits until the kernel has done what it does in its own time.
  static void await(java.util.function.BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited in vain");
      }
      Thread.onSpinWait();
      java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }

  Processes.Observed observed(Container container) {
    var observed = processes.observe().get(container.id());
    if (observed == null) {
      throw new AssertionError("container " + container.id().brief() + " is not known");
    }
    return observed;
  }

  /// The daemon dies and another one comes; containers go on.
  void restart() {
    processes.close();
    processes = open();
  }

  /// The daemon dies; `meanwhile` happens; another one comes.
  void restart(Runnable meanwhile) {
    processes.close();
    meanwhile.run();
    processes = open();
  }

  static String command(String... command) {
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(String.join(" ", command) + ": " + said);
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws IOException {
    for (var container : containers) {
      processes.delete(container.id());
    }
    processes.close();
    command("ip", "netns", "del", netns);
    var left =
        Files.readString(Path.of("/proc/self/mountinfo"))
            .lines()
            .filter(l -> l.contains(top.toString()))
            .toList();
    if (!left.isEmpty()) {
      throw new AssertionError("mounts are left: " + left);
    }
    Trees.delete(top);
  }
}
