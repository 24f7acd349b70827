package vch.linux;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import vch.engine.machine.Part;
import vch.kernel.nft.FieldType;
import vch.kernel.nft.SetElement;
import vch.kernel.nft.SetElement.Field;
import vch.kernel.nft.SetInfo;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Range;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Protocol;

/// Between parts of elements and the bytes of nftables. All numbers are in network order; a name is
/// what it is.
final class ElementParts {
  private static final int NAME_BYTES = 16; // IFNAMSIZ

  private ElementParts() {}

  static SetElement element(List<Part> parts, List<Part> data) {
    return new SetElement(
        parts.stream().map(ElementParts::field).toList(),
        data.stream().map(ElementParts::field).toList());
  }

  private static Field field(Part part) {
    return switch (part) {
      case Part.Name(var name) ->
          Field.of(Arrays.copyOf(name.getBytes(StandardCharsets.UTF_8), NAME_BYTES));
      case Part.Address(var ip) -> Field.of(ip.bytes());
      case Part.Block(var subnet) -> new Field(subnet.first().bytes(), subnet.last().bytes());
      case Part.Hardware(var mac) -> Field.of(mac.bytes());
      case Part.Proto(var protocol) -> Field.of(new byte[] {(byte) protocol.number()});
      case Part.Ports(var range) -> new Field(port(range.first()), port(range.last()));
    };
  }

  private static byte[] port(int number) {
    return new byte[] {(byte) (number >> 8), (byte) number};
  }

  /// Why an element cannot be in this set; empty when it can.
  static Optional<String> misfit(SetInfo set, List<Part> parts, List<Part> data) {
    if (!fits(set.keyTypes(), parts) || !fits(set.dataTypes(), data)) {
      return Optional.of(
          "set "
              + set.name()
              + " of "
              + set.table()
              + " has other types: "
              + set.keyTypes()
              + (set.isMap() ? " : " + set.dataTypes() : ""));
    }
    boolean range =
        parts.stream()
            .anyMatch(
                p -> p instanceof Part.Block || (p instanceof Part.Ports(var r) && r.size() > 1));
    return range && !set.isInterval()
        ? Optional.of("set " + set.name() + " of " + set.table() + " takes no ranges")
        : Optional.empty();
  }

  private static boolean fits(List<FieldType> types, List<Part> parts) {
    if (types.size() != parts.size()) {
      return false;
    }
    for (int i = 0; i < types.size(); i++) {
      var type = type(parts.get(i));
      boolean raw =
          (types.get(i) == FieldType.INTEGER && type == FieldType.IPV6_ADDR)
              || (types.get(i) == FieldType.RAW_ETHER && type == FieldType.ETHER_ADDR);
      if (types.get(i) != type && !raw) {
        return false;
      }
    }
    return true;
  }

  private static FieldType type(Part part) {
    return switch (part) {
      case Part.Name _ -> FieldType.IFNAME;
      case Part.Address(var ip) -> ip.isIpv4() ? FieldType.IPV4_ADDR : FieldType.IPV6_ADDR;
      case Part.Block(var subnet) ->
          subnet.family() == Family.IPV4 ? FieldType.IPV4_ADDR : FieldType.IPV6_ADDR;
      case Part.Hardware _ -> FieldType.ETHER_ADDR;
      case Part.Proto _ -> FieldType.INET_PROTO;
      case Part.Ports _ -> FieldType.INET_SERVICE;
    };
  }

  /// Empty when a field holds what a part cannot say.
  static Optional<List<Part>> parts(List<FieldType> types, List<Field> fields) {
    if (types.size() != fields.size()) {
      return Optional.empty();
    }
    var out = new ArrayList<Part>(fields.size());
    for (int i = 0; i < fields.size(); i++) {
      var part = part(types.get(i), fields.get(i));
      if (part.isEmpty()) {
        return Optional.empty();
      }
      out.add(part.get());
    }
    return Optional.of(List.copyOf(out));
  }

  private static Optional<Part> part(FieldType type, Field field) {
    if (type == FieldType.INET_SERVICE) {
      int first = port(field.first());
      int last = port(field.last());
      return first < 1 || last < first
          ? Optional.empty()
          : Optional.of(new Part.Ports(new PortRange(first, last)));
    }
    var value = field.first();
    if (value.length != type.bytes()) {
      return Optional.empty();
    }
    if (!Arrays.equals(value, field.last())) {
      return type == FieldType.IPV4_ADDR || type == FieldType.IPV6_ADDR || type == FieldType.INTEGER
          ? block(Ip.of(value), Ip.of(field.last()))
          : Optional.empty();
    }
    return switch (type) {
      case IPV4_ADDR, IPV6_ADDR, INTEGER -> Optional.of(new Part.Address(Ip.of(value)));
      case ETHER_ADDR, RAW_ETHER -> Optional.of(new Part.Hardware(Mac.of(value)));
      case INET_PROTO -> protocol(value[0] & 0xff).map(Part.Proto::new);
      case IFNAME -> Optional.of(new Part.Name(text(value)));
      case INET_SERVICE, OTHER -> Optional.empty();
    };
  }

  private static Optional<Part> block(Ip first, Ip last) {
    return first.compareTo(last) < 0
        ? new Range(first, last).subnet().map(Part::of)
        : Optional.empty();
  }

  private static int port(byte[] bytes) {
    return ((bytes[0] & 0xff) << 8) | (bytes[1] & 0xff);
  }

  private static Optional<Protocol> protocol(int number) {
    return Arrays.stream(Protocol.values()).filter(p -> p.number() == number).findFirst();
  }

  private static String text(byte[] bytes) {
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }
}
