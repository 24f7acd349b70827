package vch.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Compares text with a file under `src/test/golden` of the module. `-Dgolden=update` rewrites the
/// file; the review reads the diff.
public final class Golden {
  private Golden() {}

  /// Compares, or rewrites.
  ///
  /// @param name path below `src/test/golden`, with its ending
  public static void check(String name, String actual) {
    var file = Path.of("src/test/golden").resolve(name);
    try {
      if ("update".equals(System.getProperty("golden"))) {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, actual);
      }
      if (!Files.exists(file)) {
        throw new AssertionError(
            "no golden file "
                + file
                + "; run with -Dgolden=update and read it. It would say:\n"
                + actual);
      }
      var expected = Files.readString(file);
      if (!expected.equals(actual)) {
        throw new AssertionError(
            file + " differs.\n--- expected\n" + expected + "\n--- actual\n" + actual);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("golden file " + file, e);
    }
  }
}
