package vch.compute.image.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a registry wants to be shown: one part of a `WWW-Authenticate` header, RFC 9110 section
/// 11.6.1.
///
/// @param scheme in lower case: `basic`, `bearer`
/// @param parameters names in lower case
record Challenge(String scheme, Map<String, String> parameters) {
  /// All challenges of all headers; parameters in any order, quoted or not.
  static List<Challenge> parse(List<String> headers) {
    var out = new ArrayList<Challenge>();
    for (var header : headers) {
      new Reader(header).challenges(out);
    }
    return out;
  }

  String parameter(String name) {
    return parameters.getOrDefault(name, "");
  }

  private static final class Reader {
    private final String text;
    private int at;

    Reader(String text) {
      this.text = text;
    }

    void challenges(List<Challenge> out) {
      while (skipTo()) {
        var word = token();
        if (word.isEmpty()) {
          return;
        }
        if (at < text.length() && text.charAt(at) == '=' && !out.isEmpty()) {
          at++;
          out.getLast().parameters.put(word.toLowerCase(Locale.ROOT), value());
        } else {
          out.add(new Challenge(word.toLowerCase(Locale.ROOT), new LinkedHashMap<>()));
        }
      }
    }

    private boolean skipTo() {
      while (at < text.length()
          && (text.charAt(at) == ' ' || text.charAt(at) == ',' || text.charAt(at) == '\t')) {
        at++;
      }
      return at < text.length();
    }

    private String token() {
      int start = at;
      while (at < text.length() && " ,=\"\t".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      return text.substring(start, at);
    }

    private String value() {
      if (at >= text.length() || text.charAt(at) != '"') {
        return token();
      }
      var value = new StringBuilder();
      for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          at++;
        }
        value.append(text.charAt(at));
      }
      at++;
      return value.toString();
    }
  }
}
