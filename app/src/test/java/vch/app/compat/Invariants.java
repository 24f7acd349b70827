package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What must hold on a machine whatever happened to its daemon, looked at from outside: with the
/// docker CLI and with the machine's own tools. Containers on bridge networks only.
final class Invariants {
  /// What is still being taken away in the background gets this long.
  private static final Duration SETTLED = Duration.ofSeconds(30);

  private final TestMachine machine;
  private final List<String> problems = new ArrayList<>();
  private final TreeSet<String> pins = new TreeSet<>();
  private final TreeSet<String> running = new TreeSet<>();
  private final Map<String, String> addresses = new HashMap<>();

  private Invariants(TestMachine machine) {
    this.machine = machine;
  }

  /// All of them, and that the next container can be run in each VCH.
  ///
  /// @param why to print where one does not hold
  static void hold(TestMachine machine, String why) {
    long end = System.nanoTime() + SETTLED.toNanos();
    var problems = problems(machine);
    while (!problems.isEmpty() && System.nanoTime() < end) {
      try {
        TimeUnit.MILLISECONDS.sleep(300);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      problems = problems(machine);
    }
    assertThat(problems).as(why + "\n" + tail(machine.log())).isEmpty();
    for (var vch : vchs(machine)) {
      if (vch.docker("images", "-q", "busybox").ok().isEmpty()) {
        continue; // made by a command that was cut before it got its image
      }
      assertThat(
              vch.docker("run", "--rm", "busybox", "ip", "-4", "-o", "addr", "show", "eth0").ok())
          .as(why)
          .contains("inet ");
    }
  }

  private static String tail(String log) {
    return log.length() > 6000 ? log.substring(log.length() - 6000) : log;
  }

  private static List<TestVch> vchs(TestMachine machine) {
    return machine
        .vch("ls", "--format", "{{.Name}}")
        .ok()
        .lines()
        .map(n -> new TestVch(machine, n))
        .toList();
  }

  private static List<String> problems(TestMachine machine) {
    var look = new Invariants(machine);
    var vchs = vchs(machine);
    vchs.forEach(look::vch);
    look.same("pins", look.names(machine.run.resolve("netns")), look.pins);
    look.same("root file systems", look.mounted("m"), brief(look.running));
    look.same("runtime states", look.names(machine.run.resolve("rt-runc")), look.running);
    look.same("exit files", look.names(machine.run.resolve("exits")), List.of());
    look.same("cgroups", look.cgroups(), look.running);
    look.monitors();
    var links = links(Path.of("/run/netns/" + machine.namespace), "pn");
    if (links != vchs.size()) {
      look.problems.add(links + " NICs of " + vchs.size() + " VCHs on the machine");
    }
    var plan = machine.vch("plan");
    if (plan.status() != 0 || !plan.out().isBlank()) {
      look.problems.add("the plan is not empty: " + plan.out() + plan.err());
    }
    return look.problems;
  }

  private void vch(TestVch vch) {
    var ids = vch.docker("ps", "-aq", "--no-trunc").ok().lines().toList();
    var endpoint = machine.run.resolve("netns").resolve("e-" + vch.id());
    pins.add(endpoint.getFileName().toString());
    boolean shared =
        machine
            .vch("inspect", vch.name(), "--format", "{{.Bridge.Isolation}}")
            .ok()
            .equals("shared");
    int ports = 0;
    for (var id : ids) {
      var state =
          vch.docker(
              "inspect",
              "--format",
              "{{.State.Status}} {{.State.Pid}}"
                  + "{{range .NetworkSettings.Networks}} {{.IPAddress}}/{{.IPPrefixLen}}"
                  + ",{{.GlobalIPv6Address}}/{{.GlobalIPv6PrefixLen}}{{end}}",
              id);
      if (state.status() != 0) {
        problems.add("container " + id + " goes while it is looked at");
        continue;
      }
      var words = state.out().strip().split(" ", -1);
      switch (words[0]) {
        case "running" -> {
          running.add(id);
          var places = List.of(words).subList(2, words.length);
          ports += shared ? Math.min(1, places.size()) : places.size();
          var wanted =
              places.stream()
                  .flatMap(p -> Stream.of(p.split(",", -1)))
                  .filter(a -> !a.equals("/0"))
                  .toList();
          container(vch, id, words[1], wanted);
        }
        case "created", "exited" -> {}
        default -> problems.add("container " + id + " is " + words[0]);
      }
    }
    var networks = vch.docker("network", "ls", "-q", "--filter", "driver=bridge").ok().lines();
    long segments = shared ? 1 : networks.count();
    if (links(endpoint, "br-") != segments) {
      problems.add(
          links(endpoint, "br-") + " segments of " + vch.name() + ", and should be " + segments);
    }
    if (links(endpoint, "v") != ports) {
      problems.add(
          links(endpoint, "v") + " ports for " + ports + " places of containers of " + vch.name());
    }
  }

  private void container(TestVch vch, String id, String pid, Collection<String> wanted) {
    try (var all = Files.list(machine.run.resolve("netns"))) {
      var mine =
          all.map(p -> p.getFileName().toString())
              .filter(n -> n.startsWith("c-" + id.substring(0, 12)))
              .toList();
      if (mine.size() != 1) {
        problems.add("container " + id + " has the namespaces " + mine);
      }
      pins.addAll(mine);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var now =
        Command.run("nsenter", "-t", pid, "-n", "ip", "-br", "addr", "show", "scope", "global")
            .out()
            .lines()
            .filter(l -> l.startsWith("eth"))
            .flatMap(l -> Stream.of(l.trim().split(" +")).skip(2))
            .filter(a -> a.contains("/"))
            .toList();
    same("addresses of " + id, now, wanted);
    for (var address : now) {
      var other = addresses.put(vch.name() + " " + address, id);
      if (other != null) {
        problems.add(other + " and " + id + " have the same address " + address);
      }
    }
  }

  private static List<String> brief(Collection<String> ids) {
    return ids.stream().map(i -> i.substring(0, 12)).toList();
  }

  private void same(String what, Collection<String> now, Collection<String> wanted) {
    if (!new TreeSet<>(now).equals(new TreeSet<>(wanted))) {
      problems.add(what + " are " + now + ", and should be " + wanted);
    }
  }

  private static int links(Path namespace, String first) {
    return (int)
        Command.run("nsenter", "--net=" + namespace, "ip", "-br", "link")
            .out()
            .lines()
            .filter(l -> l.startsWith(first))
            .count();
  }

  private List<String> names(Path directory) {
    if (Files.notExists(directory)) {
      return List.of();
    }
    try (var all = Files.list(directory)) {
      return all.map(p -> p.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> mounted(String directory) {
    var parent = machine.run.resolve(directory) + "/";
    return Leftovers.mounts(machine.run).stream()
        .filter(m -> m.startsWith(parent))
        .map(m -> m.substring(parent.length()))
        .toList();
  }

  private List<String> cgroups() {
    var root = "portlayer-" + hash(machine.state.toString());
    var found = new TreeSet<String>();
    for (var hierarchy : names(Path.of("/sys/fs/cgroup"))) {
      var ours = Path.of("/sys/fs/cgroup", hierarchy, root);
      if (Files.isDirectory(ours)) {
        names(ours).stream().filter(n -> n.matches("[0-9a-f]{64}")).forEach(found::add);
      }
    }
    return List.copyOf(found);
  }

  private static String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)),
              0,
              4);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private void monitors() {
    var monitors =
        Leftovers.processes(machine.run).stream()
            .filter(p -> p.info().command().filter(c -> c.endsWith("/conmon")).isPresent())
            .count();
    if (monitors != running.size()) {
      problems.add(
          monitors
              + " monitors of "
              + running.size()
              + " running containers: "
              + Leftovers.processes(machine.run).stream()
                  .map(p -> p.pid() + " " + p.info().commandLine().orElse(""))
                  .collect(Collectors.joining("; ")));
    }
  }
}
