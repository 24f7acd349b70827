package vch.app.compat.differential;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which of dockerd's ids and names are which of ours, learnt from the answers. What an engine may
/// choose as it likes is compared by kind: a time with a time, an address that it chose with such
/// an address.
final class Correspondence {
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<time>\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:Z|[+-]\\d\\d:\\d\\d)?)"
              + "|(?<id>\\b[0-9a-f]{64}\\b|\\b[0-9a-f]{12}\\b)"
              + "|(?<mac>\\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\\b)"
              + "|(?<address>\\b172\\.(?:1[6-9]|2\\d|3[01])\\.\\d+\\.\\d+\\b)" // of the default
              // pools
              + "|(?<name>\\b[a-z]+_[a-z]+\\d?\\b(?=$|\"))"
              + "|(?<ago>Less than a second|About a minute|\\b\\d+ (?:second|minute)s?)"
              + "|(?<path>/tmp/(?:plt|dd|dv)[^\\s\",:]*|/var/run/docker/[^\\s\",:]*|/run/netns/[^\\s\",:]*)");
  private static final String ZERO_TIME = "0001-01-01T00:00:00Z";

  private final Map<String, String> ours = new HashMap<>();
  private final Map<String, String> theirs = new HashMap<>();

  /// True when the two texts say the same; ids that were not seen before are taken for each other.
  boolean same(String dockerd, String our) {
    if (dockerd.equals(our) && !TOKEN.matcher(dockerd).find()) {
      return true;
    }
    var a = tokens(dockerd);
    var b = tokens(our);
    if (a.size() != b.size() || !skeleton(dockerd).equals(skeleton(our))) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!a.get(i).kind().equals(b.get(i).kind()) || !same(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean same(Token a, Token b) {
    return switch (a.kind()) {
      case "time" -> a.text().equals(ZERO_TIME) == b.text().equals(ZERO_TIME);
      case "id" -> sameId(a.text(), b.text());
      default -> true;
    };
  }

  private boolean sameId(String a, String b) {
    if (a.length() != b.length()) {
      return false;
    }
    if (a.length() == 12) { // the beginning of one that is known, or one of its own
      var whole = ours.entrySet().stream().filter(e -> e.getKey().startsWith(a)).findFirst();
      if (whole.isPresent() && whole.get().getKey().length() == 64) {
        return whole.get().getValue().startsWith(b);
      }
    }
    var known = ours.get(a);
    var back = theirs.get(b);
    if (known == null && back == null) {
      ours.put(a, b);
      theirs.put(b, a);
      return true;
    }
    return b.equals(known) && a.equals(back);
  }

  /// True when the two name the same thing, or may: neither id was seen before.
  boolean alike(String dockerd, String our) {
    if (isId(dockerd) && isId(our)) {
      var known = ours.get(dockerd);
      return known == null ? !theirs.containsKey(our) : known.equals(our);
    }
    return dockerd.equals(our);
  }

  /// Our name for what dockerd calls so; the same where it is no id.
  Optional<String> ourId(String dockerd) {
    return Optional.ofNullable(ours.get(dockerd));
  }

  static boolean isId(String text) {
    return text.matches("[0-9a-f]{64}");
  }

  private record Token(String kind, String text) {}

  private static List<Token> tokens(String text) {
    var out = new ArrayList<Token>();
    var matcher = TOKEN.matcher(text);
    while (matcher.find()) {
      out.add(new Token(kind(matcher), matcher.group()));
    }
    return out;
  }

  private static String skeleton(String text) {
    return TOKEN.matcher(text).replaceAll(m -> "\u0001");
  }

  /// The text with what an engine chose itself shown as its kind.
  static String shown(String text) {
    return TOKEN.matcher(text).replaceAll(m -> "<" + kindOf(m.group()) + ">");
  }

  private static String kindOf(String token) {
    var matcher = TOKEN.matcher(token);
    return matcher.find() ? kind(matcher) : "?";
  }

  private static String kind(Matcher matcher) {
    return matcher.namedGroups().keySet().stream()
        .filter(g -> matcher.group(g) != null)
        .findFirst()
        .orElse("?");
  }
}
