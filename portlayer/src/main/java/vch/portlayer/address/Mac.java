package vch.portlayer.address;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// An Ethernet address (EUI-48) as a 48-bit number.
public record Mac(long number) implements Comparable<Mac> {
  /// Everybody on a segment.
  public static final Mac BROADCAST = new Mac(0xffff_ffff_ffffL);

  private static final Pattern TEXT = Pattern.compile("([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}");

  public Mac {
    if ((number >>> 48) != 0) {
      throw new IllegalArgumentException("an Ethernet address has 48 bits");
    }
  }

  /// Parses `02:42:ac:11:00:02`, also with `-`; empty when the text is not of that form.
  public static Optional<Mac> tryParse(String text) {
    if (!TEXT.matcher(text).matches()) {
      return Optional.empty();
    }
    return Optional.of(new Mac(Long.parseLong(text.replace(":", "").replace("-", ""), 16)));
  }

  public static Mac parse(String text) {
    return tryParse(text)
        .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not a MAC address"));
  }

  /// A locally administered unicast address made of 46 bits of `seed`.
  public static Mac local(long seed) {
    return new Mac((seed & 0xfcff_ffff_ffffL) | 0x0200_0000_0000L);
  }

  /// The address of whoever has `address` on a segment. It is always the same, so that neighbours
  /// which remember it reach also the next that gets the address, at once.
  ///
  /// @param segment an id of which there is no other
  public static Mac at(String segment, Ip address) {
    try {
      var text = (segment + "/" + address).getBytes(StandardCharsets.UTF_8);
      return local(ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(text)).getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /// The link-local address that Linux gives a link with this address: the modified EUI-64 of RFC
  /// 4291 appendix A.
  public Ip linkLocal() {
    long oui = (number >>> 24 ^ 0x02_0000) & 0xff_ffff;
    return new Ip(Family.IPV6, 0xfe80L << 48, oui << 40 | 0xff_feL << 24 | (number & 0xff_ffff));
  }

  public boolean isMulticast() {
    return (number >>> 40 & 1) == 1;
  }

  /// 6 bytes, as on the wire.
  public byte[] bytes() {
    var out = new byte[6];
    for (int i = 0; i < 6; i++) {
      out[i] = (byte) (number >>> (40 - 8 * i));
    }
    return out;
  }

  public static Mac of(byte[] bytes) {
    long n = 0;
    for (byte b : bytes) {
      n = n << 8 | (b & 0xff);
    }
    return new Mac(n);
  }

  @Override
  public int compareTo(Mac other) {
    return Long.compare(number, other.number);
  }

  @Override
  public String toString() {
    var out = new StringBuilder(17);
    for (byte b : bytes()) {
      out.append(out.isEmpty() ? "" : ":").append(String.format(Locale.ROOT, "%02x", b));
    }
    return out.toString();
  }
}
