package vch.services.dhcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

final class ReleaseFrameTest {
  private static final Mac CLIENT = Mac.parse("02:42:0a:02:00:02");
  private static final Mac SERVER_MAC = Mac.parse("52:54:00:12:34:56");
  private static final Ip ADDRESS = Ip.parse("10.2.0.2");
  private static final Ip SERVER = Ip.parse("10.2.0.1");
  private static final byte[] CLIENT_ID = HexFormat.of().parseHex("0102420a020002");

  private static byte[] frame(Optional<Mac> serverMac, byte[] clientId) {
    return new ReleaseFrame(0x01020304, CLIENT, ADDRESS, SERVER, serverMac, clientId).bytes();
  }

  private static String hex(byte[] bytes, int from, int length) {
    return HexFormat.of().formatHex(bytes, from, from + length);
  }

  @Test
  void every_byte_is_where_the_server_looks_for_it() {
    var frame = frame(Optional.of(SERVER_MAC), CLIENT_ID);
    assertThat(frame).hasSize(14 + 20 + 8 + 300);
    assertThat(hex(frame, 0, 14)).isEqualTo("525400123456" + "02420a020002" + "0800");
    // Version, length 328, identification, don't fragment, hops, UDP, checksum, from, to.
    assertThat(hex(frame, 14, 20))
        .isEqualTo("4500" + "0148" + "0000" + "4000" + "4011" + "259f" + "0a020002" + "0a020001");
    assertThat(hex(frame, 34, 6)).isEqualTo("0044" + "0043" + "0134");
    // A question over Ethernet, xid, seconds and flags, ciaddr, yiaddr, siaddr, giaddr, chaddr.
    assertThat(hex(frame, 42, 44))
        .isEqualTo(
            "01010600"
                + "01020304"
                + "00000000"
                + "0a020002"
                + "000000000000000000000000"
                + "02420a02000200000000000000000000");
    assertThat(hex(frame, 86, 192)).as("sname and file").matches("0*");
    assertThat(hex(frame, 278, 23))
        .isEqualTo("63825363" + "350107" + "36040a020001" + "3d070102420a020002" + "ff");
    assertThat(hex(frame, 301, 41)).as("padding").matches("0*");
  }

  /// RFC 1071: over what carries its checksum the sum is all ones.
  private static int sum(byte[] bytes) {
    var in = ByteBuffer.wrap(Arrays.copyOf(bytes, bytes.length + bytes.length % 2));
    long sum = 0;
    while (in.hasRemaining()) {
      sum += in.getShort() & 0xffff;
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) sum;
  }

  @Test
  void checksums_are_right_for_any_content() {
    for (int length = 2; length <= 255; length++) {
      var id = new byte[length];
      Arrays.fill(id, (byte) (length * 7));
      var frame = frame(Optional.empty(), id);
      assertThat(sum(Arrays.copyOfRange(frame, 14, 34))).isEqualTo(0xffff);
      int udp = frame.length - 34;
      var pseudo =
          ByteBuffer.allocate(12 + udp)
              .put(frame, 26, 8)
              .putShort((short) 17)
              .putShort((short) udp)
              .put(frame, 34, udp)
              .array();
      assertThat(sum(pseudo)).as("client id of %d bytes", length).isEqualTo(0xffff);
    }
  }

  @Test
  void a_checksum_of_zero_is_sent_as_all_ones() {
    // The transaction takes up whatever the rest sums to.
    for (int i = 0; i <= 0xffff; i++) {
      var frame = new ReleaseFrame(i, CLIENT, ADDRESS, SERVER, Optional.empty(), CLIENT_ID).bytes();
      int checksum = ByteBuffer.wrap(frame).getShort(40) & 0xffff;
      assertThat(checksum).isNotZero();
    }
  }

  @Test
  void without_the_servers_ethernet_address_everybody_gets_the_frame() {
    var frame = frame(Optional.empty(), CLIENT_ID);
    assertThat(hex(frame, 0, 6)).isEqualTo("ffffffffffff");
    assertThat(hex(frame, 30, 4)).as("still for the server alone").isEqualTo("0a020001");
  }

  @Test
  void without_a_client_identifier_there_is_no_option_for_it() {
    var frame = frame(Optional.empty(), new byte[0]);
    assertThat(hex(frame, 282, 10)).isEqualTo("350107" + "36040a020001" + "ff");
  }

  @Test
  void a_long_client_identifier_makes_the_message_longer() {
    var frame = frame(Optional.empty(), new byte[255]);
    assertThat(frame).hasSize(14 + 20 + 8 + 240 + 3 + 6 + 2 + 255 + 1);
    assertThat(frame[frame.length - 1]).isEqualTo((byte) 255);
  }

  @Test
  void what_no_client_has_is_refused() {
    assertThatThrownBy(() -> frame(Optional.empty(), new byte[256]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("256");
    assertThatThrownBy(() -> frame(Optional.empty(), new byte[1]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                new ReleaseFrame(
                    1, CLIENT, Ip.parse("fd00::2"), SERVER, Optional.empty(), CLIENT_ID))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fd00::2");
  }
}
