package vch.portlayer.rule;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import vch.portlayer.refusal.Refusal;

/// Which options the local volume driver takes: `type`, `device` and `o`, as mount(8) has them.
/// Texts are Docker's.
final class LocalDriverRules {
  private static final Set<String> KNOWN = Set.of("type", "o", "device", "size");
  private static final Map<String, List<String>> NEEDED =
      new TreeMap<>(
          Map.of(
              "device", List.of("type"),
              "o", List.of("device", "type"),
              "type", List.of("device")));

  private LocalDriverRules() {}

  static void check(String volume, Map<String, String> options) {
    for (var option : new TreeMap<>(options).keySet()) {
      if (!KNOWN.contains(option)) {
        throw refused(volume, "invalid option: \"" + option + "\"");
      }
    }
    if (options.containsKey("size")) {
      throw refused(volume, "quota size requested but no quota support");
    }
    for (var it : NEEDED.entrySet()) {
      for (var needed : it.getValue()) {
        if (options.containsKey(it.getKey()) && !options.containsKey(needed)) {
          throw refused(volume, "missing required option: \"" + needed + "\"");
        }
      }
    }
    if (options.values().stream().anyMatch(v -> v.indexOf('\0') >= 0)) {
      throw refused(volume, "an option must not contain a zero byte");
    }
  }

  private static Refusal refused(String volume, String why) {
    return new Refusal.Invalid("create " + volume + ": " + why);
  }
}
