package vch.linux;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import vch.engine.machine.MachineObject.Sysctl;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Step;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Open;
import vch.kernel.libc.Read;
import vch.kernel.libc.Write;

/// Kernel settings of namespaces. `/proc/sys/net` shows the settings of the namespace of the thread
/// that looks, so all reading and writing is done on the gate, in one visit for each namespace.
/// Holds no state.
final class SysctlSteps {
  private static final Path ROOT = Path.of("/proc/sys");
  private static final Pattern NAME = Pattern.compile("net(/(?!\\.\\.?(/|$))[^/\\s\\p{Cntrl}]+)+");
  private static final int VALUE_BYTES_MAX = 4096;

  private final Spaces spaces;

  SysctlSteps(Spaces spaces) {
    this.spaces = spaces;
  }

  void apply(List<Step> steps, Outcomes outcomes) {
    Map<NamespaceName, List<Step>> byNamespace = new TreeMap<>();
    steps.stream()
        .filter(
            s ->
                !(s instanceof Step.Remove)) // a setting has no absence; it goes with its namespace
        .forEach(
            s ->
                byNamespace.computeIfAbsent(s.object().namespace(), _ -> new ArrayList<>()).add(s));
    byNamespace.forEach(
        (namespace, list) ->
            outcomes.attempt(
                list,
                () ->
                    spaces
                        .get(namespace)
                        .inside(
                            () -> {
                              list.forEach(
                                  step ->
                                      outcomes.attempt(
                                          List.of(step),
                                          () -> write((Sysctl) step.object(), step, outcomes)));
                              return list.size();
                            })));
  }

  private static void write(Sysctl setting, Step step, Outcomes outcomes) {
    try (var file = Open.open(file(setting), Open.O_WRONLY)) {
      Write.writeAll(file, setting.value().getBytes(StandardCharsets.UTF_8));
    } catch (KernelException e) {
      if (setting.required() || !isMissing(e)) {
        outcomes.fail(step, e.errno().toString());
      }
    }
  }

  /// A kernel without the module that has this setting needs none of it; observed, it is as wanted.
  private static boolean isMissing(KernelException e) {
    return e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR);
  }

  private static Path file(Sysctl setting) {
    if (!NAME.matcher(setting.path()).matches()) {
      throw new IllegalArgumentException(
          "'" + setting.path() + "' is no setting of a network namespace");
    }
    return ROOT.resolve(setting.path());
  }

  /// The same settings with the values of now, without those that are required and not there.
  static List<Sysctl> observe(Space space, List<Sysctl> wanted) {
    if (wanted.isEmpty()) {
      return List.of();
    }
    return space.inside(() -> wanted.stream().flatMap(s -> observed(s).stream()).toList());
  }

  private static Optional<Sysctl> observed(Sysctl wanted) {
    return read(wanted)
        .map(v -> new Sysctl(wanted.namespace(), wanted.path(), v, wanted.required()))
        .or(() -> wanted.required() ? Optional.empty() : Optional.of(wanted));
  }

  private static Optional<String> read(Sysctl setting) {
    var buffer = new byte[VALUE_BYTES_MAX];
    try (var file = Open.open(file(setting), Open.O_RDONLY)) {
      int length = Read.read(file, buffer, 0, buffer.length);
      return Optional.of(
          new String(buffer, 0, length, StandardCharsets.UTF_8).strip().replaceAll("\\s+", " "));
    } catch (KernelException e) {
      if (isMissing(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
