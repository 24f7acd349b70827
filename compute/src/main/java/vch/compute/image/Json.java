package vch.compute.image;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// JSON that strangers wrote, read with bounds and without trust: what has another type than
/// expected counts as absent.
public final class Json {
  private static final int DEPTH_MAX = 64;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
                  .build())
          .build();

  private Json() {}

  /// Reads an object.
  ///
  /// @param what for the message, such as `the manifest`
  /// @throws NotJson when it is no JSON object
  public static ObjectNode object(byte[] text, String what) throws NotJson {
    if (read(text, what) instanceof ObjectNode object) {
      return object;
    }
    throw new NotJson(what + " is no JSON object");
  }

  public static JsonNode read(byte[] text, String what) throws NotJson {
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw new NotJson(what + " is not valid JSON: " + reason(e));
    }
  }

  /// The library's sentence without its hints for programmers.
  private static String reason(JacksonException e) {
    var first = e.getOriginalMessage().lines().findFirst().orElse("it cannot be read");
    int hint = first.indexOf(" (`");
    return hint < 0 ? first : first.substring(0, hint);
  }

  public static byte[] bytes(JsonNode node) {
    return MAPPER.writeValueAsBytes(node);
  }

  /// As Go's `json.MarshalIndent` writes it.
  public static byte[] indented(JsonNode node, int spaces) {
    var indenter = new DefaultIndenter(" ".repeat(spaces), "\n");
    var printer =
        new DefaultPrettyPrinter(
                Separators.createDefaultInstance()
                    .withObjectNameValueSpacing(Separators.Spacing.AFTER)
                    .withArrayEmptySeparator("")
                    .withObjectEmptySeparator(""))
            .withArrayIndenter(indenter)
            .withObjectIndenter(indenter);
    return MAPPER.writer().with(printer).writeValueAsBytes(node);
  }

  public static ObjectNode newObject() {
    return JsonNodeFactory.instance.objectNode();
  }

  public static Optional<String> text(JsonNode parent, String field) {
    var node = parent.get(field);
    return node != null && node.isString() ? Optional.of(node.stringValue()) : Optional.empty();
  }

  public static String textOrEmpty(JsonNode parent, String field) {
    return text(parent, field).orElse("");
  }

  public static long number(JsonNode parent, String field, long otherwise) {
    var node = parent.get(field);
    return node != null && node.isIntegralNumber() && node.canConvertToLong()
        ? node.longValue()
        : otherwise;
  }

  public static Optional<ObjectNode> child(JsonNode parent, String field) {
    return parent.get(field) instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
  }

  /// Elements of an array; none when there is no array.
  public static List<JsonNode> elements(JsonNode parent, String field) {
    var node = parent.get(field);
    var out = new ArrayList<JsonNode>();
    if (node != null && node.isArray()) {
      node.forEach(out::add);
    }
    return out;
  }

  /// Strings of an array; a lone string counts as an array of one, as in old configurations.
  public static List<String> texts(JsonNode parent, String field) {
    var lone = text(parent, field);
    return lone.map(List::of)
        .orElseGet(
            () ->
                elements(parent, field).stream()
                    .filter(JsonNode::isString)
                    .map(JsonNode::stringValue)
                    .toList());
  }

  /// Names of an object's members.
  public static List<String> names(JsonNode parent, String field) {
    return child(parent, field).map(o -> List.copyOf(o.propertyNames())).orElse(List.of());
  }

  public static Map<String, String> textMap(JsonNode parent, String field) {
    var out = new LinkedHashMap<String, String>();
    child(parent, field)
        .ifPresent(o -> o.propertyNames().forEach(n -> text(o, n).ifPresent(v -> out.put(n, v))));
    return out;
  }

  /// The text is not what it has to be; the message is a sentence.
  public static final class NotJson extends java.io.IOException {
    private static final long serialVersionUID = 1L;

    NotJson(String message) {
      super(message);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }
}
