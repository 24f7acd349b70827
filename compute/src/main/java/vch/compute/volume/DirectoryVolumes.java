package vch.compute.volume;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import vch.compute.rootfs.Trees;
import vch.engine.compute.Volumes;
import vch.kernel.libc.Chmod;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.vch.VchId;

/// Volumes below `<state>/volumes/<vch>/<name>/_data`. Holds no state of its own.
public final class DirectoryVolumes implements Volumes {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");
  private static final int NAME_LENGTH_MAX = 255; // NAME_MAX of limits.h

  private final Path volumes;

  public DirectoryVolumes(Path state) {
    this.volumes = state.resolve("volumes");
  }

  @Override
  public Path mountpoint(VchId vch, String name) {
    return home(vch, name).resolve("_data");
  }

  private Path home(VchId vch, String name) {
    if (!NAME.matcher(name).matches() || name.length() > NAME_LENGTH_MAX) {
      throw new Refusal.Invalid(
          "\""
              + name
              + "\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are"
              + " allowed. If you intended to pass a host directory, use absolute path");
    }
    return volumes.resolve(vch.value()).resolve(name);
  }

  @Override
  public void create(VchId vch, String name) {
    var data = mountpoint(vch, name);
    if (Files.isDirectory(data)) {
      return;
    }
    try {
      Files.createDirectories(data);
      Chmod.chmod(data, 0755);
    } catch (IOException e) {
      throw new UncheckedIOException("make volume " + name, e);
    }
  }

  @Override
  public void delete(VchId vch, String name) {
    Trees.delete(home(vch, name));
  }

  @Override
  public long sizeBytes(VchId vch, String name) {
    var data = mountpoint(vch, name);
    return Files.isDirectory(data) ? Trees.bytes(data) : 0;
  }
}
