package vch.build.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.portlayer.refusal.Refusal;

/// Replaces variables in words as Dockerfiles have them: `$x`, `${x}`, `${x:-other}`,
/// `${x:+other}`, `${x:?why}` and the same without the colon; takes quotes and escapes away.
public final class Substitution {
  private static final int DEPTH_MAX = 50;

  private final char escape;
  private final Map<String, String> variables;

  public Substitution(char escape, Map<String, String> variables) {
    this.escape = escape;
    this.variables = Map.copyOf(variables);
  }

  /// One word.
  ///
  /// @throws Refusal.Invalid with Docker's sentence
  public String word(String text) {
    return new Reading(text, 0).all().word();
  }

  /// The words that the text becomes: those that variables bring are parted at spaces.
  public List<String> words(String text) {
    return new Reading(text, 0).all().words();
  }

  private record Result(String word, List<String> words) {}

  private final class Reading {
    private final String text;
    private int at;
    private final StringBuilder out = new StringBuilder();
    private final List<String> words = new ArrayList<>();
    private final StringBuilder current = new StringBuilder();
    private boolean begun;

    private final int depth;

    Reading(String text, int depth) {
      if (depth > DEPTH_MAX) {
        throw new Refusal.Invalid("more than " + DEPTH_MAX + " substitutions in one another");
      }
      this.text = text;
      this.depth = depth;
    }

    Result all() {
      until((char) 0);
      if (begun) {
        words.add(current.toString());
      }
      return new Result(out.toString(), List.copyOf(words));
    }

    /// Reads up to a stop sign, which is left alone.
    private void until(char stop) {
      while (at < text.length()) {
        char c = text.charAt(at);
        if (stop != 0 && c == stop) {
          return;
        }
        at++;
        if (c == '\'') {
          single();
        } else if (c == '"') {
          quoted();
        } else if (c == '$') {
          loose(variable());
        } else if (c == escape && at < text.length()) {
          fixed(text.charAt(at++));
        } else if (Character.isWhitespace(c)) {
          out.append(c);
          part();
        } else {
          fixed(c);
        }
      }
    }

    private void part() {
      if (begun) {
        words.add(current.toString());
      }
      current.setLength(0);
      begun = false;
    }

    private void fixed(char c) {
      out.append(c);
      current.append(c);
      begun = true;
    }

    private void fixed(String s) {
      out.append(s);
      current.append(s);
      begun = true;
    }

    private void loose(String value) {
      out.append(value);
      for (int i = 0; i < value.length(); i++) {
        if (Character.isWhitespace(value.charAt(i))) {
          part();
        } else {
          current.append(value.charAt(i));
          begun = true;
        }
      }
    }

    private void single() {
      int end = text.indexOf('\'', at);
      if (end < 0) {
        throw new Refusal.Invalid(
            "unexpected end of statement while looking for matching single-quote");
      }
      fixed(text.substring(at, end));
      at = end + 1;
    }

    private void quoted() {
      fixed("");
      while (at < text.length()) {
        char c = text.charAt(at++);
        if (c == '"') {
          return;
        }
        if (c == '$') {
          fixed(variable());
        } else if (c == escape && at < text.length()) {
          char next = text.charAt(at++);
          if (next != '"' && next != '$' && next != escape) {
            fixed(c); // has no meaning here, and stays
          }
          fixed(next);
        } else {
          fixed(c);
        }
      }
      throw new Refusal.Invalid(
          "unexpected end of statement while looking for matching double-quote");
    }

    private String variable() {
      if (at == text.length()) {
        return "$";
      }
      if (text.charAt(at) != '{') {
        var name = name();
        return name.isEmpty() ? "$" : variables.getOrDefault(name, "");
      }
      at++;
      if (at < text.length() && text.charAt(at) == '}') {
        throw new Refusal.Invalid("syntax error: bad substitution");
      }
      var name = name();
      if (name.isEmpty() || at == text.length()) {
        throw new Refusal.Invalid("syntax error: missing '}'");
      }
      char c = text.charAt(at++);
      if (c == '}') {
        return variables.getOrDefault(name, "");
      }
      boolean emptyCounts = c == ':';
      char kind = c;
      if (emptyCounts) {
        if (at == text.length()) {
          throw new Refusal.Invalid("syntax error: missing '}'");
        }
        kind = text.charAt(at++);
      }
      if ("-+?".indexOf(kind) < 0) {
        throw new Refusal.Invalid(
            "unsupported modifier (" + (emptyCounts ? ":" : "") + kind + ") in substitution");
      }
      var inner = new Reading(text, depth + 1);
      inner.at = at;
      inner.until('}');
      if (inner.at == text.length()) {
        throw new Refusal.Invalid("syntax error: missing '}'");
      }
      at = inner.at + 1;
      return modified(name, kind, emptyCounts, inner.out.toString());
    }

    private String modified(String name, char kind, boolean emptyCounts, String other) {
      var value =
          Optional.ofNullable(variables.get(name)).filter(v -> !emptyCounts || !v.isEmpty());
      return switch (kind) {
        case '-' -> value.orElse(other);
        case '+' -> value.isPresent() ? other : "";
        default ->
            value.orElseThrow(
                () ->
                    new Refusal.Invalid(
                        name + ": " + (other.isEmpty() ? "is not allowed to be unset" : other)));
      };
    }

    /// Letters, digits and underscores; a digit or a special character alone is a name too.
    private String name() {
      int begin = at;
      if (at < text.length()
          && (Character.isDigit(text.charAt(at)) || "@*#!?-$".indexOf(text.charAt(at)) >= 0)) {
        at++;
        return text.substring(begin, at);
      }
      while (at < text.length()
          && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
        at++;
      }
      return text.substring(begin, at);
    }
  }
}
