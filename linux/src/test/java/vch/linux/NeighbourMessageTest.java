package vch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import vch.linux.NeighbourMessage.Kind;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

final class NeighbourMessageTest {
  private static final Mac SELF = Mac.parse("02:42:0a:02:00:02");
  private static final Mac OTHER = Mac.parse("52:54:00:12:34:56");
  private static final Ip ADDRESS = Ip.parse("2001:db8::2:3:4567");
  private static final Ip NEIGHBOUR = Ip.parse("2001:db8::9");

  private static NeighbourMessage of(Kind kind, Mac sender, Ip source, Ip target) {
    return new NeighbourMessage(kind, source, target, sender);
  }

  @Test
  void a_probe_asks_who_has_such_an_address_without_one_of_its_own() {
    assertThat(HexFormat.of().formatHex(NeighbourMessage.probe(SELF, ADDRESS).frame()))
        .isEqualTo(
            "3333ff034567"
                + "02420a020002"
                + "86dd"
                + "60000000"
                + "0018" // 24 bytes
                + "3a" // of ICMPv6
                + "ff" // that no router has let pass
                + "00000000000000000000000000000000"
                + "ff0200000000000000000001ff034567"
                + "8700"
                + "c218" // checksum
                + "00000000"
                + "20010db8000000000000000200034567");
  }

  @Test
  void an_announcement_tells_everybody_and_overrides_what_they_remember() {
    assertThat(HexFormat.of().formatHex(NeighbourMessage.announcement(SELF, ADDRESS).frame()))
        .startsWith("333300000001" + "02420a020002" + "86dd" + "60000000" + "0020" + "3aff")
        .contains("20010db8000000000000000200034567" + "ff020000000000000000000000000001" + "8800")
        .endsWith("20000000" + "20010db8000000000000000200034567" + "0201" + "02420a020002");
  }

  @Test
  void what_was_written_is_read_also_when_the_link_padded_it() {
    for (var message :
        new NeighbourMessage[] {
          NeighbourMessage.probe(OTHER, ADDRESS),
          NeighbourMessage.announcement(OTHER, ADDRESS),
          of(Kind.SOLICITATION, OTHER, NEIGHBOUR, ADDRESS)
        }) {
      var frame = message.frame();
      assertThat(NeighbourMessage.parse(frame)).contains(message);
      assertThat(NeighbourMessage.parse(Arrays.copyOf(frame, 120))).contains(message);
    }
  }

  @Test
  void a_cut_message_is_none() {
    var whole = NeighbourMessage.announcement(SELF, ADDRESS).frame();
    for (int length = 0; length < whole.length; length++) {
      assertThat(NeighbourMessage.parse(Arrays.copyOf(whole, length)))
          .as(length + " bytes")
          .isEmpty();
    }
  }

  @Test
  void every_byte_of_the_message_is_checked() {
    var whole = NeighbourMessage.announcement(SELF, ADDRESS).frame();
    for (int at = 12; at < whole.length; at++) {
      if (at > 14 && at < 18) {
        continue; // traffic class and flow label mean nothing
      }
      var frame = whole.clone();
      frame[at] ^= 0x11;
      assertThat(NeighbourMessage.parse(frame)).as("byte %d", at).isEmpty();
    }
  }

  /// Changes a byte and mends the checksum.
  private static byte[] with(byte[] frame, int at, int value) {
    var out = frame.clone();
    int before = at % 2 == 0 ? (out[at] & 0xff) << 8 : out[at] & 0xff;
    out[at] = (byte) value;
    int after = at % 2 == 0 ? (value & 0xff) << 8 : value & 0xff;
    int sum = ((out[56] & 0xff) << 8 | (out[57] & 0xff)) + before + (~after & 0xffff);
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = (sum & 0xffff) + (sum >>> 16);
    out[56] = (byte) (sum >>> 8);
    out[57] = (byte) sum;
    return out;
  }

  @Test
  void what_breaks_a_rule_is_none() {
    var announcement = NeighbourMessage.announcement(SELF, ADDRESS).frame();
    assertThat(NeighbourMessage.parse(with(announcement, 60, 0))).isPresent();
    assertThat(NeighbourMessage.parse(with(announcement, 54, 133))).as("type").isEmpty();
    assertThat(NeighbourMessage.parse(with(announcement, 55, 1))).as("code").isEmpty();
    assertThat(NeighbourMessage.parse(with(announcement, 58, 0x60)))
        .as("solicited, but to everybody")
        .isEmpty();
    assertThat(NeighbourMessage.parse(with(announcement, 62, 0xff))).as("target").isEmpty();
    assertThat(NeighbourMessage.parse(with(announcement, 79, 0)))
        .as("an option without a length")
        .isEmpty();
    assertThat(NeighbourMessage.parse(with(announcement, 79, 2)))
        .as("an option beyond the end")
        .isEmpty();
    assertThat(NeighbourMessage.parse(with(announcement, 80, 1))).as("a group sends").isEmpty();
    var probe = NeighbourMessage.probe(SELF, ADDRESS).frame();
    assertThat(NeighbourMessage.parse(with(probe, 53, 1))).as("to whom it is sent").isEmpty();
    var far = probe.clone();
    far[21] = (byte) 254;
    assertThat(NeighbourMessage.parse(far)).as("through a router").isEmpty();
  }

  @Test
  void where_no_option_names_it_the_sender_is_that_of_the_frame() {
    var frame = with(NeighbourMessage.announcement(OTHER, ADDRESS).frame(), 78, 14);
    System.arraycopy(SELF.bytes(), 0, frame, 6, 6);
    assertThat(NeighbourMessage.parse(frame).orElseThrow().sender()).isEqualTo(SELF);
  }

  @Test
  void any_bytes_are_a_message_or_none() {
    var random = new Random(6);
    for (int i = 0; i < 10_000; i++) {
      var frame = new byte[random.nextInt(128)];
      random.nextBytes(frame);
      NeighbourMessage.parse(frame);
      var almost =
          with(
              NeighbourMessage.announcement(SELF, ADDRESS).frame(),
              58 + random.nextInt(28),
              random.nextInt(256));
      NeighbourMessage.parse(almost).ifPresent(m -> assertThat(m.sender().isMulticast()).isFalse());
    }
  }

  @Test
  void whoever_has_the_address_or_is_about_to_contests_it() {
    assertThat(NeighbourMessage.announcement(OTHER, ADDRESS).contests(ADDRESS, SELF)).isTrue();
    assertThat(NeighbourMessage.announcement(SELF, ADDRESS).contests(ADDRESS, SELF)).isFalse();
    assertThat(NeighbourMessage.announcement(OTHER, NEIGHBOUR).contests(ADDRESS, SELF)).isFalse();
    assertThat(NeighbourMessage.probe(OTHER, ADDRESS).contests(ADDRESS, SELF)).isTrue();
    assertThat(NeighbourMessage.probe(SELF, ADDRESS).contests(ADDRESS, SELF)).isFalse();
    assertThat(NeighbourMessage.probe(OTHER, NEIGHBOUR).contests(ADDRESS, SELF)).isFalse();
    var asking = of(Kind.SOLICITATION, OTHER, ADDRESS, NEIGHBOUR);
    assertThat(asking.contests(ADDRESS, SELF)).isTrue();
    assertThat(of(Kind.SOLICITATION, OTHER, NEIGHBOUR, ADDRESS).contests(ADDRESS, SELF)).isFalse();
    assertThat(asking.held()).contains(ADDRESS);
    assertThat(NeighbourMessage.probe(OTHER, ADDRESS).held()).isEmpty();
    assertThat(NeighbourMessage.announcement(OTHER, ADDRESS).held()).contains(ADDRESS);
  }

  @Test
  void addresses_are_of_version_6() {
    assertThatThrownBy(() -> NeighbourMessage.probe(SELF, Ip.parse("10.0.0.1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("10.0.0.1");
  }
}
