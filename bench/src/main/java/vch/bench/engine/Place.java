package vch.bench.engine;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import vch.bench.os.Proc;
import vch.bench.os.Shell;

/// Everything that a run makes on the machine is below one directory and in network namespaces with
/// one prefix, both named after the process, so that a run that was killed can be removed by the
/// next.
public final class Place implements AutoCloseable {
  private static final Path PARENT = Path.of("/tmp");
  private static final String DIRECTORY = "plbench.";
  private static final String NAMESPACE = "plb";
  private static final String RUN = "run";

  private final Path home;
  private final Shell shell;
  private final long pid;

  /// @param home the folder of the project
  public Place(Path home) {
    this.home = home;
    this.pid = ProcessHandle.current().pid();
    try {
      for (var entry : children(PARENT, DIRECTORY + "*")) {
        long other = Long.parseLong(entry.getFileName().toString().substring(DIRECTORY.length()));
        if (ProcessHandle.of(other).isEmpty()) {
          sweep(other);
        }
      }
      var directory = PARENT.resolve(DIRECTORY + pid);
      var config = Files.createDirectories(directory.resolve("docker-config"));
      Files.writeString(config.resolve("config.json"), "{}");
      shell = new Shell(directory);
      var run = Files.createDirectories(directory.resolve(RUN));
      shell.ok("mount", "-t", "tmpfs", "-o", "mode=755", "plbench", run.toString());
    } catch (IOException e) {
      throw new UncheckedIOException("prepare the run", e);
    }
    addNamespace("out");
  }

  public Path home() {
    return home;
  }

  public Path directory(String name) {
    return shell.directory().resolve(name);
  }

  /// Where an engine keeps what does not outlive the machine: in memory, as below /run.
  public Path runDirectory(String name) {
    return directory(RUN).resolve(name);
  }

  public Shell shell() {
    return shell;
  }

  /// A root file system of the machine's static busybox as a tar archive, for `import`.
  public Path image() {
    var tar = directory("busybox.tar");
    if (!Files.exists(tar)) {
      try {
        var root = directory("root");
        var bin = Files.createDirectories(root.resolve("bin"));
        Files.createDirectories(root.resolve("etc"));
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"), COPY_ATTRIBUTES);
        for (var name : shell.ok("busybox", "--list").lines().toList()) {
          if (!name.equals("busybox")) {
            Files.createSymbolicLink(bin.resolve(name), Path.of("busybox"));
          }
        }
        shell.ok("tar", "-C", root.toString(), "-cf", tar.toString(), ".");
      } catch (IOException e) {
        throw new UncheckedIOException("make the image", e);
      }
    }
    return tar;
  }

  public String namespace(String name) {
    return NAMESPACE + pid + name;
  }

  /// The network namespace that stands for the world outside the engines' machines.
  public String outside() {
    return namespace("out");
  }

  /// Makes a namespace with loopback.
  public String addNamespace(String name) {
    var namespace = namespace(name);
    shell.ok("ip", "netns", "add", namespace);
    shell.ok("ip", "-n", namespace, "link", "set", "lo", "up");
    return namespace;
  }

  /// Makes an engine's machine: a namespace with a cable to the outside.
  ///
  /// @param number of the cable: the machine is 10.210.number.2, outside is .1
  public String addMachine(String name, int number) {
    var namespace = addNamespace(name);
    var net = "10.210." + number + ".";
    shell.ok(
        "ip",
        "-n",
        outside(),
        "link",
        "add",
        "to" + name,
        "type",
        "veth",
        "peer",
        "name",
        "up0",
        "netns",
        namespace);
    shell.ok("ip", "-n", outside(), "addr", "add", net + "1/24", "dev", "to" + name);
    shell.ok("ip", "-n", namespace, "addr", "add", net + "2/24", "dev", "up0");
    shell.ok("ip", "-n", outside(), "link", "set", "to" + name, "up");
    shell.ok("ip", "-n", namespace, "link", "set", "up0", "up");
    shell.ok("ip", "-n", namespace, "route", "add", "default", "via", net + "1");
    return namespace;
  }

  /// Makes a link's host repeat its questions for Ethernet addresses after 10 ms instead of a
  /// second: whoever asks for a container that is about to start asks in vain at first, and it
  /// shall not matter whether the engine tells when it is there.
  public void askOften(String namespace, String link) {
    var file = "/proc/sys/net/ipv4/neigh/" + link + "/retrans_time_ms";
    shell.ok(within(namespace, "sh", "-c", "echo 10 >" + file));
  }

  /// Words that run a program in a namespace with the machine's other namespaces: `ip netns exec`
  /// would hide the cgroups.
  public static List<String> within(String namespace, String... words) {
    return Shell.words(List.of("nsenter", "--net=/run/netns/" + namespace), words);
  }

  /// Removes everything that the run made.
  @Override
  public void close() {
    try {
      sweep(pid);
    } catch (IOException e) {
      throw new UncheckedIOException("remove the run's files", e);
    }
  }

  private static void sweep(long pid) throws IOException {
    var directory = PARENT.resolve(DIRECTORY + pid);
    var plain = new Shell(PARENT);
    var mark = directory + "/";
    for (int round = 0; round < 50; round++) {
      var left = Proc.find(line -> line.contains(mark));
      left.remove(ProcessHandle.current().pid());
      if (left.isEmpty()) {
        break;
      }
      left.forEach(p -> plain.run(List.of("kill", "-9", Long.toString(p))));
    }
    var mounts =
        Files.readAllLines(Path.of("/proc/self/mounts")).stream()
            .map(l -> l.split(" ")[1])
            .filter(m -> m.startsWith(mark))
            .toList()
            .reversed();
    for (var mount : mounts) {
      plain.run(List.of("umount", "-l", mount));
    }
    for (var namespace : children(Path.of("/run/netns"), NAMESPACE + pid + "[a-z]*")) {
      plain.run(List.of("ip", "netns", "del", namespace.getFileName().toString()));
    }
    plain.run(List.of("rm", "-rf", directory.toString()));
  }

  private static List<Path> children(Path directory, String glob) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (var all = Files.newDirectoryStream(directory, glob)) {
      var out = new java.util.ArrayList<Path>();
      all.forEach(out::add);
      return out;
    }
  }
}
