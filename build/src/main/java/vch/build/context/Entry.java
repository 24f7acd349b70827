package vch.build.context;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/// A file, directory, link or node of a [FileSet].
///
/// @param path without a leading slash; empty: the root
/// @param link target of a symbolic link; else empty
/// @param size of a file's content, bytes
/// @param offset where the content is in the spool
/// @param digest SHA-256 of the content, hex; empty for what has none
/// @param shared another entry has the same content, as a hard link
/// @param deviceMajor number of a node, with `deviceMinor`
/// @param attributes extended ones by name; a value is text of one character for each byte
public record Entry(
    String path,
    Kind kind,
    int mode,
    long uid,
    long gid,
    Instant modified,
    String link,
    long size,
    long offset,
    String digest,
    boolean shared,
    int deviceMajor,
    int deviceMinor,
    Map<String, String> attributes) {
  /// What an entry is.
  public enum Kind {
    FILE,
    DIRECTORY,
    LINK,
    FIFO,
    CHARACTERS,
    BLOCKS
  }

  public Entry {
    attributes = Map.copyOf(attributes);
  }

  /// The extended attributes as they are.
  Map<String, byte[]> rawAttributes() {
    var out = new TreeMap<String, byte[]>();
    attributes.forEach((name, value) -> out.put(name, value.getBytes(StandardCharsets.ISO_8859_1)));
    return out;
  }

  static Entry directory(String path) {
    return made(path, Instant.EPOCH);
  }

  /// The directory that everything is in.
  public static Entry root() {
    return directory("");
  }

  /// A directory that no archive has.
  public static Entry made(String path, Instant at) {
    return new Entry(path, Kind.DIRECTORY, 0755, 0, 0, at, "", 0, 0, "", false, 0, 0, Map.of());
  }

  public boolean isDirectory() {
    return kind == Kind.DIRECTORY;
  }

  /// The last name of the path.
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /// What decides whether a copy of it is the same as another: not the time.
  String identity(String as) {
    var always = identityOfAll(as);
    return attributes.isEmpty() ? always : always + "\0" + new TreeMap<>(attributes);
  }

  private String identityOfAll(String as) {
    return String.join(
        "\0",
        as,
        kind.name(),
        Integer.toOctalString(mode),
        Long.toString(uid),
        Long.toString(gid),
        link,
        Long.toString(size),
        digest,
        deviceMajor + ":" + deviceMinor);
  }
}
