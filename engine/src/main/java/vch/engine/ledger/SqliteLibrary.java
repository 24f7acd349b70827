package vch.engine.ledger;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;
import org.sqlite.SQLiteJDBCLoader;

/// The native library of the SQLite driver, unpacked once a version below the state directory. Left
/// to itself the driver unpacks it into the temporary directory at every start, and leaves it there
/// when the daemon is killed.
final class SqliteLibrary {
  private static final String NAME = "libsqlitejdbc.so";

  private SqliteLibrary() {}

  /// Tells the driver to take the library from below the state directory. Without effect once it
  /// has loaded one.
  static void use(Path stateDirectory) throws IOException {
    if (System.getProperty("org.sqlite.lib.path") != null) {
      return; // said by whoever started us
    }
    var directory = unpack(stateDirectory);
    if (directory.isPresent()) { // else another platform: the driver knows better
      System.setProperty("org.sqlite.lib.path", directory.get().toString());
      System.setProperty("org.sqlite.lib.name", NAME);
    }
  }

  /// Unpacks the library unless it is there.
  ///
  /// @return the directory that holds it
  static Optional<Path> unpack(Path stateDirectory) throws IOException {
    var source =
        SQLiteJDBCLoader.class.getResource(
            "/org/sqlite/native/Linux/" + architecture() + "/" + NAME);
    if (source == null) {
      return Optional.empty();
    }
    var directory =
        stateDirectory.resolve("native").resolve("sqlite-" + SQLiteJDBCLoader.getVersion());
    var library = directory.resolve(NAME);
    if (!Files.exists(library)) {
      Files.createDirectories(directory);
      var unfinished = Files.createTempFile(directory, NAME, ".tmp");
      try (var in = source.openStream()) {
        Files.copy(in, unfinished, StandardCopyOption.REPLACE_EXISTING);
        Files.move(unfinished, library, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(unfinished);
      }
    }
    return Optional.of(directory.toAbsolutePath());
  }

  private static String architecture() {
    var arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return arch.equals("amd64") ? "x86_64" : arch;
  }
}
