package vch.api.docker.container;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import vch.api.docker.Filters;
import vch.portlayer.container.Container;
import vch.portlayer.refusal.Refusal;

/// What `docker logs --details` puts before each line: the labels, variables and tag that the
/// container's log options ask for. Pure.
final class LogAttributes {
  private static final Pattern ACTION = Pattern.compile("\\{\\{-?\\s*\\.?([A-Za-z]*)\\s*-?}}");

  /// What a template may name.
  private static final Map<String, Function<Container, String>> FIELDS =
      Map.of(
          "ID", c -> c.id().brief(),
          "FullID", c -> c.id().value(),
          "Name", Container::name,
          "ImageID", c -> c.spec().image().substring(0, Math.min(12, c.spec().image().length())),
          "ImageFullID", c -> c.spec().image(),
          "ImageName", c -> c.spec().imageRef(),
          "DaemonName", _ -> "docker",
          "Command", c -> String.join(" ", c.spec().arguments()));

  private LogAttributes() {}

  /// @throws Refusal.Invalid the template does not end
  /// @throws Refusal.Unsupported it has more than single fields
  static String checkedTag(String template) {
    var rest = ACTION.matcher(template);
    while (rest.find()) {
      if (!FIELDS.containsKey(rest.group(1))) {
        throw new Refusal.Unsupported(
            "log option tag: "
                + rest.group()
                + " is not offered: use ID, FullID, Name, ImageID,"
                + " ImageFullID, ImageName, DaemonName or Command as in {{.Name}}");
      }
    }
    var left = rest.replaceAll("");
    if (left.contains("{{")) {
      throw left.contains("}}")
          ? new Refusal.Unsupported(
              "log option tag: only single fields such as {{.Name}} are offered")
          : new Refusal.Invalid(
              "failed to initialize logging driver: template: log-tag:1: unclosed action");
    }
    return template;
  }

  /// `a=1,b=2`, by name, encoded as in a URL; empty where nothing was asked for.
  static String text(Container container) {
    return of(container).entrySet().stream()
        .map(e -> encoded(e.getKey()) + "=" + encoded(e.getValue()))
        .collect(Collectors.joining(","));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("*", "%2A").replace("%7E", "~");
  }

  static Map<String, String> of(Container container) {
    var options = container.spec().logOptions();
    var out = new TreeMap<String, String>();
    choose(options, "labels", container.labels(), out);
    choose(options, "env", environment(container), out);
    Optional.ofNullable(options.get("tag"))
        .filter(t -> !t.isEmpty())
        .ifPresent(t -> out.put("tag", tag(t, container)));
    return out;
  }

  private static void choose(
      Map<String, String> options, String kind, Map<String, String> from, Map<String, String> out) {
    for (var name : options.getOrDefault(kind, "").split(",", -1)) {
      Optional.ofNullable(from.get(name)).ifPresent(value -> out.put(name, value));
    }
    var regex = options.getOrDefault(kind + "-regex", "");
    if (!regex.isEmpty()) {
      from.forEach(
          (name, value) -> {
            if (Filters.found(regex, name)) {
              out.put(name, value);
            }
          });
    }
  }

  private static Map<String, String> environment(Container container) {
    var out = new TreeMap<String, String>();
    for (var variable : container.spec().environment()) {
      int equals = variable.indexOf('=');
      if (equals > 0) {
        out.put(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    return out;
  }

  private static String tag(String template, Container container) {
    return ACTION
        .matcher(template)
        .replaceAll(
            m ->
                Matcher.quoteReplacement(
                    FIELDS.getOrDefault(m.group(1), _ -> "").apply(container)));
  }
}
