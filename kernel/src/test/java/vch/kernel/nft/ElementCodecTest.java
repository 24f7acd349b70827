package vch.kernel.nft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import vch.kernel.netlink.Attributes;
import vch.kernel.netlink.Message;
import vch.kernel.nft.SetElement.Field;

final class ElementCodecTest {
  private static final TableName TABLE = new TableName("inet", "t");
  private static final int INTERVAL = 4;
  private static final int MAP = 8;

  /// inet_proto . inet_service and inet_service, as nft numbers them.
  private static final SetInfo PROTO_PORT = new SetInfo(TABLE, "s", 0, 12 << 6 | 13, 8, 0);

  private static final SetInfo RANGES = new SetInfo(TABLE, "s", INTERVAL | MAP, 12 << 6 | 13, 8, 7);
  private static final SetInfo PORTS = new SetInfo(TABLE, "s", INTERVAL, 13, 2, 0);

  private static byte[] bytes(int... values) {
    var out = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      out[i] = (byte) values[i];
    }
    return out;
  }

  private static Message write(SetInfo set, SetElement... elements) {
    return new Message(1, 0)
        .nest(
            3,
            list -> {
              for (var element : elements) {
                ElementCodec.write(list, set, element, true);
              }
            });
  }

  private static String hex(Message message) {
    return HexFormat.ofDelimiter(" ").formatHex(message.encode(0)).substring(20 * 3);
  }

  private static String back(SetInfo set, Message message) {
    var encoded = message.encode(0);
    var raw = new Attributes(ByteBuffer.wrap(encoded, 16, encoded.length - 16)).list(3);
    return ElementCodec.read(set, raw).stream()
        .map(e -> text(e.key()) + (e.data().isEmpty() ? "" : " : " + text(e.data())))
        .collect(Collectors.joining(", "));
  }

  private static String text(List<Field> fields) {
    var hex = HexFormat.of();
    return fields.stream()
        .map(
            f ->
                hex.formatHex(f.first())
                    + (java.util.Arrays.equals(f.first(), f.last())
                        ? ""
                        : "-" + hex.formatHex(f.last())))
        .collect(Collectors.joining("."));
  }

  @Test
  void parts_of_a_concatenation_are_padded_at_their_end() {
    var element = new SetElement(List.of(Field.of(bytes(6)), Field.of(bytes(0, 80))), List.of());
    assertThat(hex(write(PROTO_PORT, element)))
        .isEqualTo("14 00 01 80 10 00 01 80 0c 00 01 00 06 00 00 00 00 50 00 00");
    assertThat(back(PROTO_PORT, write(PROTO_PORT, element))).isEqualTo("06.0050");
  }

  @Test
  void an_interval_of_a_concatenation_has_two_keys() {
    var element =
        new SetElement(
            List.of(Field.of(bytes(17)), new Field(bytes(3, 232), bytes(7, 208))),
            List.of(Field.of(bytes(10, 0, 0, 2))));
    var message = write(RANGES, element);
    assertThat(hex(message))
        .isEqualTo(
            "30 00 01 80 "
                + "10 00 01 80 0c 00 01 00 11 00 00 00 03 e8 00 00 "
                + "10 00 0a 80 0c 00 01 00 11 00 00 00 07 d0 00 00 "
                + "0c 00 02 80 08 00 01 00 0a 00 00 02");
    assertThat(back(RANGES, message)).isEqualTo("11.03e8-07d0 : 0a000002");
  }

  @Test
  void intervals_of_one_field_are_bounds_in_any_order() {
    var message =
        write(
            PORTS,
            new SetElement(List.of(new Field(bytes(0, 6), bytes(0, 255))), List.of()),
            new SetElement(List.of(new Field(bytes(0, 1), bytes(0, 5))), List.of()),
            new SetElement(List.of(new Field(bytes(255, 0), bytes(255, 255))), List.of()),
            new SetElement(List.of(Field.of(bytes(2, 0))), List.of()));
    assertThat(back(PORTS, message)).isEqualTo("0001-0005, 0006-00ff, 0200, ff00-ffff");
  }

  @Test
  void types_of_a_key_are_told_apart() {
    assertThat(RANGES.keyTypes()).containsExactly(FieldType.INET_PROTO, FieldType.INET_SERVICE);
    assertThat(RANGES.dataTypes()).containsExactly(FieldType.IPV4_ADDR);
    assertThat(PORTS.dataTypes()).isEmpty();
    assertThat(new SetInfo(TABLE, "s", 0, 41 << 12 | 9 << 6 | 7, 28, 0).keyTypes())
        .containsExactly(FieldType.IFNAME, FieldType.ETHER_ADDR, FieldType.IPV4_ADDR);
  }

  @Test
  void raw_ethernet_addresses_are_told_from_raw_ipv6_addresses_by_the_size_of_the_key() {
    assertThat(new SetInfo(TABLE, "s", 0, 4, 6, 0).keyTypes()).containsExactly(FieldType.RAW_ETHER);
    assertThat(new SetInfo(TABLE, "s", 0, 4, 16, 0).keyTypes()).containsExactly(FieldType.INTEGER);
    assertThat(new SetInfo(TABLE, "s", 0, 4 << 6 | 4, 16, 0).keyTypes())
        .containsExactly(FieldType.RAW_ETHER, FieldType.RAW_ETHER);
    assertThat(new SetInfo(TABLE, "s", 0, 4 << 6 | 4, 24, 0).keyTypes())
        .containsExactly(FieldType.RAW_ETHER, FieldType.INTEGER);
    assertThat(new SetInfo(TABLE, "s", 0, 4 << 6 | 7, 12, 0).keyTypes())
        .containsExactly(FieldType.RAW_ETHER, FieldType.IPV4_ADDR);
    assertThat(new SetInfo(TABLE, "s", 0, 41 << 12 | 9 << 6 | 4, 40, 0).keyTypes())
        .containsExactly(FieldType.IFNAME, FieldType.ETHER_ADDR, FieldType.INTEGER);
  }
}
