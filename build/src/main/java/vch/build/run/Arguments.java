package vch.build.run;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Build arguments: what the user gave, what the Dockerfile declares, before the first FROM and in
/// the current stage. For one thread.
final class Arguments {
  /// May be given without being declared, and are no part of what is made.
  private static final Set<String> BUILTIN =
      Set.of(
          "HTTP_PROXY",
          "http_proxy",
          "HTTPS_PROXY",
          "https_proxy",
          "FTP_PROXY",
          "ftp_proxy",
          "NO_PROXY",
          "no_proxy",
          "ALL_PROXY",
          "all_proxy");

  private final Map<String, Optional<String>> given;
  private final Map<String, Optional<String>> global = new HashMap<>();
  private final Map<String, Optional<String>> stage = new HashMap<>();
  private final Set<String> declared = new HashSet<>();

  Arguments(Map<String, Optional<String>> given) {
    this.given = given;
  }

  void declareGlobally(String name, Optional<String> value) {
    global.put(name, value);
    declared.add(name);
  }

  void declare(String name, Optional<String> value) {
    stage.put(name, value);
    declared.add(name);
  }

  void beginStage() {
    stage.clear();
  }

  /// What FROM may use.
  Map<String, String> global() {
    return values(global);
  }

  /// What instructions may use besides variables of the environment.
  Map<String, String> current() {
    return values(stage);
  }

  private Map<String, String> values(Map<String, Optional<String>> source) {
    var names = new HashSet<>(source.keySet());
    names.addAll(BUILTIN);
    var out = new TreeMap<String, String>();
    for (var name : names) {
      value(name, source).ifPresent(v -> out.put(name, v));
    }
    return out;
  }

  private Optional<String> value(String name, Map<String, Optional<String>> source) {
    return given
        .getOrDefault(name, Optional.empty())
        .or(() -> source.getOrDefault(name, Optional.empty()))
        .or(() -> global.getOrDefault(name, Optional.empty()));
  }

  /// Whether a program's outcome depends on it, as far as Docker is concerned.
  boolean counts(String name) {
    return declared.contains(name) || !BUILTIN.contains(name);
  }

  /// Names that were given and that nothing asked for.
  List<String> unused() {
    return given.keySet().stream()
        .filter(n -> !declared.contains(n) && !BUILTIN.contains(n))
        .sorted()
        .toList();
  }
}
