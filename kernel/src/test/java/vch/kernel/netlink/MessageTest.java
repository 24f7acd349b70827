package vch.kernel.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import vch.kernel.libc.KernelException;

/// Bytes are those of a little-endian machine, which all that we run on are.
final class MessageTest {
  private static String hex(byte[] bytes) {
    return HexFormat.ofDelimiter(" ").formatHex(bytes);
  }

  @Test
  void a_header_and_padded_attributes_are_written_as_the_kernel_reads_them() {
    var message =
        new Message(16, Message.NLM_F_CREATE)
            .u8(1)
            .u8(2)
            .u16(3)
            .text(3, "lo")
            .attribute32(4, 1500)
            .attribute8(9, 7);
    assertThat(hex(message.encode(5)))
        .isEqualTo(
            "2c 00 00 00 10 00 01 04 05 00 00 00 00 00 00 00 "
                + "01 02 03 00 "
                + "07 00 03 00 6c 6f 00 00 "
                + "08 00 04 00 dc 05 00 00 "
                + "05 00 09 00 07 00 00 00");
  }

  @Test
  void a_nest_knows_its_length_and_that_it_is_one() {
    var message =
        new Message(1, 0)
            .nest(2, n -> n.attributeBe32(1, 0x01020304))
            .nestBare(3, n -> n.be16(0x0506));
    assertThat(hex(message.encode(0)).substring(16 * 3))
        .isEqualTo("0c 00 02 80 08 00 01 00 01 02 03 04 " + "06 00 03 00 05 06 00 00");
  }

  @Test
  void a_nest_that_is_too_long_is_refused() {
    assertThatThrownBy(
            () ->
                new Message(1, 0)
                    .nest(2, n -> n.attribute(1, new byte[65_000]).attribute(1, new byte[600])))
        .hasMessageContaining("65535 are possible");
  }

  @Test
  void attributes_are_read_back() {
    var bytes =
        new Message(1, 0)
            .text(1, "name")
            .attribute32(2, -1)
            .attributeBe32(3, 80)
            .nest(4, n -> n.attribute8(1, 255))
            .nest(5, n -> n.nest(1, e -> e.attribute8(7, 1)).nest(1, e -> e.attribute8(7, 2)))
            .encode(0);
    var a = new Attributes(ByteBuffer.wrap(bytes, 16, bytes.length - 16));
    assertThat(a.text(1)).isEqualTo("name");
    assertThat(a.u32(2)).hasValue(-1);
    assertThat(a.be32(3)).hasValue(80);
    assertThat(a.nested(4).u8(1)).hasValue(255);
    assertThat(a.list(5)).extracting(e -> e.u8(7).orElse(0)).containsExactly(1, 2);
    assertThat(a.text(9)).isEmpty();
    assertThat(a.u32(9)).isEmpty();
    assertThat(a.has(9)).isFalse();
  }

  @Test
  void what_is_cut_short_is_not_there() {
    var bytes = new Message(1, 0).text(1, "name").attribute32(2, 7).encode(0);
    for (int length = 16; length < bytes.length; length++) {
      var a = new Attributes(ByteBuffer.wrap(bytes, 16, length - 16));
      assertThat(a.u32(2)).isEmpty();
    }
    assertThat(new Attributes(ByteBuffer.wrap(new byte[] {0, 0, 1, 0, 9, 9, 9, 9})).has(1))
        .isFalse();
  }

  @Test
  void a_datagram_is_cut_into_messages() {
    var one = new Message(7, 0).u32(42).encode(1);
    var datagram = ByteBuffer.allocate(one.length * 2 + 3).put(one).put(one).array();
    var seen = new ArrayList<Reply>();
    Reply.each(datagram, datagram.length, seen::add);
    assertThat(seen).hasSize(2).allMatch(r -> r.type() == 7 && r.body().getInt(0) == 42);
  }

  @Test
  void an_acknowledgement_carries_the_kernels_words() {
    // struct nlmsgerr: -EINVAL, the header of the request (capped), NLMSGERR_ATTR_MSG
    var bytes =
        new Message(2, 0x100 | 0x200)
            .u32(-22)
            .u32(16)
            .u32(0)
            .u32(0)
            .u32(0)
            .text(1, "too odd")
            .encode(9);
    var replies = new ArrayList<Reply>();
    Reply.each(bytes, bytes.length, replies::add);
    var ack = Ack.of(replies.getFirst());
    assertThat(ack.ok()).isFalse();
    assertThat(ack.reason()).isEqualTo("invalid argument (EINVAL): too odd");
    assertThatThrownBy(() -> ack.check("newlink", "br0"))
        .isInstanceOf(KernelException.class)
        .hasMessage("newlink br0 (too odd): invalid argument (EINVAL)");
    assertThat(List.of(Ack.DONE)).allMatch(Ack::ok);
  }
}
