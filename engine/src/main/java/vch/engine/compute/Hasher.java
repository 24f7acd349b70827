package vch.engine.compute;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Makes the SHA-256 of content that comes in pieces. For one content and one thread; closed in any
/// case.
public interface Hasher extends AutoCloseable {
  void update(byte[] bytes, int from, int length) throws IOException;

  /// The digest of all that came, 64 lower-case hex digits. Nothing may come after that.
  String hex() throws IOException;

  /// Gives up what is not finished.
  @Override
  void close();

  /// One that computes on the caller's thread.
  static Hasher here() {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java run time has SHA-256", e);
    }
    return new Hasher() {
      @Override
      public void update(byte[] bytes, int from, int length) {
        digest.update(bytes, from, length);
      }

      @Override
      public String hex() {
        return HexFormat.of().formatHex(digest.digest());
      }

      @Override
      public void close() {}
    };
  }
}
