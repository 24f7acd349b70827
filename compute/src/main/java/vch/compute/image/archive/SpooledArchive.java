package vch.compute.image.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import vch.archive.BadArchiveException;
import vch.archive.Compression;
import vch.archive.TarReader;

/// An archive of images, its files spooled to disk under numbers: names in the archive never become
/// names on this machine. For one thread.
public final class SpooledArchive implements AutoCloseable {
  public static final int FILES_MAX = 100_000;

  /// Of all files together.
  public static final long BYTES_MAX = 512L << 30;

  private static final int LINKS_MAX = 40;

  private final Path directory;
  private final Map<String, Path> files = new HashMap<>();
  private final Map<String, String> links = new HashMap<>();

  private SpooledArchive(Path directory) {
    this.directory = directory;
  }

  /// Reads a whole archive.
  ///
  /// @param in plain or compressed
  /// @param directory is made, and removed at the end
  /// @param libraries see [Compression#open(InputStream, Path)]
  public static SpooledArchive read(InputStream in, Path directory, Path libraries)
      throws IOException {
    Files.createDirectory(directory);
    var archive = new SpooledArchive(directory);
    try {
      archive.fill(
          new BoundedInputStream(Compression.open(in, libraries), BYTES_MAX, "the archive"));
      return archive;
    } catch (IOException e) {
      archive.close();
      throw e;
    }
  }

  private void fill(InputStream plain) throws IOException {
    var tar = new TarReader(plain);
    int count = 0;
    for (var next = tar.next(); next.isPresent(); next = tar.next()) {
      var entry = next.get();
      if (++count > FILES_MAX) {
        throw new BadArchiveException("the archive has more than " + FILES_MAX + " entries");
      }
      var name = normal(entry.getName());
      if (entry.isSymbolicLink()) {
        links.put(name, normal(parent(name) + "/" + entry.getLinkName()));
      } else if (entry.isLink()) {
        links.put(name, normal(entry.getLinkName()));
      } else if (entry.isFile() && !entry.isSparse()) {
        var file = directory.resolve(Integer.toString(count));
        Files.copy(tar, file, StandardCopyOption.REPLACE_EXISTING);
        files.put(name, file);
      }
      tar.transferTo(java.io.OutputStream.nullOutputStream());
    }
    plain.transferTo(java.io.OutputStream.nullOutputStream());
    if (count == 0) {
      throw new BadArchiveException("the archive is empty, or no tar archive");
    }
  }

  private static String parent(String name) {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }

  private static String normal(String name) throws BadArchiveException {
    return String.join("/", LayerRoot.components(name));
  }

  /// The file with this name, links followed within the archive.
  public Optional<Path> file(String name) throws IOException {
    var at = normal(name);
    for (int i = 0; i < LINKS_MAX; i++) {
      var found = files.get(at);
      if (found != null) {
        return Optional.of(found);
      }
      var next = links.get(at);
      if (next == null) {
        return Optional.empty();
      }
      at = next;
    }
    return Optional.empty();
  }

  /// The contents of a small file.
  ///
  /// @throws BadArchiveException it is missing, or larger than `max` bytes
  public byte[] bytes(String name, int max) throws IOException {
    var file =
        file(name)
            .orElseThrow(() -> new BadArchiveException("the archive has no file \"" + name + "\""));
    if (Files.size(file) > max) {
      throw new BadArchiveException(
          "file \"" + name + "\" of the archive is larger than " + max + " bytes");
    }
    return Files.readAllBytes(file);
  }

  @Override
  public void close() throws IOException {
    try (var list = Files.list(directory)) {
      for (var file : list.toList()) {
        Files.deleteIfExists(file);
      }
    } catch (FileSystemException e) {
      throw new IOException("the spooled archive could not be removed: " + e.getMessage(), e);
    }
    Files.deleteIfExists(directory);
  }
}
