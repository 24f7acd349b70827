package vch.engine.ledger;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.ArrayList;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.module.SimpleModule;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Range;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.PortSet;
import vch.portlayer.port.Ports;
import vch.portlayer.port.Protocol;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.vch.VchId;

/// How values of the port layer are written as JSON in the record. Every component is written, in
/// the order of the record's declaration; addresses and ids as text; an absent value as null;
/// variants under the word in `type`, which is a name of ours and not of a class. Reading is
/// strict: a field that is unknown, missing, or of another type is an error, never a guess, so
/// nothing that an older or newer version wrote is lost in silence.
final class RecordJson {
  private RecordJson() {}

  static JsonMapper mapper() {
    return JsonMapper.builder()
        .addModule(texts())
        .addMixIn(ScopeKind.class, Variant.class)
        .addMixIn(PortGroupKind.class, Variant.class)
        .addMixIn(NetworkMode.class, Variant.class)
        .registerSubtypes(
            new NamedType(ScopeKind.Bridge.class, "bridge"),
            new NamedType(ScopeKind.External.class, "external"),
            new NamedType(ScopeKind.Configuration.class, "configuration"),
            new NamedType(ScopeKind.None.class, "none"),
            new NamedType(PortGroupKind.Internal.class, "internal"),
            new NamedType(PortGroupKind.Nat.class, "nat"),
            new NamedType(PortGroupKind.Bridge.class, "bridge"),
            new NamedType(PortGroupKind.Nic.class, "nic"),
            new NamedType(NetworkMode.Scoped.class, "scoped"),
            new NamedType(NetworkMode.None.class, "none"),
            new NamedType(NetworkMode.Shared.class, "shared"))
        .changeDefaultPropertyInclusion(
            _ ->
                JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS))
        .disable(
            MapperFeature.SORT_PROPERTIES_ALPHABETICALLY, MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
        .enable(
            DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
            DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
            DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
            DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
            DeserializationFeature.FAIL_ON_INVALID_SUBTYPE,
            DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .build();
  }

  /// The variants of a sealed type.
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.PROPERTY, property = "type")
  private interface Variant {}

  private static SimpleModule texts() {
    var module = new SimpleModule("portlayer");
    text(module, Ip.class, Ip::toString, Ip::parse);
    text(module, Cidr.class, Cidr::toString, Cidr::parse);
    text(module, Subnet.class, Subnet::toString, Subnet::parse);
    text(module, Range.class, Range::toString, Range::parse);
    text(module, Mac.class, Mac::toString, Mac::parse);
    text(
        module,
        PortRange.class,
        PortRange::toString,
        t -> PortRange.tryParse(t).orElseThrow(() -> wrong(t, "ports")));
    text(
        module,
        Ports.class,
        Ports::toString,
        t -> Ports.tryParse(t).orElseThrow(() -> wrong(t, "a port")));
    text(module, Protocol.class, Protocol::text, RecordJson::protocol);
    text(module, VchId.class, VchId::value, VchId::new);
    text(module, ScopeId.class, ScopeId::value, ScopeId::new);
    text(module, ContainerId.class, ContainerId::value, ContainerId::new);
    text(module, EndpointId.class, EndpointId::value, EndpointId::new);
    text(module, PortGroupId.class, PortGroupId::value, PortGroupId::new);
    module.addSerializer(Set.class, new SortedSets());
    module.addSerializer(PortSet.class, new PortSetWriter());
    module.addDeserializer(PortSet.class, new PortSetReader());
    return module;
  }

  private static <T> void text(
      SimpleModule module, Class<T> type, Function<T, String> write, Function<String, T> read) {
    module.addSerializer(type, new TextWriter<>(write));
    module.addDeserializer(type, new TextReader<>(type, read));
  }

  private static Protocol protocol(String text) {
    return Protocol.tryParse(text).orElseThrow(() -> wrong(text, "a protocol"));
  }

  private static IllegalArgumentException wrong(String text, String what) {
    return new IllegalArgumentException("'" + text + "' is not " + what);
  }

  private static final class TextWriter<T> extends ValueSerializer<T> {
    private final Function<T, String> write;

    TextWriter(Function<T, String> write) {
      this.write = write;
    }

    @Override
    public void serialize(T value, JsonGenerator out, SerializationContext context) {
      out.writeString(write.apply(value));
    }
  }

  private static final class TextReader<T> extends ValueDeserializer<T> {
    private final Class<T> type;
    private final Function<String, T> read;

    TextReader(Class<T> type, Function<String, T> read) {
      this.type = type;
      this.read = read;
    }

    @Override
    public T deserialize(JsonParser in, DeserializationContext context) throws JacksonException {
      if (in.currentToken() != JsonToken.VALUE_STRING) {
        return context.reportInputMismatch(type, "expected text, found %s", in.currentToken());
      }
      var text = in.getString();
      try {
        return read.apply(text);
      } catch (IllegalArgumentException e) {
        return context.reportInputMismatch(type, "%s", e.getMessage());
      }
    }
  }

  /// Sets have no order of their own; equal ones are written equally.
  @SuppressWarnings("rawtypes")
  private static final class SortedSets extends ValueSerializer<Set> {
    @Override
    public void serialize(Set value, JsonGenerator out, SerializationContext context) {
      var byText = new TreeMap<String, Object>();
      for (Object each : value) {
        byText.put(each.toString(), each);
      }
      out.writeStartArray();
      for (var each : byText.values()) {
        context.writeValue(out, each);
      }
      out.writeEndArray();
    }
  }

  /// A list of texts, as in `["53/udp", "8000-8999/tcp"]`.
  private static final class PortSetWriter extends ValueSerializer<PortSet> {
    @Override
    public void serialize(PortSet value, JsonGenerator out, SerializationContext context) {
      out.writeStartArray();
      value.ranges().forEach(ports -> out.writeString(ports.toString()));
      out.writeEndArray();
    }
  }

  /// Ports need not be joined: the record named them one by one up to format 7.
  private static final class PortSetReader extends ValueDeserializer<PortSet> {
    @Override
    public PortSet deserialize(JsonParser in, DeserializationContext context)
        throws JacksonException {
      var ranges = new ArrayList<Ports>();
      for (var each : context.readValue(in, Ports[].class)) {
        if (each == null) {
          return context.reportInputMismatch(PortSet.class, "null among ports");
        }
        ranges.add(each);
      }
      return new PortSet(ranges);
    }
  }
}
