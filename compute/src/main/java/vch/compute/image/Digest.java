package vch.compute.image;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/// A SHA-256 of content: what images, layers and manifests are called. Written `sha256:` and 64
/// lower-case hex digits.
public record Digest(String hex) implements Comparable<Digest> {
  private static final String PREFIX = "sha256:";

  public Digest {
    if (hex.length() != 64
        || !hex.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
      throw new IllegalArgumentException("'" + hex + "' is not 64 lower-case hex digits");
    }
  }

  /// Empty when the text is no SHA-256 digest.
  public static Optional<Digest> tryParse(String text) {
    if (!text.startsWith(PREFIX)) {
      return Optional.empty();
    }
    var hex = text.substring(PREFIX.length());
    boolean good =
        hex.length() == 64
            && hex.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    return good ? Optional.of(new Digest(hex)) : Optional.empty();
  }

  /// Parses `sha256:` and 64 hex digits.
  ///
  /// @throws IllegalArgumentException when the text is no SHA-256 digest
  public static Digest parse(String text) {
    return tryParse(text)
        .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not a sha256 digest"));
  }

  public static Digest of(byte[] content) {
    return finish(hasher(), content);
  }

  private static Digest finish(MessageDigest hasher, byte[] content) {
    hasher.update(content);
    return of(hasher);
  }

  /// What the hasher has seen; the hasher starts anew.
  public static Digest of(MessageDigest hasher) {
    return new Digest(HexFormat.of().formatHex(hasher.digest()));
  }

  public static MessageDigest hasher() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java run time has SHA-256", e);
    }
  }

  /// The first 12 digits, as Docker shows it.
  public String brief() {
    return hex.substring(0, 12);
  }

  @Override
  public int compareTo(Digest other) {
    return hex.compareTo(other.hex);
  }

  @Override
  public String toString() {
    return PREFIX + hex;
  }
}
