package vch.app.compat.differential;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Compares what the two answered to one step. Null, absent and empty are three different things.
final class Comparison {
  /// Of every answer; others are hop-by-hop, or the server's own.
  private static final List<String> HEADERS =
      List.of(
          "content-type",
          "docker-experimental",
          "ostype",
          "cache-control",
          "pragma",
          "builder-version",
          "swarm",
          "upgrade",
          "x-docker-container-path-stat");

  /// Numbers that an engine measures or counts; only their kind is compared.
  private static final Set<String> MEASURED =
      Set.of("Pid", "Created", "CreatedAt", "time", "timeNano", "SizeRw", "SizeRootFs", "mtime");

  /// Lists in which dockerd's order is chance, with what they are ordered by here.
  private static final Set<String> UNORDERED =
      Set.of(
          "network list",
          "volume list",
          "network prune",
          "volume prune",
          "container prune",
          "image remove");

  private final Correspondence names;
  private final Step step;
  private final List<Difference> found = new ArrayList<>();

  Comparison(Correspondence names, Step step) {
    this.names = names;
    this.step = step;
  }

  List<Difference> answers(Answer dockerd, Answer ours) {
    if (dockerd.ok() != ours.ok()) {
      differ("outcome", dockerd.toString(), ours.toString());
      return found;
    }
    if (dockerd.status() != ours.status()) {
      differ("status", dockerd.toString(), ours.toString());
    }
    for (var name : HEADERS) {
      header(name, dockerd, ours);
    }
    if (dockerd.ok()) {
      bodies(dockerd, ours);
    } else {
      var a = message(dockerd);
      var b = message(ours);
      if (!names.same(a, b)) {
        differ("message", a, b);
      }
    }
    return found;
  }

  private void header(String name, Answer dockerd, Answer ours) {
    var a = Bodies.header(name, dockerd.header(name).orElse("(absent)"));
    var b = Bodies.header(name, ours.header(name).orElse("(absent)"));
    if (!names.same(a, b)) {
      differ("header." + name, a, b);
    }
  }

  private void bodies(Answer dockerd, Answer ours) {
    if (step.raw()) {
      text(
          dockerd.status() + " " + Bodies.frames(dockerd.body()),
          ours.status() + " " + Bodies.frames(ours.body()));
      return;
    }
    switch (dockerd.header("content-type").orElse("")) {
      case "application/x-tar" -> tree("body", Bodies.tar(dockerd.body()), Bodies.tar(ours.body()));
      case "application/json" -> {
        var a = trees(dockerd);
        var b = trees(ours);
        if (a.size() != b.size()) {
          differ("body", dockerd.text(), ours.text());
        }
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
          tree("body", a.get(i), b.get(i));
        }
      }
      default -> text(Bodies.frames(dockerd.body()), Bodies.frames(ours.body()));
    }
  }

  private void text(String dockerd, String ours) {
    if (!names.same(dockerd, ours)) {
      differ("body", dockerd, ours);
    }
  }

  private static List<JsonNode> trees(Answer answer) {
    var out = new ArrayList<JsonNode>();
    try (var parser = Engine.MAPPER.createParser(answer.body())) {
      while (parser.nextToken() != null) {
        out.add(Engine.MAPPER.readTree(parser));
      }
      return out;
    } catch (JacksonException e) {
      return List.of(Engine.MAPPER.valueToTree("not JSON: " + answer.text()));
    }
  }

  private static String message(Answer answer) {
    var text = answer.text();
    return text.startsWith("{\"message\":")
        ? "{}" + Engine.MAPPER.readTree(text).path("message").asString("")
        : text;
  }

  /// True when the two tell of the same things in the same order, whatever they say of them.
  static boolean alike(List<JsonNode> dockerd, List<JsonNode> ours) {
    return dockerd.stream()
        .map(Comparison::brief)
        .toList()
        .equals(ours.stream().map(Comparison::brief).toList());
  }

  /// Events of the step.
  List<Difference> events(List<JsonNode> dockerd, List<JsonNode> ours) {
    var left = sorted(dockerd);
    var right = sorted(ours);
    var a = left.stream().map(Comparison::brief).toList();
    var b = right.stream().map(Comparison::brief).toList();
    if (!a.equals(b)) {
      differ("events", a.toString(), b.toString());
    } else {
      for (int i = 0; i < a.size(); i++) {
        tree("event[" + a.get(i) + "]", left.get(i), right.get(i));
      }
    }
    return found;
  }

  /// Neighbours of one kind, such as the mounts of several volumes, come in any order.
  private static List<JsonNode> sorted(List<JsonNode> events) {
    var out = new ArrayList<>(events);
    for (int from = 0; from < out.size(); ) {
      int to = from + 1;
      while (to < out.size() && brief(out.get(to)).equals(brief(out.get(from)))) {
        to++;
      }
      out.subList(from, to).sort(Comparator.comparing(Comparison::about));
      from = to;
    }
    return out;
  }

  private static String about(JsonNode event) {
    var attributes = event.path("Actor").path("Attributes");
    var actor = event.path("Actor").path("ID").asString("");
    return attributes.path("destination").asString("")
        + attributes.path("name").asString("")
        + (Correspondence.isId(actor) ? "" : actor);
  }

  private static String brief(JsonNode event) {
    return event.path("Type").asString("?") + " " + event.path("Action").asString("?");
  }

  private void tree(String place, JsonNode a, JsonNode b) {
    if (a.isObject() && b.isObject()) {
      objects(place, a, b);
    } else if (a.isArray() && b.isArray()) {
      arrays(place, a, b);
    } else if (a.isString() && b.isString() && place.endsWith("EndpointID")) {
      if (a.asString().isEmpty() != b.asString().isEmpty()) { // ours lasts over stop and start
        differ(place, a.toString(), b.toString());
      }
    } else if (a.isString() && b.isString()) {
      boolean pid =
          place.endsWith("Processes[][]") && (a.asString() + b.asString()).matches("\\d+");
      if (!pid && !names.same(a.asString(), b.asString())) {
        differ(place, a.toString(), b.toString());
      }
    } else if (a.isNumber() && b.isNumber() && step.operation().equals("container stats")) {
      return; // one and the same is never measured twice
    } else if (a.isNumber() && b.isNumber() && measured(place)) {
      if ((a.asDouble() == 0) != (b.asDouble() == 0)) {
        differ(place, a.toString(), b.toString());
      }
    } else if (!a.equals(b)) {
      differ(place, a.toString(), b.toString());
    }
  }

  private static boolean measured(String place) {
    return MEASURED.contains(place.substring(place.lastIndexOf('.') + 1));
  }

  private void objects(String place, JsonNode a, JsonNode b) {
    var left = new TreeSet<String>();
    b.properties().forEach(e -> left.add(e.getKey()));
    var ids = new TreeMap<String, String>();
    for (var e : a.properties()) {
      var key = e.getKey();
      boolean id = Correspondence.isId(key);
      var our = id ? names.ourId(key).orElse(key) : key;
      var next = place + "." + (id ? "*" : key);
      if (b.has(our)) {
        left.remove(our);
        tree(next, e.getValue(), b.get(our));
      } else if (id) {
        ids.put(key, next);
      } else {
        differ(next, e.getValue().toString(), "(absent)");
      }
    }
    BiConsumer<String, String> leftOver = (k, n) -> differ(n, k + ": " + a.get(k), "(absent)");
    ids.forEach(leftOver);
    for (var key : left) {
      differ(
          place + "." + (Correspondence.isId(key) ? "*" : key), "(absent)", b.get(key).toString());
    }
  }

  private void arrays(String place, JsonNode a, JsonNode b) {
    var as = items(place, a);
    var bs = items(place, b);
    if (as.stream().allMatch(JsonNode::isObject) && unordered(place)) {
      named(place, as, bs);
      return;
    }
    if (as.size() != bs.size()) {
      differ(place, a.toString(), b.toString());
      return;
    }
    for (int i = 0; i < as.size(); i++) {
      tree(place + "[]", as.get(i), bs.get(i));
    }
  }

  private boolean unordered(String place) {
    boolean whole = place.equals("body") || place.matches("body\\.(Volumes|[A-Za-z]+Deleted)");
    return whole && UNORDERED.contains(step.operation())
        || place.endsWith(".Mounts")
        || place.equals("body[].Ports") // dockerd's order is that of a Go map
        || place.endsWith("Tags");
  }

  /// Lists of things with names: the same names, and each the same.
  private void named(String place, List<JsonNode> as, List<JsonNode> bs) {
    var left = new ArrayList<>(bs);
    for (var a : as) {
      var b = left.stream().filter(n -> names.alike(key(a), key(n))).findFirst();
      if (b.isPresent()) {
        left.remove(b.get());
        tree(place + "[]", a, b.get());
      } else {
        differ(place + "[]", a.toString(), "(absent)");
      }
    }
    left.forEach(b -> differ(place + "[]", "(absent)", b.toString()));
  }

  /// What names a thing among its like: where a mount goes to, what a port is, else its name.
  private static String key(JsonNode thing) {
    if (thing.has("PrivatePort")) {
      return "%s/%s %s"
          .formatted(thing.get("PrivatePort"), thing.path("Type"), thing.path("IP").asString(""));
    }
    return thing.path("Destination").asString(thing.path("Name").asString(thing.toString()));
  }

  private List<JsonNode> items(String place, JsonNode array) {
    var out = new ArrayList<JsonNode>();
    array.forEach(out::add);
    if (unordered(place)) {
      out.sort(Comparator.comparing(n -> n.isString() ? n.asString() : key(n)));
    }
    return out;
  }

  private void differ(String place, String dockerd, String ours) {
    found.add(
        new Difference(
            step.operation(),
            step.version(),
            place,
            Correspondence.shown(dockerd),
            Correspondence.shown(ours)));
  }
}
