package vch.build.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import vch.build.dockerfile.Instruction.Pair;
import vch.portlayer.refusal.Refusal;

/// The forms in which arguments of instructions are written.
final class Words {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Words() {}

  static List<String> split(String text) {
    return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
  }

  /// A JSON array of strings; empty where it is none, which is no error: then it is the other form.
  static Optional<List<String>> json(String text) {
    if (!text.startsWith("[")) {
      return Optional.empty();
    }
    try {
      var tree =
          JSON.reader()
              .with(tools.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
              .readTree(text);
      var out = new ArrayList<String>();
      for (var item : tree) {
        if (!item.isString()) {
          return Optional.empty();
        }
        out.add(item.stringValue());
      }
      return tree.isArray() ? Optional.of(List.copyOf(out)) : Optional.empty();
    } catch (JacksonException _) {
      return Optional.empty();
    }
  }

  /// A JSON array of strings.
  static String json(List<String> words) {
    return JSON.writeValueAsString(words);
  }

  /// Words as a shell parts them, quotes and escapes left in.
  static List<String> quoted(String text, char escape) {
    var out = new ArrayList<String>();
    var word = new StringBuilder();
    boolean in = false;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote == 0 && Character.isWhitespace(c)) {
        if (in) {
          out.add(word.toString());
        }
        word.setLength(0);
        in = false;
        continue;
      }
      in = true;
      if (c == escape && quote != '\'' && i + 1 < text.length()) {
        word.append(c).append(text.charAt(++i));
        continue;
      }
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '"' || c == '\'') {
        quote = c;
      }
      word.append(c);
    }
    if (in) {
      out.add(word.toString());
    }
    return out;
  }

  /// `a=b c="d e"`, or the old form `a b c`, which is one pair.
  static List<Pair> pairs(Line line, char escape) {
    var words = quoted(line.rest(), escape);
    if (words.isEmpty()) {
      throw new Refusal.Invalid(line.name() + " requires at least one argument");
    }
    if (!words.getFirst().contains("=")) {
      var parts = line.rest().strip().split("\\s+", 2);
      if (parts.length < 2) {
        throw new Refusal.Invalid(line.name() + " must have two arguments");
      }
      return List.of(new Pair(parts[0], parts[1]));
    }
    var out = new ArrayList<Pair>();
    for (var word : words) {
      int equals = word.indexOf('=');
      if (equals < 0) {
        throw new Refusal.Invalid(
            "Syntax error - can't find = in \"" + word + "\". Must be of the form: name=value");
      }
      out.add(new Pair(word.substring(0, equals), word.substring(equals + 1)));
    }
    return out;
  }
}
