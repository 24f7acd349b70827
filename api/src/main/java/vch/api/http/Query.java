package vch.api.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The query part of a request: names with their values, decoded, in the order given.
public final class Query {
  private static final Set<String> FALSE = Set.of("", "0", "no", "false", "none");
  private final Map<String, List<String>> values;

  private Query(Map<String, List<String>> values) {
    this.values = values;
  }

  /// Parses `a=1&b=2&b=3`.
  ///
  /// @throws HttpProblem 400 when it is not percent-encoded rightly
  public static Query parse(String text) {
    var values = new LinkedHashMap<String, List<String>>();
    for (var part : text.split("&", -1)) {
      if (part.isEmpty()) {
        continue;
      }
      int equals = part.indexOf('=');
      var name = decode(equals < 0 ? part : part.substring(0, equals));
      var value = equals < 0 ? "" : decode(part.substring(equals + 1));
      values.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }
    return new Query(values);
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new HttpProblem(
          400, "the query '" + text + "' is not percent-encoded rightly: " + e.getMessage());
    }
  }

  /// All names, in the order in which they first came.
  public Set<String> names() {
    return java.util.Collections.unmodifiableSet(values.keySet());
  }

  /// The first value; empty where there is none or it is the empty text.
  public Optional<String> get(String name) {
    return all(name).stream().findFirst().filter(v -> !v.isEmpty());
  }

  /// The first value, or the empty text.
  public String text(String name) {
    return get(name).orElse("");
  }

  public List<String> all(String name) {
    return List.copyOf(values.getOrDefault(name, List.of()));
  }

  /// True when the name is there, with or without a value.
  public boolean has(String name) {
    return values.containsKey(name);
  }

  /// Docker's truth: absent, empty, `0`, `no`, `false`, `none` are false, anything else is true.
  public boolean flag(String name) {
    return flag(name, false);
  }

  /// As [#flag(String)], with what holds where the name is absent.
  public boolean flag(String name, boolean absent) {
    var all = values.get(name);
    return all == null ? absent : !FALSE.contains(all.getFirst().strip().toLowerCase(Locale.ROOT));
  }

  /// The first value as a whole number.
  ///
  /// @throws HttpProblem 400 when it is none
  public Optional<Integer> number(String name) {
    try {
      return get(name).map(v -> Integer.valueOf(v.strip()));
    } catch (NumberFormatException e) {
      throw new HttpProblem(
          400, "invalid value for " + name + ": '" + text(name) + "' is not a whole number");
    }
  }
}
