package vch.compute.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The default system call filter, read from the resource `seccomp-default.txt`, which also says
/// how it is written.
///
/// Immutable; one is read per daemon.
final class Seccomp {
  private static final int EPERM = 1;

  /// Its programs open sockets by `socketcall`, whose arguments stand in memory: no filter sees of
  /// which family they are.
  private static final String BLIND = "SCMP_ARCH_X86";

  private final List<Line> lines;

  private Seccomp(List<Line> lines) {
    this.lines = lines;
  }

  /// @param action `allow` or `errno=N`
  /// @param cap counts only with it
  /// @param without counts only without it
  private record Line(
      String action,
      Optional<String> cap,
      Optional<String> without,
      List<String> architectures,
      List<String> calls,
      Optional<Argument> argument) {
    boolean counts(Collection<String> capabilities, String architecture) {
      return cap.map(capabilities::contains).orElse(true)
          && !without.map(capabilities::contains).orElse(false)
          && (architectures.isEmpty() || architectures.contains(architecture));
    }
  }

  /// A condition on one argument of the call, in libseccomp's terms.
  private record Argument(int index, String operator, long value, long value2) {}

  static Seccomp standard() {
    try (InputStream in = Seccomp.class.getResourceAsStream("seccomp-default.txt")) {
      if (in == null) {
        throw new AssertionError("seccomp-default.txt is not in the module");
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("read the default system call filter", e);
    }
  }

  static Seccomp parse(String text) {
    return new Seccomp(
        text.lines()
            .map(String::strip)
            .filter(l -> !l.isEmpty() && !l.startsWith("#"))
            .map(Seccomp::line)
            .toList());
  }

  private static Line line(String text) {
    int colon = text.indexOf(':');
    var head = List.of(text.substring(0, colon).strip().split("\\s+", -1));
    var body = text.substring(colon + 1).split("\\|", -1);
    Optional<String> cap = Optional.empty();
    Optional<String> without = Optional.empty();
    var architectures = new ArrayList<String>();
    for (int i = 1; i < head.size(); i += 2) {
      switch (head.get(i)) {
        case "if" -> cap = Optional.of(head.get(i + 1));
        case "unless" -> without = Optional.of(head.get(i + 1));
        case "arch" -> architectures.add(head.get(i + 1));
        default ->
            throw new IllegalArgumentException(
                "system call filter: '" + text + "' is not understood");
      }
    }
    Optional<Argument> argument = Optional.empty();
    if (body.length == 2) {
      var parts = body[1].strip().split("\\s+", -1);
      argument =
          Optional.of(
              new Argument(
                  Integer.parseInt(parts[0]),
                  "SCMP_CMP_" + parts[1],
                  Long.parseLong(parts[2]),
                  parts.length > 3 ? Long.parseLong(parts[3]) : 0));
    }
    return new Line(
        head.getFirst(),
        cap,
        without,
        architectures,
        List.of(body[0].strip().split("\\s+", -1)),
        argument);
  }

  /// The filter as `linux.seccomp` of the OCI configuration.
  ///
  /// @param architecture as in `os.arch` of uname: `x86_64`, `aarch64`
  /// @param guarded frames are held to the container's addresses inside its network namespace
  ObjectNode compile(Collection<String> capabilities, String architecture, boolean guarded) {
    var filter = JsonNodeFactory.instance.objectNode();
    filter.put("defaultAction", "SCMP_ACT_ERRNO");
    filter.put("defaultErrnoRet", EPERM);
    var architectures = filter.putArray("architectures");
    boolean held = guarded && capabilities.contains("CAP_NET_RAW");
    architectures(architecture).stream()
        .filter(a -> !(held && a.equals(BLIND)))
        .forEach(architectures::add);
    var plain = new TreeMap<String, TreeSet<String>>();
    var conditional = new ArrayList<Line>();
    for (var line : lines) {
      if (!line.counts(capabilities, architecture)) {
        continue;
      }
      if (line.argument().isPresent()) {
        conditional.add(line);
      } else {
        plain.computeIfAbsent(line.action(), _ -> new TreeSet<>()).addAll(line.calls());
      }
    }
    var syscalls = filter.putArray("syscalls");
    plain.forEach((action, calls) -> rule(syscalls.addObject(), action, calls));
    for (var line : conditional) {
      var rule = rule(syscalls.addObject(), line.action(), line.calls());
      line.argument()
          .ifPresent(
              a -> {
                var arg = rule.putArray("args").addObject();
                arg.put("index", a.index())
                    .put("value", a.value())
                    .put("valueTwo", a.value2())
                    .put("op", a.operator());
              });
    }
    return filter;
  }

  private static ObjectNode rule(ObjectNode rule, String action, Collection<String> calls) {
    var names = rule.putArray("names");
    calls.forEach(names::add);
    if (action.startsWith("errno=")) {
      rule.put("action", "SCMP_ACT_ERRNO")
          .put("errnoRet", Integer.parseInt(action.substring("errno=".length())));
    } else {
      rule.put("action", "SCMP_ACT_ALLOW");
    }
    return rule;
  }

  /// The architectures whose programs run on this one. Not x32, which Docker lists: distributions
  /// leave it out or off, what is not listed is refused, and each architecture costs every start
  /// some milliseconds.
  static List<String> architectures(String architecture) {
    var known = new LinkedHashMap<String, List<String>>();
    known.put("x86_64", List.of("SCMP_ARCH_X86_64", BLIND));
    known.put("aarch64", List.of("SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"));
    return known.getOrDefault(architecture, List.of());
  }
}
