package vch.app.compat.differential;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;

/// Choices that a seed repeats.
record Dice(RandomGenerator chance) {
  @SafeVarargs
  final <T> T one(T... of) {
    return of[chance.nextInt(of.length)];
  }

  <T> T one(Collection<T> of) {
    return List.copyOf(of).get(chance.nextInt(of.size()));
  }

  boolean percent(int yes) {
    return chance.nextInt(100) < yes;
  }

  int below(int bound) {
    return chance.nextInt(bound);
  }

  /// One of those that exist, now and then one that does not.
  String some(Collection<String> names) {
    return names.isEmpty() || percent(6) ? "nosuch" : one(names);
  }

  /// A container as a client may name it: by name, whole id, or the beginning of the id.
  String reference(Collection<String> names) {
    var name = some(names);
    return switch (below(6)) {
      case 0 -> "<id:" + name + ">";
      case 1 -> "<short:" + name + ">";
      default -> name;
    };
  }

  static String encode(String text) {
    // places stay as they are
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("%3C", "<")
        .replace("%3E", ">")
        .replaceAll("<([a-z]+)%3A", "<$1:");
  }
}
