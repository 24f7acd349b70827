package vch.build.context;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;

/// SHA-256 of texts.
public final class Hash {
  private Hash() {}

  /// A digest of texts, each ended by a line feed; 64 hex digits.
  public static String of(Collection<String> texts) {
    try {
      var hasher = MessageDigest.getInstance("SHA-256");
      for (var text : texts) {
        hasher.update(text.getBytes(StandardCharsets.UTF_8));
        hasher.update((byte) '\n');
      }
      return HexFormat.of().formatHex(hasher.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
