package vch.api.docker;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tools.jackson.databind.JsonNode;
import vch.portlayer.refusal.Refusal;

/// The `filters` of a query: for each key the values of which one must match (for labels: all).
public final class Filters {
  /// Steps that matching a pattern may take: Java's patterns can take exponential time, Go's
  /// cannot.
  private static final int PATTERN_STEPS_MAX = 200_000;

  private static final Set<String> TRUE = Set.of("1", "true");
  private static final Set<String> FALSE = Set.of("0", "false");

  private final Map<String, Set<String>> values;

  private Filters(Map<String, Set<String>> values) {
    this.values = values;
  }

  /// Reads `{"key":["v1","v2"]}` or the older `{"key":{"v1":true}}`; the empty text is no filter.
  ///
  /// @throws Refusal.Invalid `invalid filter`, `invalid filter '<key>'`
  public static Filters parse(String text, Set<String> accepted) {
    var filters = parse(text);
    for (var key : filters.values.keySet()) {
      if (!accepted.contains(key)) {
        throw new Refusal.Invalid("invalid filter '" + key + "'");
      }
    }
    return filters;
  }

  /// As [#parse(String, Set)], for any key.
  public static Filters parse(String text) {
    var values = new LinkedHashMap<String, Set<String>>();
    if (!text.isBlank()) {
      for (var member : tree(text).properties()) {
        values.put(member.getKey(), values(member.getValue()));
      }
    }
    return new Filters(values);
  }

  private static JsonNode tree(String text) {
    JsonNode tree;
    try {
      tree = Json.parse(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    } catch (Refusal.Invalid _) { // Docker does not say more either
      throw new Refusal.Invalid("invalid filter");
    }
    if (!tree.isObject() && !tree.isNull()) {
      throw new Refusal.Invalid("invalid filter");
    }
    return tree;
  }

  private static Set<String> values(JsonNode given) {
    var out = new LinkedHashSet<String>();
    if (given.isArray()) {
      for (var v : given.values()) {
        if (!v.isString()) {
          throw new Refusal.Invalid("invalid filter");
        }
        out.add(v.stringValue());
      }
    } else if (given.isObject()) {
      out.addAll(given.propertyNames());
    } else if (!given.isNull()) {
      throw new Refusal.Invalid("invalid filter");
    }
    return out;
  }

  public boolean has(String key) {
    return !get(key).isEmpty();
  }

  public List<String> get(String key) {
    return List.copyOf(values.getOrDefault(key, Set.of()));
  }

  /// True without a filter of that key, and where a value is this one.
  public boolean exact(String key, String value) {
    return !has(key) || get(key).contains(value);
  }

  /// As [#exact(String, String)], or where the text begins with a value.
  public boolean prefix(String key, String text) {
    return exact(key, text) || get(key).stream().anyMatch(text::startsWith);
  }

  /// As [#exact(String, String)], or where a value as a pattern is found in the text.
  public boolean pattern(String key, String text) {
    return exact(key, text) || get(key).stream().anyMatch(p -> found(p, text));
  }

  /// True when the pattern is found in the text, within a bound of steps; one that is none matches
  /// nothing.
  public static boolean found(String pattern, String text) {
    try {
      return Pattern.compile(pattern).matcher(new Bounded(text)).find();
    } catch (PatternSyntaxException | OutOfSteps _) { // matches nothing, as in Docker
      return false;
    }
  }

  /// True when the whole text fits a glob as of Go's `path.Match`: `*` and `?` do not cross a
  /// slash, `[…]` is a class.
  public static boolean glob(String glob, String text) {
    var regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      int end = c == '[' ? glob.indexOf(']', i + 1) : -1;
      if (c == '*') {
        regex.append("[^/]*");
      } else if (c == '?') {
        regex.append("[^/]");
      } else if (end > i + 1) {
        var members = glob.substring(i + 1, end);
        boolean not = members.startsWith("^");
        regex
            .append('[')
            .append(not ? "^" : "")
            .append(members.substring(not ? 1 : 0).replaceAll("[^\\w-]", "\\\\$0"))
            .append(']');
        i = end;
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return found("\\A" + regex + "\\z", text);
  }

  /// True when every label asked for, `key` or `key=value`, is there.
  public boolean labels(String key, Map<String, String> labels) {
    return get(key).stream().allMatch(wanted -> hasLabel(labels, wanted));
  }

  /// True when none of the labels asked for is there.
  public boolean withoutLabels(String key, Map<String, String> labels) {
    return get(key).stream().noneMatch(unwanted -> hasLabel(labels, unwanted));
  }

  private static boolean hasLabel(Map<String, String> labels, String wanted) {
    int equals = wanted.indexOf('=');
    var name = equals < 0 ? wanted : wanted.substring(0, equals);
    return labels.containsKey(name)
        && (equals < 0 || wanted.substring(equals + 1).equals(labels.get(name)));
  }

  /// The truth value of a key; empty without one.
  ///
  /// @throws Refusal.Invalid `invalid filter '<key>=[<v>]'`
  public Optional<Boolean> flag(String key) {
    var given = get(key);
    if (given.isEmpty()) {
      return Optional.empty();
    }
    boolean yes = given.stream().anyMatch(TRUE::contains);
    boolean no = given.stream().anyMatch(FALSE::contains);
    if (yes == no) {
      throw new Refusal.Invalid(
          "invalid filter '" + key + "=" + given.toString().replace(", ", " ") + "'");
    }
    return Optional.of(yes);
  }

  private static final class OutOfSteps extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutOfSteps() {
      super("too many steps", null, false, false);
    }
  }

  /// A text that counts how often it is looked at.
  private static final class Bounded implements CharSequence {
    private final String text;
    private int steps;

    Bounded(String text) {
      this.text = text;
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (++steps > PATTERN_STEPS_MAX) {
        throw new OutOfSteps();
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
