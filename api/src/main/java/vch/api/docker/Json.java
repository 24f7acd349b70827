package vch.api.docker;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JacksonSerializable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.TypeSerializer;
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
                  // names of members belong to users as often as not: a table of them only costs
                  .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
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
    return parse(text, Json::tree);
  }

  /// As [#parse(byte[])].
  ///
  /// @param reader called with the parser at the value's first token; returns with it at the last
  static JsonNode parse(byte[] text, Function<JsonParser, JsonNode> reader) {
    try (var parser = MAPPER.createParser(text)) {
      if (parser.nextToken() == null) {
        throw new Refusal.Invalid("invalid JSON: got EOF while reading request body");
      }
      var tree = reader.apply(parser);
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

  /// The value that the parser is at.
  public static JsonNode tree(JsonParser in) {
    return switch (in.currentToken()) {
      case START_OBJECT -> {
        var out = object();
        for (var name = in.nextName(); name != null; name = in.nextName()) {
          in.nextToken();
          out.set(name, tree(in));
        }
        yield out;
      }
      case START_ARRAY -> {
        var out = array();
        while (in.nextToken() != JsonToken.END_ARRAY) {
          out.add(tree(in));
        }
        yield out;
      }
      case VALUE_STRING -> MAPPER.getNodeFactory().stringNode(in.getString());
      case null, default -> MAPPER.readTree(in);
    };
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

  /// A value of which nothing is made before it is written. Only for writing.
  public static JsonNode written(Consumer<JsonGenerator> writer) {
    return MAPPER.getNodeFactory().pojoNode(new Written(writer));
  }

  private record Written(Consumer<JsonGenerator> writer) implements JacksonSerializable {
    @Override
    public void serialize(JsonGenerator out, SerializationContext context) {
      writer.accept(out);
    }

    @Override
    public void serializeWithType(
        JsonGenerator out, SerializationContext context, TypeSerializer type) {
      writer.accept(out);
    }
  }

  /// The text of a tree, on one line, without an ending.
  public static byte[] bytes(JsonNode tree) {
    return MAPPER.writeValueAsBytes(tree);
  }

  /// The text of a tree and a line feed.
  static byte[] line(JsonNode tree) {
    var out = new ByteArrayOutputStream(1024);
    MAPPER.writeValue(out, tree);
    out.write('\n');
    return out.toByteArray();
  }

  public static String text(JsonNode tree) {
    return MAPPER.writeValueAsString(tree);
  }

  /// Reads a text that this class wrote before.
  public static Fields read(String text) {
    return Fields.of(parse(text.getBytes(StandardCharsets.UTF_8)), "");
  }
}
