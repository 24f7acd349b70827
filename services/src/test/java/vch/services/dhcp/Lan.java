package vch.services.dhcp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Mac;

/// A LAN of throw-away namespaces: a switch, and hosts that are on it by their `eth0`. Nothing of
/// the machine is touched.
final class Lan implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(40);

  private final Path directory = Files.createTempDirectory("vch-lan");
  private final List<Process> servers = new ArrayList<>();
  private final List<Path> namespaces = new ArrayList<>();
  private int hosts;

  Lan() throws Exception {
    namespace("switch");
    in("switch", "ip", "link", "add", "br0", "type", "bridge");
    in("switch", "ip", "link", "set", "br0", "up");
  }

  Path directory() {
    return directory;
  }

  Path path(NamespaceName name) {
    return directory.resolve("ns-" + name.value());
  }

  private void namespace(String name) throws Exception {
    var file = path(new NamespaceName(name));
    Files.createFile(file);
    run(List.of("unshare", "--net=" + file, "true"));
    namespaces.add(file);
  }

  /// A host without address.
  void host(String name, Mac mac) throws Exception {
    namespace(name);
    in(name, "ip", "link", "set", "lo", "up");
    cable(name, mac);
  }

  /// Makes the link `eth0` of a host that has none.
  void cable(String name, Mac mac) throws Exception {
    var port = "p" + ++hosts;
    in(name, "ip", "link", "add", "eth0", "address", mac.toString(), "type", "veth", "peer", port);
    run(
        List.of(
            "nsenter",
            "--net=" + path(new NamespaceName(name)),
            "ip",
            "link",
            "set",
            port,
            "netns",
            path(new NamespaceName("switch")).toString()));
    in("switch", "ip", "link", "set", port, "master", "br0", "up");
    in(name, "ip", "link", "set", "eth0", "up");
  }

  /// Runs a command inside a host; returns what it said.
  String in(String host, String... words) throws Exception {
    var all = new ArrayList<>(List.of("nsenter", "--net=" + path(new NamespaceName(host))));
    all.addAll(List.of(words));
    return run(all);
  }

  private static String run(List<String> words) throws Exception {
    var process = new ProcessBuilder(words).redirectErrorStream(true).start();
    var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(String.join(" ", words) + ": " + out);
    }
    return out;
  }

  /// Starts a program that stays, inside a host. What it says is in the file `<name>.log`.
  Process serve(String host, String name, String... words) throws IOException {
    var all = new ArrayList<>(List.of("nsenter", "--net=" + path(new NamespaceName(host))));
    all.addAll(List.of(words));
    var process =
        new ProcessBuilder(all)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolve(name + ".log").toFile()))
            .start();
    servers.add(process);
    return process;
  }

  /// What a program has said until now.
  String said(String name) {
    return ClientFiles.text(directory.resolve(name + ".log")).orElse("");
  }

  String addresses(String host) {
    try {
      return in(host, "ip", "-4", "-o", "address", "show", "dev", "eth0");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  String routes(String host) {
    try {
      return in(host, "ip", "-4", "route");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static void until(String what, BooleanSupplier holds) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("never: " + what);
      }
      Thread.sleep(50);
    }
  }

  static void stop(Process server) throws InterruptedException {
    server.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws Exception {
    for (var server : servers) {
      stop(server);
    }
    for (var namespace : namespaces) {
      run(List.of("umount", "--lazy", namespace.toString()));
    }
    try (var files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
    }
  }
}
