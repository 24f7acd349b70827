package vch.api.docker.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import vch.portlayer.refusal.Refusal;

/// The third part of `source:target:mode`.
///
/// @param text as written
/// @param propagation `rprivate`, `shared`, …
record MountMode(String text, boolean readOnly, boolean noCopy, Optional<String> propagation) {
  static final MountMode NONE = new MountMode("", false, false, Optional.empty());
  static final Set<String> PROPAGATIONS =
      Set.of("private", "rprivate", "slave", "rslave", "shared", "rshared");
  private static final Set<String> LABELS =
      Set.of("z", "Z"); // no meaning on a machine without SELinux, as in Docker
  private static final Set<String> CONSISTENCIES =
      Set.of("consistent", "cached", "delegated", "default"); // Mac only

  /// @throws Refusal.Invalid `invalid mode: …`
  static MountMode parse(String text) {
    return tryParse(text).orElseThrow(() -> new Refusal.Invalid("invalid mode: " + text));
  }

  /// Empty when the text is no mode: an unknown word, or two words of one kind.
  static Optional<MountMode> tryParse(String text) {
    if (text.isEmpty()) {
      return Optional.of(NONE);
    }
    var kinds = new ArrayList<String>();
    var words = List.of(text.split(",", -1));
    for (var word : words) {
      var kind = kind(word);
      if (kind.isEmpty() || kinds.contains(kind)) {
        return Optional.empty();
      }
      kinds.add(kind);
    }
    return Optional.of(
        new MountMode(
            text,
            words.contains("ro"),
            words.contains("nocopy"),
            words.stream().filter(PROPAGATIONS::contains).findFirst()));
  }

  private static String kind(String word) {
    if (word.equals("ro") || word.equals("rw")) {
      return "access";
    }
    if (word.equals("nocopy")) {
      return "copy";
    }
    return PROPAGATIONS.contains(word)
        ? "propagation"
        : LABELS.contains(word) ? "label" : CONSISTENCIES.contains(word) ? "consistency" : "";
  }
}
