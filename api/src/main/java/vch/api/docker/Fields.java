package vch.api.docker;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import vch.portlayer.refusal.Refusal;

/// The members of a JSON object, found by name as Go finds them: exactly, else in any case. Null
/// counts as absent, except where it is asked for. A member of the wrong type is refused by its
/// full name.
public final class Fields {
  private final ObjectNode node;
  private final String path;

  private Fields(ObjectNode node, String path) {
    this.node = node;
    this.path = path;
  }

  /// An object without members.
  public static Fields empty() {
    return new Fields(Json.object(), "");
  }

  /// @param path where the object stands within the body, for messages; empty at the top
  static Fields of(JsonNode tree, String path) {
    return switch (tree) {
      case ObjectNode object -> new Fields(object, path);
      case JsonNode other when other.isNull() -> new Fields(Json.object(), path);
      case JsonNode other -> throw wrong(path.isEmpty() ? "the body" : path, "an object", other);
    };
  }

  private static Refusal.Invalid wrong(String name, String wanted, JsonNode found) {
    return new Refusal.Invalid(
        "invalid JSON: "
            + name
            + " must be "
            + wanted
            + ", not "
            + found.getNodeType().name().toLowerCase(Locale.ROOT));
  }

  private Optional<JsonNode> find(String name) {
    JsonNode exact = node.get(name);
    if (exact != null) {
      return Optional.of(exact);
    }
    Optional<JsonNode> found = Optional.empty();
    for (var member : node.properties()) {
      if (member.getKey().equalsIgnoreCase(name)) {
        found = Optional.of(member.getValue());
      }
    }
    return found;
  }

  private Optional<JsonNode> value(String name) {
    return find(name).filter(v -> !v.isNull());
  }

  private String full(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  public List<String> names() {
    return List.copyOf(node.propertyNames());
  }

  public boolean isEmpty() {
    return node.isEmpty();
  }

  /// True when the member is there and not null.
  public boolean has(String name) {
    return value(name).isPresent();
  }

  /// True when the member is there, be it null.
  public boolean given(String name) {
    return find(name).isPresent();
  }

  /// The member as it stands.
  public Optional<JsonNode> raw(String name) {
    return value(name);
  }

  /// The object as it stands.
  public ObjectNode raw() {
    return node;
  }

  /// The text, or the empty one.
  public String text(String name) {
    return optionalText(name).orElse("");
  }

  public Optional<String> optionalText(String name) {
    return value(name).map(v -> text(v, full(name)));
  }

  private static String text(JsonNode v, String name) {
    if (!v.isString()) {
      throw wrong(name, "a string", v);
    }
    return v.stringValue();
  }

  public boolean flag(String name) {
    return optionalFlag(name).orElse(false);
  }

  public Optional<Boolean> optionalFlag(String name) {
    return value(name)
        .map(
            v -> {
              if (!v.isBoolean()) {
                throw wrong(full(name), "true or false", v);
              }
              return v.booleanValue();
            });
  }

  /// The whole number, or 0.
  public long number(String name) {
    return optionalNumber(name).orElse(0L);
  }

  public Optional<Long> optionalNumber(String name) {
    return value(name)
        .map(
            v -> {
              if (!v.isIntegralNumber() || !v.canConvertToLong()) {
                throw wrong(full(name), "a whole number of 64 bits", v);
              }
              return v.longValue();
            });
  }

  /// The whole number of 32 bits, or 0.
  public int smallNumber(String name) {
    long n = number(name);
    if (n != (int) n) {
      throw new Refusal.Invalid(
          "invalid JSON: " + full(name) + " must be a whole number of 32 bits, not " + n);
    }
    return (int) n;
  }

  /// The object, or one without members.
  public Fields object(String name) {
    return optionalObject(name).orElseGet(() -> new Fields(Json.object(), full(name)));
  }

  public Optional<Fields> optionalObject(String name) {
    return value(name).map(v -> of(v, full(name)));
  }

  private Optional<List<JsonNode>> list(String name) {
    return value(name)
        .map(
            v -> {
              if (!v.isArray()) {
                throw wrong(full(name), "an array", v);
              }
              return List.copyOf(v.values());
            });
  }

  public List<String> texts(String name) {
    return optionalTexts(name).orElse(List.of());
  }

  public Optional<List<String>> optionalTexts(String name) {
    return list(name).map(all -> all.stream().map(v -> text(v, full(name) + "[]")).toList());
  }

  /// As [#optionalTexts(String)]; one text alone counts as a list of one, as in `Cmd` and
  /// `Entrypoint`.
  public Optional<List<String>> textOrTexts(String name) {
    return value(name)
        .filter(JsonNode::isString)
        .map(v -> List.of(v.stringValue()))
        .or(() -> optionalTexts(name));
  }

  public List<Fields> objects(String name) {
    return list(name).orElse(List.of()).stream().map(v -> of(v, full(name) + "[]")).toList();
  }

  /// An object whose members are texts; null members are empty texts.
  public Map<String, String> textMap(String name) {
    var out = new LinkedHashMap<String, String>();
    optionalObject(name)
        .ifPresent(
            o ->
                o.node
                    .properties()
                    .forEach(
                        m ->
                            out.put(
                                m.getKey(),
                                m.getValue().isNull()
                                    ? ""
                                    : text(m.getValue(), o.full(m.getKey())))));
    return out;
  }

  /// An object whose members are objects; empty where a member is null.
  public Map<String, Optional<Fields>> objectMap(String name) {
    var out = new LinkedHashMap<String, Optional<Fields>>();
    optionalObject(name)
        .ifPresent(
            o ->
                o.node
                    .properties()
                    .forEach(
                        m ->
                            out.put(
                                m.getKey(),
                                m.getValue().isNull()
                                    ? Optional.empty()
                                    : Optional.of(of(m.getValue(), o.full(m.getKey()))))));
    return out;
  }

  /// An object whose members are lists of objects; null members are empty lists.
  public Map<String, List<Fields>> objectsMap(String name) {
    var out = new LinkedHashMap<String, List<Fields>>();
    optionalObject(name)
        .ifPresent(
            o -> o.names().forEach(member -> out.put(member, new ArrayList<>(o.objects(member)))));
    return out;
  }
}
