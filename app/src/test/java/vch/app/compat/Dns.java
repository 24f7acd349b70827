package vch.app.compat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// DNS messages (RFC 1035) as far as the tests need them: a client, and a name server of a
/// neighbour.
final class Dns {
  static final int A = 1;
  static final int PTR = 12;
  static final int TXT = 16;
  static final int AAAA = 28;

  private static final int NAME_ERROR = 3;
  private static final int HEADER_BYTES = 12;

  private Dns() {}

  /// @param code 0: no error, 2: server failed, 3: no such name, 5: refused, -1: no answer
  /// @param data addresses and names of the answers, in order
  record Reply(int code, List<String> data) {
    static final Reply NONE = new Reply(-1, List.of());

    static Reply of(String... data) {
      return new Reply(0, List.of(data));
    }

    static Reply code(int code) {
      return new Reply(code, List.of());
    }
  }

  static Reply ask(Traffic traffic, Spot from, String server, String name, int type) {
    return traffic.exchange(from, server, 53, query(name, type)).map(Dns::reply).orElse(Reply.NONE);
  }

  /// `4.3.2.1.in-addr.arpa` of 1.2.3.4.
  static String reverse(String address) {
    return String.join(".", List.of(address.split("\\.")).reversed()) + ".in-addr.arpa";
  }

  private static byte[] query(String name, int type) {
    var out = ByteBuffer.allocate(512);
    out.putShort((short) 0x1234)
        .putShort((short) 0x0100)
        .putShort((short) 1)
        .putShort((short) 0)
        .putInt(0);
    for (var label : name.split("\\.")) {
      out.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
    }
    out.put((byte) 0).putShort((short) type).putShort((short) 1);
    return java.util.Arrays.copyOf(out.array(), out.position());
  }

  private static Reply reply(byte[] bytes) {
    var in = ByteBuffer.wrap(bytes);
    int answers = in.getShort(6);
    in.position(HEADER_BYTES);
    name(in);
    in.getInt();
    var data = new ArrayList<String>();
    for (int i = 0; i < answers; i++) {
      name(in);
      int type = in.getShort();
      in.position(in.position() + 6);
      int length = in.getShort();
      int end = in.position() + length;
      data.add(
          switch (type) {
            case A ->
                (in.get() & 0xff)
                    + "."
                    + (in.get() & 0xff)
                    + "."
                    + (in.get() & 0xff)
                    + "."
                    + (in.get() & 0xff);
            case PTR -> name(in);
            default -> HexFormat.of().formatHex(bytes, in.position(), end);
          });
      in.position(end);
    }
    return new Reply(bytes[3] & 0xf, List.copyOf(data));
  }

  private static String name(ByteBuffer in) {
    var out = new StringBuilder();
    int length = in.get() & 0xff;
    while (length > 0) {
      if (length >= 0xc0) {
        int at = (length & 0x3f) << 8 | in.get() & 0xff;
        return out + name(in.duplicate().position(at));
      }
      var label = new byte[length];
      in.get(label);
      out.append(new String(label, StandardCharsets.US_ASCII)).append('.');
      length = in.get() & 0xff;
    }
    return out.isEmpty() ? "." : out.substring(0, out.length() - 1);
  }

  /// A name server: knows what ends in `.test`, by one address, and nothing else. Writes down what
  /// it was asked.
  static final class Upstream {
    final List<String> asked = new CopyOnWriteArrayList<>();
    private final byte[] address;

    Upstream(Traffic traffic, Spot where, String answer) {
      var parts = answer.split("\\.");
      address =
          new byte[] {
            (byte) Integer.parseInt(parts[0]),
            (byte) Integer.parseInt(parts[1]),
            (byte) Integer.parseInt(parts[2]),
            (byte) Integer.parseInt(parts[3])
          };
      traffic.datagrams(where, 53, (query, _) -> answer(query));
    }

    private byte[] answer(byte[] query) {
      var in = ByteBuffer.wrap(query).position(HEADER_BYTES);
      var name = name(in);
      int type = in.getShort();
      int end = in.position() + 2;
      asked.add(name + " " + type);
      boolean known = name.toLowerCase(java.util.Locale.ROOT).endsWith(".test");
      boolean told = known && type == A;
      var out = ByteBuffer.allocate(512);
      out.put(query, 0, end).position(2);
      out.putShort((short) (0x8180 | (known ? 0 : NAME_ERROR)))
          .putShort((short) 1)
          .putShort((short) (told ? 1 : 0))
          .putInt(0);
      out.position(end);
      if (told) {
        out.putShort((short) 0xc00c)
            .putShort((short) A)
            .putShort((short) 1)
            .putInt(300)
            .putShort((short) 4)
            .put(address);
      }
      return java.util.Arrays.copyOf(out.array(), out.position());
    }
  }
}
