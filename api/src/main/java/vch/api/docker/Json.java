package vch.api.docker;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vch.portlayer.refusal.Refusal;

/// JSON text and trees. Trees keep the order of their members, and tell null from absent.
public final class Json {
  /// The largest request body in JSON, bytes.
  public static final int BODY_BYTES_MAX = 4 * 1024 * 1024;

  /// The deepest nesting of a request body.
  public static final int DEPTH_MAX = 64;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEPTH_MAX)
                          .maxStringLength(BODY_BYTES_MAX)
                          .maxNumberLength(64)
                          .build())
                  .build())
          .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  public static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  public static ArrayNode array(Collection<String> texts) {
    var out = array();
    texts.forEach(out::add);
    return out;
  }

  /// Members in the order of their names, as Go writes maps.
  public static ObjectNode object(Map<String, String> texts) {
    var out = object();
    new TreeMap<>(texts).forEach(out::put);
    return out;
  }

  /// One JSON value and nothing behind it.
  ///
  /// @throws Refusal.Invalid with Docker's words
  static JsonNode parse(byte[] text) {
    try (var parser = MAPPER.createParser(text)) {
      if (parser.nextToken() == null) {
        throw new Refusal.Invalid("invalid JSON: got EOF while reading request body");
      }
      JsonNode tree = MAPPER.readTree(parser);
      boolean more;
      try {
        more = parser.nextToken() != null;
      } catch (JacksonException _) { // what follows is not even JSON
        more = true;
      }
      if (more) {
        throw new Refusal.Invalid("unexpected content after JSON");
      }
      return tree;
    } catch (JacksonException e) {
      throw new Refusal.Invalid("invalid JSON: " + reason(e));
    }
  }

  /// Jackson's sentence without its hints for programmers.
  static String reason(JacksonException e) {
    var text = e.getOriginalMessage();
    if (text.startsWith("Unexpected end-of-input")) {
      return "unexpected EOF";
    }
    int hint = text.indexOf(" (`");
    var brief =
        (hint < 0 ? text : text.substring(0, hint)).lines().findFirst().orElse("it cannot be read");
    var at = e.getLocation();
    return at == null
        ? brief
        : brief + " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
  }

  /// The text of a tree, on one line, without an ending.
  public static byte[] bytes(JsonNode tree) {
    return MAPPER.writeValueAsString(tree).getBytes(StandardCharsets.UTF_8);
  }

  public static String text(JsonNode tree) {
    return MAPPER.writeValueAsString(tree);
  }

  /// Reads a text that this class wrote before.
  public static Fields read(String text) {
    return Fields.of(parse(text.getBytes(StandardCharsets.UTF_8)), "");
  }
}
