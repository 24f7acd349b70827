package vch.api.admin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import vch.portlayer.refusal.Refusal;

/// The part of Go's text/template that docker users know from `--format`: fields
/// (`{{.Public.Address}}`), `json`, `upper`, `lower`, `len`, `join`, `index`, `range` and `if` with
/// `else` and `end`. Values are maps, collections, texts and numbers.
final class GoTemplate {
  /// A longer template is refused.
  static final int CHARACTERS_MAX = 16 * 1024;

  private final List<Node> nodes;

  private GoTemplate(List<Node> nodes) {
    this.nodes = nodes;
  }

  private sealed interface Node {
    record Text(String text) implements Node {}

    record Value(List<String> words) implements Node {}

    record Range(List<String> words, List<Node> body, List<Node> otherwise) implements Node {}

    record If(List<String> words, List<Node> body, List<Node> otherwise) implements Node {}
  }

  /// @throws Refusal.Invalid the template cannot be read; the message says where
  static GoTemplate parse(String text) {
    if (text.length() > CHARACTERS_MAX) {
      throw new Refusal.Invalid("the format is longer than " + CHARACTERS_MAX + " characters");
    }
    var parser = new Parser(text.replace("\\t", "\t").replace("\\n", "\n"));
    var nodes = parser.list(false);
    return new GoTemplate(nodes);
  }

  String render(Object data) {
    var out = new StringBuilder();
    render(nodes, data, out);
    return out.toString();
  }

  private static void render(List<Node> nodes, Object dot, StringBuilder out) {
    for (var node : nodes) {
      switch (node) {
        case Node.Text(var text) -> out.append(text);
        case Node.Value(var words) -> out.append(text(evaluate(words, dot)));
        case Node.Range(var words, var body, var otherwise) -> {
          var all = elements(evaluate(words, dot), words);
          if (all.isEmpty()) {
            render(otherwise, dot, out);
          }
          all.forEach(each -> render(body, each, out));
        }
        case Node.If(var words, var body, var otherwise) ->
            render(truth(evaluate(words, dot)) ? body : otherwise, dot, out);
      }
    }
  }

  private static Collection<?> elements(Object value, List<String> words) {
    return switch (value) {
      case Collection<?> many -> many;
      case Map<?, ?> map -> map.values();
      default ->
          throw new Refusal.Invalid(
              "the format ranges over " + String.join(" ", words) + ", which is no list");
    };
  }

  private static boolean truth(Object value) {
    return switch (value) {
      case Boolean b -> b;
      case Number n -> n.doubleValue() != 0;
      case Collection<?> many -> !many.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      default -> !value.toString().isEmpty();
    };
  }

  private static String text(Object value) {
    return switch (value) {
      case Collection<?> many ->
          many.stream().map(GoTemplate::text).collect(Collectors.joining(" ", "[", "]"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(e -> e.getKey() + ":" + text(e.getValue()))
              .collect(Collectors.joining(" ", "map[", "]"));
      default -> value.toString();
    };
  }

  private static Object evaluate(List<String> words, Object dot) {
    var first = words.getFirst();
    if (words.size() == 1) {
      return operand(first, dot);
    }
    var arguments = words.subList(1, words.size()).stream().map(w -> operand(w, dot)).toList();
    return switch (first) {
      case "json" -> json(arguments.getFirst());
      case "upper" -> text(arguments.getFirst()).toUpperCase(Locale.ROOT);
      case "lower" -> text(arguments.getFirst()).toLowerCase(Locale.ROOT);
      case "len" -> length(arguments.getFirst());
      case "join" ->
          elements(arguments.getFirst(), words).stream()
              .map(GoTemplate::text)
              .collect(Collectors.joining(arguments.size() > 1 ? text(arguments.get(1)) : ""));
      case "index" -> index(arguments);
      default ->
          throw new Refusal.Invalid(
              "the format uses the function '"
                  + first
                  + "', which is not known here; known: json, upper, lower, len, join, index");
    };
  }

  private static int length(Object value) {
    return switch (value) {
      case Collection<?> many -> many.size();
      case Map<?, ?> map -> map.size();
      default -> value.toString().length();
    };
  }

  private static Object index(List<Object> arguments) {
    var value = arguments.getFirst();
    for (var key : arguments.subList(1, arguments.size())) {
      value =
          switch (value) {
            case Map<?, ?> map -> Optional.<Object>ofNullable(map.get(key.toString())).orElse("");
            case List<?> list when key instanceof Integer i && i >= 0 && i < list.size() ->
                list.get(i);
            default ->
                throw new Refusal.Invalid(
                    "the format asks for index " + key + ", which is not there");
          };
    }
    return value;
  }

  static String json(Object value) {
    return JsonMapper.shared().writeValueAsString(value);
  }

  private static Object operand(String word, Object dot) {
    if (word.startsWith("\"")) {
      return word.substring(1, word.length() - 1);
    }
    if (word.matches("[0-9]{1,9}")) {
      return Integer.valueOf(word);
    }
    if (!word.startsWith(".")) {
      throw new Refusal.Invalid(
          "the format has '" + word + "' where a field such as .Name is wanted");
    }
    var value = dot;
    for (var field : word.substring(1).split("\\.", -1)) {
      if (field.isEmpty() && word.length() == 1) {
        return dot;
      }
      if (!(value instanceof Map<?, ?> map) || !map.containsKey(field)) {
        var known =
            value instanceof Map<?, ?> map
                ? map.keySet().stream().map(k -> "." + k).collect(Collectors.joining(", "))
                : "none";
        throw new Refusal.Invalid(
            "the format asks for "
                + word
                + ", but there is no field '"
                + field
                + "' (known: "
                + known
                + ")");
      }
      value = Optional.<Object>ofNullable(map.get(field)).orElse("");
    }
    return value;
  }

  /// Reads text and actions up to the `end` of the enclosing one.
  private static final class Parser {
    private final String text;
    private int at;
    private String closedBy = "";

    Parser(String text) {
      this.text = text;
    }

    List<Node> list(boolean inner) {
      var nodes = new ArrayList<Node>();
      while (true) {
        int open = text.indexOf("{{", at);
        if (open < 0) {
          if (inner) {
            throw new Refusal.Invalid("the format has a range or if without {{end}}");
          }
          if (at < text.length()) {
            nodes.add(new Node.Text(text.substring(at)));
          }
          return nodes;
        }
        if (open > at) {
          nodes.add(new Node.Text(text.substring(at, open)));
        }
        int close = text.indexOf("}}", open);
        if (close < 0) {
          throw new Refusal.Invalid("the format has {{ without }}: " + text.substring(open));
        }
        at = close + 2;
        var words = words(text.substring(open + 2, close));
        var first = words.isEmpty() ? "" : words.getFirst();
        switch (first) {
          case "" -> throw new Refusal.Invalid("the format has an empty {{}}");
          case "end", "else" -> {
            if (!inner) {
              throw new Refusal.Invalid("the format has {{" + first + "}} without range or if");
            }
            closedBy = first;
            return nodes;
          }
          case "range", "if" -> {
            var body = list(true);
            var otherwise = closedBy.equals("else") ? list(true) : List.<Node>of();
            var rest = words.subList(1, words.size());
            if (rest.isEmpty()) {
              throw new Refusal.Invalid("the format has {{" + first + "}} without a field");
            }
            nodes.add(
                first.equals("range")
                    ? new Node.Range(rest, body, otherwise)
                    : new Node.If(rest, body, otherwise));
          }
          default -> nodes.add(new Node.Value(words));
        }
      }
    }

    private static List<String> words(String action) {
      var words = new ArrayList<String>();
      var matcher = java.util.regex.Pattern.compile("\"[^\"]*\"|[^\\s\"]+").matcher(action);
      while (matcher.find()) {
        words.add(matcher.group());
      }
      if (!words.isEmpty() && words.getFirst().equals("-")) {
        words.removeFirst();
      }
      return words;
    }
  }
}
