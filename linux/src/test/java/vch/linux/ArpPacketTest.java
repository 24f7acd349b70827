package vch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import vch.linux.ArpPacket.Operation;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

final class ArpPacketTest {
  private static final Mac SELF = Mac.parse("02:42:0a:02:00:02");
  private static final Mac OTHER = Mac.parse("52:54:00:12:34:56");
  private static final Ip ADDRESS = Ip.parse("10.2.0.2");
  private static final Ip NEIGHBOUR = Ip.parse("10.2.0.9");
  private static final Ip NONE = Ip.parse("0.0.0.0");

  private static ArpPacket packet(Operation operation, Mac sender, Ip from, Ip to) {
    return new ArpPacket(operation, sender, from, new Mac(0), to);
  }

  @Test
  void a_probe_asks_everybody_without_an_address_of_its_own() {
    assertThat(HexFormat.of().formatHex(ArpPacket.probe(SELF, ADDRESS).broadcast()))
        .isEqualTo(
            "ffffffffffff"
                + "02420a020002"
                + "0806" // Ethernet
                + "0001"
                + "0800"
                + "06"
                + "04"
                + "0001" // a question about IPv4 over Ethernet
                + "02420a020002"
                + "00000000" // from
                + "000000000000"
                + "0a020002"); // for
  }

  @Test
  void an_announcement_asks_for_the_own_address() {
    assertThat(HexFormat.of().formatHex(ArpPacket.announcement(SELF, ADDRESS).broadcast()))
        .endsWith("0001" + "02420a020002" + "0a020002" + "000000000000" + "0a020002");
  }

  @Test
  void what_was_written_is_read_also_when_the_link_padded_it() {
    for (var operation : Operation.values()) {
      var packet = new ArpPacket(operation, OTHER, NEIGHBOUR, SELF, ADDRESS);
      assertThat(ArpPacket.parse(packet.broadcast())).contains(packet);
      assertThat(ArpPacket.parse(Arrays.copyOf(packet.broadcast(), 60))).contains(packet);
    }
  }

  @Test
  void a_cut_packet_is_none() {
    var whole = ArpPacket.probe(SELF, ADDRESS).broadcast();
    for (int length = 0; length < whole.length; length++) {
      assertThat(ArpPacket.parse(Arrays.copyOf(whole, length))).as(length + " bytes").isEmpty();
    }
  }

  @Test
  void a_packet_about_something_else_is_none() {
    assertNone(12, 0x86); // EtherType
    assertNone(15, 6); // hardware type: IEEE 802
    assertNone(16, 0x86); // protocol type
    assertNone(18, 8); // length of a hardware address
    assertNone(19, 16); // length of an address
    assertNone(21, 0); // operation
    assertNone(21, 3); // operation: a question of RARP
    assertNone(20, 1);
  }

  private static void assertNone(int at, int value) {
    var frame = ArpPacket.probe(SELF, ADDRESS).broadcast();
    frame[at] = (byte) value;
    assertThat(ArpPacket.parse(frame)).as("byte %d is %d", at, value).isEmpty();
  }

  @Test
  void a_group_or_nobody_sends_no_packet() {
    assertThat(
            ArpPacket.parse(ArpPacket.probe(Mac.parse("01:00:5e:00:00:01"), ADDRESS).broadcast()))
        .isEmpty();
    assertThat(ArpPacket.parse(ArpPacket.probe(new Mac(0), ADDRESS).broadcast())).isEmpty();
  }

  @Test
  void any_bytes_are_a_packet_or_none() {
    var random = new Random(4);
    for (int i = 0; i < 10_000; i++) {
      var frame = new byte[random.nextInt(64)];
      random.nextBytes(frame);
      ArpPacket.parse(frame);
      var almost = ArpPacket.probe(SELF, ADDRESS).broadcast();
      almost[random.nextInt(almost.length)] = (byte) random.nextInt();
      ArpPacket.parse(almost).ifPresent(p -> assertThat(p.sender().isMulticast()).isFalse());
    }
  }

  @Test
  void whoever_uses_the_address_contests_it() {
    for (var operation : Operation.values()) {
      assertThat(packet(operation, OTHER, ADDRESS, NEIGHBOUR).contests(ADDRESS, SELF)).isTrue();
      assertThat(packet(operation, SELF, ADDRESS, NEIGHBOUR).contests(ADDRESS, SELF)).isFalse();
      assertThat(packet(operation, OTHER, NEIGHBOUR, ADDRESS).contests(ADDRESS, SELF)).isFalse();
    }
  }

  @Test
  void another_that_probes_for_the_address_contests_it() {
    assertThat(ArpPacket.probe(OTHER, ADDRESS).contests(ADDRESS, SELF)).isTrue();
    assertThat(ArpPacket.probe(SELF, ADDRESS).contests(ADDRESS, SELF)).isFalse();
    assertThat(ArpPacket.probe(OTHER, NEIGHBOUR).contests(ADDRESS, SELF)).isFalse();
    assertThat(packet(Operation.REPLY, OTHER, NONE, ADDRESS).contests(ADDRESS, SELF)).isFalse();
  }

  @Test
  void addresses_are_of_version_4() {
    assertThatThrownBy(() -> ArpPacket.probe(SELF, Ip.parse("fd00::2")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fd00::2");
  }
}
