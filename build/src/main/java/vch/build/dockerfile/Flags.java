package vch.build.dockerfile;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import vch.portlayer.refusal.Refusal;

/// The flags of one instruction.
final class Flags {
  private final Map<String, String> values = new HashMap<>();

  private Flags() {}

  /// @param known names that the instruction takes, without dashes
  /// @param buildKit names that only BuildKit takes
  static Flags of(Line line, List<String> known, List<String> buildKit) {
    var out = new Flags();
    for (var flag : line.flags()) {
      int equals = flag.indexOf('=');
      var name = (equals < 0 ? flag : flag.substring(0, equals)).substring(2);
      if (buildKit.contains(name)) {
        throw new Refusal.Invalid(
            "the --"
                + name
                + " option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with"
                + " BuildKit enabled");
      }
      if (!known.contains(name)) {
        throw new Refusal.Invalid("Unknown flag: " + name);
      }
      if (equals < 0) {
        throw new Refusal.Invalid("Missing a value on flag: " + name);
      }
      if (out.values.put(name, flag.substring(equals + 1)) != null) {
        throw new Refusal.Invalid("Duplicate flag specified: " + name);
      }
    }
    return out;
  }

  String get(String name) {
    return values.getOrDefault(name, "");
  }
}
