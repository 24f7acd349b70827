package vch.compute.runtime;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import vch.portlayer.refusal.Refusal;

/// The programs that containers need.
///
/// @param runtime an OCI runtime
/// @param init a static init program to put into containers
public record Tools(Path conmon, Path runtime, Optional<Path> init) {
  private static final List<String> PLACES =
      List.of(
          "/usr/local/sbin",
          "/usr/local/bin",
          "/usr/sbin",
          "/usr/bin",
          "/sbin",
          "/bin",
          "/usr/libexec/podman",
          "/usr/lib/podman",
          "/usr/libexec",
          "/usr/libexec/docker");
  private static final List<String> INITS = List.of("docker-init", "tini-static", "catatonit");

  /// Name of the runtime, as `docker info` shows it.
  public String runtimeName() {
    return runtime.getFileName().toString();
  }

  /// Runtimes that Debian has under their own names.
  private static final List<String> KNOWN = List.of("runc", "crun");

  /// Finds the programs.
  ///
  /// @param wanted a runtime's name or absolute path; empty: crun where `runs` says that it works
  ///   here, else runc
  /// @throws Refusal.Failed a program is not installed; names the Debian packages
  static Tools find(Optional<String> wanted, java.util.function.Predicate<Path> runs) {
    var conmon = program("conmon");
    var runtime = wanted.isPresent() ? program(wanted.get()) : preferred(runs);
    if (conmon.isEmpty() || runtime.isEmpty()) {
      var missing =
          conmon.isEmpty() && runtime.isEmpty()
              ? "neither conmon nor an OCI runtime is"
              : conmon.isEmpty()
                  ? "conmon is not"
                  : wanted.map(w -> "the OCI runtime " + w + " is not").orElse("no OCI runtime is");
      var packages =
          (conmon.isEmpty() ? " conmon" : "")
              + (runtime.isEmpty() ? " " + wanted.filter(KNOWN::contains).orElse("runc") : "");
      throw new Refusal.Failed(
          "containers cannot run: "
              + missing
              + " installed; on Debian: apt-get install"
              + packages);
    }
    return new Tools(
        conmon.get(), runtime.get(), INITS.stream().flatMap(i -> program(i).stream()).findFirst());
  }

  private static Optional<Path> preferred(java.util.function.Predicate<Path> runs) {
    return program("crun").filter(runs).or(() -> program("runc")).or(() -> program("crun"));
  }

  private static Optional<Path> program(String name) {
    if (name.contains("/")) {
      return Optional.of(Path.of(name)).filter(Files::isExecutable);
    }
    return PLACES.stream().map(p -> Path.of(p, name)).filter(Files::isExecutable).findFirst();
  }
}
