package vch.api.docker.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import vch.portlayer.refusal.Refusal;

/// What a JSON value of Docker's API looks like: enough to read a request as Docker does (names in
/// any case, null means absent, unknown names are left alone) and to write it again under its right
/// names, each default in its place.
sealed interface Shape {
  /// Values without names inside.
  enum Leaf implements Shape {
    TEXT("a string"),
    FLAG("true or false"),
    NUMBER("a whole number"),
    /// A list of strings; one string stands for a list of one.
    ARGUMENTS("a list of strings"),
    /// A member of a set that is written as an object: `{}`.
    MARK("an object"),
    /// Whatever it is, it is kept.
    ANY("anything");

    private final String words;

    Leaf(String words) {
      this.words = words;
    }
  }

  /// An object with known names, in the order in which they are written.
  record Struct(List<Field> fields) implements Shape {
    /// True when an object has a member that this knows, be it null.
    boolean names(JsonNode given) {
      return fields.stream()
          .anyMatch(
              f ->
                  given.properties().stream().anyMatch(e -> e.getKey().equalsIgnoreCase(f.name())));
    }
  }

  record ListOf(Shape item) implements Shape {}

  /// An object whose names belong to the user.
  record MapOf(Shape item) implements Shape {}

  /// A member with a known name.
  ///
  /// @param absent what is written where nothing was given; empty: the name is left out
  /// @param zero whether a zero value counts as given
  record Field(String name, Shape shape, Optional<JsonNode> absent, boolean zero) {}

  static Struct struct(Field... fields) {
    return new Struct(List.of(fields));
  }

  /// A field that is always written.
  ///
  /// @param absent the default, as JSON text
  static Field field(String name, Shape shape, String absent) {
    return new Field(name, shape, Optional.of(JsonMapper.shared().readTree(absent)), true);
  }

  /// A field that is written only where it says something: Go's `omitempty`.
  static Field optional(String name, Shape shape) {
    return new Field(name, shape, Optional.empty(), shape instanceof Struct);
  }

  /// A field that is written where it was given, be it zero: Go's pointer.
  static Field pointer(String name, Shape shape) {
    return new Field(name, shape, Optional.empty(), true);
  }

  /// Reads a value of this shape.
  ///
  /// @param path name of the value, for the error
  /// @throws Refusal.Invalid the value has another shape
  default JsonNode read(JsonNode given, String path) {
    var json = JsonNodeFactory.instance;
    return switch (this) {
      case Leaf leaf -> leaf(leaf, given, path);
      case Struct(var fields) -> {
        var byName = byName(given, path);
        var out = json.objectNode();
        for (var field : fields) {
          Optional.ofNullable(byName.get(field.name().toLowerCase(Locale.ROOT)))
              .filter(v -> !v.isNull())
              .map(v -> field.shape().read(v, path + "." + field.name()))
              .filter(v -> field.zero() || !Read.blank(v))
              .or(() -> field.absent().map(JsonNode::deepCopy))
              .ifPresent(v -> out.set(field.name(), v));
        }
        yield out;
      }
      case ListOf(var item) -> {
        if (!given.isArray()) {
          throw wrong(path, "a list", given);
        }
        var out = json.arrayNode();
        for (var v : given) {
          out.add(v.isNull() ? v : item.read(v, path));
        }
        yield out;
      }
      case MapOf(var item) -> {
        if (!given.isObject()) {
          throw wrong(path, "an object", given);
        }
        var out = json.objectNode();
        for (var e : given.properties()) {
          out.set(
              e.getKey(),
              e.getValue().isNull()
                  ? e.getValue()
                  : item.read(e.getValue(), path + "[" + e.getKey() + "]"));
        }
        yield out;
      }
    };
  }

  private static JsonNode leaf(Leaf leaf, JsonNode given, String path) {
    boolean fits =
        switch (leaf) {
          case TEXT -> given.isString();
          case FLAG -> given.isBoolean();
          case NUMBER -> given.isIntegralNumber() && given.canConvertToLong();
          case ARGUMENTS -> given.isString() || given.isArray();
          case MARK -> given.isObject();
          case ANY -> true;
        };
    if (!fits) {
      throw wrong(path, leaf.words, given);
    }
    if (leaf == Leaf.ARGUMENTS) {
      return given.isString()
          ? JsonNodeFactory.instance.arrayNode().add(given)
          : new ListOf(Leaf.TEXT).read(given, path);
    }
    return leaf == Leaf.MARK ? JsonNodeFactory.instance.objectNode() : given;
  }

  private static Map<String, JsonNode> byName(JsonNode given, String path) {
    if (!given.isObject()) {
      throw wrong(path, "an object", given);
    }
    var out = new TreeMap<String, JsonNode>();
    for (var e : given.properties()) {
      out.put(e.getKey().toLowerCase(Locale.ROOT), e.getValue()); // the last one counts, as in Go
    }
    return out;
  }

  private static Refusal.Invalid wrong(String path, String wanted, JsonNode given) {
    var is =
        switch (given.getNodeType()) {
          case OBJECT, POJO -> "an object";
          case ARRAY -> "a list";
          case STRING, BINARY -> "a string";
          case NUMBER ->
              given.isIntegralNumber() ? "a number that is too large" : "a number with a fraction";
          case BOOLEAN -> "true or false";
          case NULL, MISSING -> "null";
        };
    return new Refusal.Invalid(
        "invalid JSON: "
            + path
            + " must be "
            + wanted
            + ", not "
            + (given.isIntegralNumber() && !wanted.equals(Leaf.NUMBER.words) ? "a number" : is));
  }

  /// Reading what [#read] returned, whose shapes are known.
  final class Read {
    private Read() {}

    static String text(ObjectNode of, String name) {
      return of.path(name).asString("");
    }

    static boolean flag(ObjectNode of, String name) {
      return of.path(name).asBoolean(false);
    }

    static long number(ObjectNode of, String name) {
      return of.path(name).asLong(0);
    }

    static List<String> texts(ObjectNode of, String name) {
      var out = new ArrayList<String>();
      for (var v : of.path(name)) {
        out.add(v.asString(""));
      }
      return out;
    }

    static Map<String, String> map(ObjectNode of, String name) {
      var out = new TreeMap<String, String>();
      for (var e : of.path(name).properties()) {
        out.put(e.getKey(), e.getValue().asString(""));
      }
      return out;
    }

    static List<ObjectNode> objects(ObjectNode of, String name) {
      var out = new ArrayList<ObjectNode>();
      for (var v : of.path(name)) {
        if (v instanceof ObjectNode object) {
          out.add(object);
        }
      }
      return out;
    }

    /// Absent, null, and what Go calls the zero value.
    static boolean blank(JsonNode value) {
      return switch (value.getNodeType()) {
        case NULL, MISSING -> true;
        case STRING -> value.asString().isEmpty();
        case NUMBER -> value.asDouble() == 0;
        case BOOLEAN -> !value.asBoolean();
        case ARRAY, OBJECT -> value.isEmpty();
        case BINARY, POJO -> false;
      };
    }
  }
}
