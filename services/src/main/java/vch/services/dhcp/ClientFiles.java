package vch.services.dhcp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import vch.portlayer.container.EndpointId;

/// What client and daemon tell each other of one endpoint:
///
/// ```
/// <endpoint id>.client   what the client was started with; the daemon writes it
///               .pid     of the client
///               .log     what udhcpc says
///               .fresh   the client has not begun yet
///               .lease   what it has; written by its script, as all that follows
///               .routes  that it put on the link
///               .fails   how often no server answered
///               .seen    the lease that a renewal is due for
/// ```
///
/// @param directory of all endpoints; scripts are there too
record ClientFiles(Path directory, EndpointId id) {
  static final String LEASE = ".lease";
  private static final String CLIENT = ".client";
  private static final List<String> ENDINGS =
      List.of(
          ".pid",
          LEASE,
          ".log",
          ".fresh",
          ".routes",
          ".fails",
          ".seen",
          ".new",
          ".routes.new",
          LEASE + ".next",
          CLIENT + ".next",
          CLIENT); // last: without it there is nothing

  /// The endpoint that a file of the directory belongs to.
  static Optional<EndpointId> owner(String fileName) {
    return fileName.matches("[0-9a-f]{64}\\..*")
        ? Optional.of(new EndpointId(fileName.substring(0, 64)))
        : Optional.empty();
  }

  /// Path of the files without their endings.
  String base() {
    return directory.resolve(id.value()).toString();
  }

  private Path file(String ending) {
    return directory.resolve(id.value() + ending);
  }

  Path pid() {
    return file(".pid");
  }

  Path log() {
    return file(".log");
  }

  Optional<String> lease() {
    return read(LEASE);
  }

  Optional<String> client() {
    return read(CLIENT);
  }

  void writeClient(String text) {
    write(directory, id.value() + CLIENT, text);
  }

  /// There is no lease, but the script may find its address on the link.
  void forgetLease() {
    lease()
        .flatMap(t -> t.lines().filter(l -> l.startsWith("address ")).findFirst())
        .ifPresent(line -> write(directory, id.value() + LEASE, "none ended\n" + line + "\n"));
  }

  /// Another client of the same endpoint, in the same namespace, goes on with what the former left
  /// on the link.
  void prepareNext() throws IOException {
    Files.deleteIfExists(pid());
    Files.deleteIfExists(file(".fails"));
    Files.writeString(file(".fresh"), "");
    Files.writeString(log(), "");
  }

  void remove() {
    for (var ending : ENDINGS) {
      try {
        Files.deleteIfExists(file(ending));
      } catch (IOException e) {
        throw new UncheckedIOException("remove " + file(ending), e);
      }
    }
  }

  private Optional<String> read(String ending) {
    return text(file(ending));
  }

  /// Empty when there is no such file. What is no text reads as question marks.
  static Optional<String> text(Path file) {
    try {
      return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("read " + file, e);
    }
  }

  /// The file appears whole: clients may read it at any time.
  static void write(Path directory, String name, String text) {
    var file = directory.resolve(name);
    var next = directory.resolve(name + ".next");
    try {
      Files.writeString(next, text);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("write " + file, e);
    }
  }
}
