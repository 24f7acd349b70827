package vch.compute.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import vch.compute.image.archive.Rights;
import vch.kernel.libc.Mknod;

/// Notes what only root may do. A device is an empty file; a FIFO, which anybody may make, is one.
public final class QuietRights implements Rights {
  private static final int S_IFIFO = 0x1000;

  public QuietRights() {}

  public final Map<String, String> owners = new LinkedHashMap<>();
  public final Map<String, byte[]> attributes = new LinkedHashMap<>();
  public final Map<String, String> nodes = new LinkedHashMap<>();
  private Optional<Path> root = Optional.empty();

  public QuietRights below(Path directory) {
    root = Optional.of(directory);
    return this;
  }

  private String name(Path path) {
    return root.map(r -> r.relativize(path).toString()).orElse(path.toString());
  }

  @Override
  public void owner(Path path, int uid, int gid) {
    owners.put(name(path), Integer.toUnsignedString(uid) + ":" + Integer.toUnsignedString(gid));
  }

  @Override
  public void mode(Path path, int mode) throws IOException {
    Files.setAttribute(path, "unix:mode", mode);
  }

  @Override
  public void attribute(Path path, String name, byte[] value) {
    attributes.put(name(path) + " " + name, value);
  }

  @Override
  public void node(Path path, int kind, int major, int minor) throws IOException {
    if (kind == S_IFIFO) {
      Mknod.mknod(path, kind | 0600, 0);
    } else {
      Files.createFile(path);
    }
    nodes.put(name(path), Integer.toHexString(kind) + " " + major + ":" + minor);
  }

  @Override
  public void settle(Path directory) {}
}
