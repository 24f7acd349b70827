package vch.portlayer.rule;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import vch.portlayer.refusal.Refusal;

/// Which texts serve as names, and sentences that several rules say.
final class Texts {
  /// Of containers and volumes, in Docker.
  private static final Pattern RESTRICTED = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");

  /// RFC 1123 section 2.1 and `_`, which people use; the kernel takes 64 bytes.
  private static final Pattern HOSTNAME =
      Pattern.compile("[a-zA-Z0-9_]([a-zA-Z0-9_.-]{0,62}[a-zA-Z0-9_])?");

  /// A name in DNS without spaces, slashes and control characters.
  private static final Pattern ALIAS = Pattern.compile("[^\\s/\\p{Cntrl}]{1,255}");

  /// Names in a sentence; more are counted.
  private static final int NAMED_MAX = 5;

  private Texts() {}

  static boolean restricted(String name) {
    return RESTRICTED.matcher(name).matches();
  }

  static boolean hostname(String name) {
    return HOSTNAME.matcher(name).matches();
  }

  static boolean alias(String name) {
    return ALIAS.matcher(name).matches();
  }

  /// Things one after the other: `a, b, c`.
  static String listed(Collection<?> things) {
    return things.stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  /// As [#listed(Collection)], at most a handful: `a, b, c, d, e and 7 more`.
  static String some(List<String> names) {
    int shown = Math.min(names.size(), NAMED_MAX);
    int more = names.size() - shown;
    return listed(names.subList(0, shown)) + (more > 0 ? " and " + more + " more" : "");
  }

  static String quoted(Collection<String> names) {
    return names.stream().map(n -> '"' + n + '"').collect(Collectors.joining(", "));
  }

  static Refusal noSuchContainer(String term) {
    return new Refusal.NotFound("No such container: " + term);
  }

  static Refusal noSuchNetwork(String term) {
    return new Refusal.NotFound("network " + term + " not found");
  }

  /// Why the host's network stack is not shared, as VIC said it.
  static Refusal hostNetwork() {
    return new Refusal.Unsupported(
        "network mode host is not supported: containers of a virtual container host have their own network stacks, which"
            + " cannot be shared with the machine as in host mode networking; publish ports with -p instead");
  }
}
