package vch.build.context;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.function.Supplier;
import vch.engine.compute.Hasher;
import vch.engine.compute.Images;

/// What reading archives needs.
///
/// @param scratch new paths for spool files
/// @param hashers one for each file
/// @param decompression takes the compression of an archive away
public record Workbench(
    Supplier<Path> scratch, Supplier<Hasher> hashers, Decompression decompression) {
  /// How the compression of an archive is taken away.
  public interface Decompression {
    /// @throws vch.archive.BadArchiveException here or while reading: it is damaged
    InputStream of(InputStream archive) throws IOException;
  }

  /// That of where images are kept.
  public static Workbench of(Images images) {
    return new Workbench(images::scratch, images::hasher, images::decompressed);
  }
}
