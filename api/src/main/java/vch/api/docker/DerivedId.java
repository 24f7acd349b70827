package vch.api.docker;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import vch.portlayer.container.Container;

/// Ids of things that have one in Docker and none here. They are the same each time, and another
/// for each run of a container.
public final class DerivedId {
  private DerivedId() {}

  /// Of the sandbox, which here is a container and its run.
  public static String sandbox(Container container) {
    return of(container.id().value() + "/" + container.state().run());
  }

  /// Of the place on network none, which here is no place at all.
  public static String endpointOnNone(Container container) {
    return of(container.id().value() + "/" + container.state().run() + "/none");
  }

  private static String of(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
