package vch.compute.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import vch.portlayer.refusal.Refusal;

/// The Dockerfile instructions that `docker import --change` takes, applied to an image's
/// configuration. For one thread.
final class ConfigChanges {
  private final ObjectNode config;

  ConfigChanges(ObjectNode config) {
    this.config = config;
  }

  /// Applies one instruction.
  ///
  /// @param line such as `ENV PATH=/bin`, `CMD ["sh"]`
  void apply(String line) {
    var parts = line.strip().split("\\s+", 2);
    var rest = parts.length == 2 ? parts[1].strip() : "";
    var word = parts[0].toUpperCase(Locale.ROOT);
    if (rest.isEmpty()) {
      throw new Refusal.Invalid(
          word.isEmpty() ? "file with no instructions" : word + " requires at least one argument");
    }
    switch (word) {
      case "CMD" -> config.set("Cmd", command(rest));
      case "ENTRYPOINT" -> config.set("Entrypoint", command(rest));
      case "ENV" -> pairs(rest, word).forEach(p -> environment(p[0], p[1]));
      case "LABEL" -> pairs(rest, word).forEach(p -> object("Labels").put(p[0], p[1]));
      case "EXPOSE" -> words(rest).forEach(this::expose);
      case "VOLUME" ->
          list(rest).orElseGet(() -> words(rest)).forEach(v -> object("Volumes").putObject(v));
      case "USER" -> config.put("User", rest);
      case "WORKDIR" -> config.put("WorkingDir", directory(rest));
      case "STOPSIGNAL" -> config.put("StopSignal", rest);
      case "ONBUILD" -> array("OnBuild").add(rest);
      case "HEALTHCHECK" -> throw new Refusal.Unsupported("HEALTHCHECK is not offered as a change");
      default ->
          throw new Refusal.Invalid(
              word.toLowerCase(Locale.ROOT) + " is not a valid change command");
    }
  }

  private static ArrayNode command(String rest) {
    var out = JsonNodeFactory.instance.arrayNode();
    list(rest).orElseGet(() -> List.of("/bin/sh", "-c", rest)).forEach(out::add);
    return out;
  }

  /// A JSON array of strings; anything else is the other form.
  private static Optional<List<String>> list(String rest) {
    if (!rest.startsWith("[")) {
      return Optional.empty();
    }
    try {
      var read = Json.read(rest.getBytes(java.nio.charset.StandardCharsets.UTF_8), "the list");
      var out = new ArrayList<String>();
      for (JsonNode node : read) {
        if (!node.isString()) {
          return Optional.empty();
        }
        out.add(node.stringValue());
      }
      return Optional.of(out);
    } catch (Json.NotJson _) {
      return Optional.empty();
    }
  }

  private void environment(String name, String value) {
    var all = new ArrayList<>(Json.texts(config, "Env"));
    all.removeIf(e -> e.startsWith(name + "="));
    all.add(name + "=" + value);
    var node = JsonNodeFactory.instance.arrayNode();
    all.forEach(node::add);
    config.set("Env", node);
  }

  /// `a=b c="d e"`, or the old form `a b c`, which is one pair.
  private static List<String[]> pairs(String rest, String word) {
    var words = words(rest);
    if (!words.getFirst().contains("=")) {
      var parts = rest.split("\\s+", 2);
      if (parts.length < 2) {
        throw new Refusal.Invalid(word + " must have two arguments");
      }
      return List.<String[]>of(new String[] {parts[0], parts[1]});
    }
    var out = new ArrayList<String[]>();
    for (var w : words) {
      int equals = w.indexOf('=');
      if (equals < 1) {
        throw new Refusal.Invalid(
            "Syntax error - can't find = in \"" + w + "\". Must be of the form: name=value");
      }
      out.add(new String[] {w.substring(0, equals), w.substring(equals + 1)});
    }
    return out;
  }

  /// Words as a shell takes them apart: quotes, backslashes.
  private static List<String> words(String text) {
    var out = new ArrayList<String>();
    var word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && quote != '\'' && i + 1 < text.length()) {
        word.append(text.charAt(++i));
        inWord = true;
      } else if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
        inWord = true;
      } else if (Character.isWhitespace(c)) {
        if (inWord) {
          out.add(word.toString());
        }
        word.setLength(0);
        inWord = false;
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (inWord) {
      out.add(word.toString());
    }
    return out;
  }

  /// `80`, `53/udp`, `8000-8010/tcp`.
  private void expose(String text) {
    var parts = text.split("/", 2);
    var ends = parts[0].split("-", 2);
    var protocol = parts.length == 2 ? parts[1].toLowerCase(Locale.ROOT) : "tcp";
    int first = port(ends[0], text);
    int last = ends.length == 2 ? port(ends[1], text) : first;
    if (last < first || !List.of("tcp", "udp", "sctp").contains(protocol)) {
      throw new Refusal.Invalid("invalid port: " + text);
    }
    for (int p = first; p <= last; p++) {
      object("ExposedPorts").putObject(p + "/" + protocol);
    }
  }

  private static int port(String text, String whole) {
    if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65535) {
      return Integer.parseInt(text);
    }
    throw new Refusal.Invalid("invalid port: " + whole);
  }

  private String directory(String text) {
    return text.startsWith("/") ? text : Json.text(config, "WorkingDir").orElse("") + "/" + text;
  }

  private ObjectNode object(String field) {
    return config.get(field) instanceof ObjectNode object ? object : config.putObject(field);
  }

  private ArrayNode array(String field) {
    return config.get(field) instanceof ArrayNode array ? array : config.putArray(field);
  }
}
