package vch.compute.volume;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import vch.compute.files.Trees;
import vch.engine.compute.Volumes;
import vch.kernel.libc.Chmod;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.vch.VchId;

/// Volumes below `<state>/volumes/<vch>/<name>/_data`; over the directory of one with driver
/// options is what they name, for as long as containers use it. Thread safe: this guards mounting.
public final class DirectoryVolumes implements Volumes {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");
  private static final int NAME_LENGTH_MAX = 255; // NAME_MAX of limits.h

  private final Path volumes;

  private final Options options;

  /// @param options of a volume, from the record
  public DirectoryVolumes(Path state, Options options) {
    this.volumes = state.resolve("volumes");
    this.options = options;
  }

  /// Tells the driver options of volumes.
  @FunctionalInterface
  public interface Options {
    /// Empty: none, or no such volume.
    Map<String, String> of(VchId vch, String name);
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
  public synchronized void mount(VchId vch, String name) {
    var given = options.of(vch, name);
    if (given.isEmpty()) {
      return;
    }
    var data = mountpoint(vch, name);
    try {
      if (!LocalMount.isMounted(data)) {
        LocalMount.of(given).at(data);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("mount volume " + name, e);
    }
  }

  @Override
  public synchronized void unmount(VchId vch, String name, BooleanSupplier unused) {
    var data = mountpoint(vch, name);
    if (!options.of(vch, name).isEmpty() && Files.exists(data) && unused.getAsBoolean()) {
      unmount(data);
    }
  }

  private static void unmount(Path data) {
    try {
      LocalMount.unmount(data);
    } catch (IOException e) {
      throw new UncheckedIOException("unmount " + data, e);
    }
  }

  /// What was mounted over the directory stays as it is.
  @Override
  public synchronized void delete(VchId vch, String name) {
    var home = home(vch, name);
    if (Files.exists(home)) {
      unmount(
          home.resolve("_data")); // the record is gone, so nobody can tell whether it had options
    }
    Trees.delete(home);
  }

  @Override
  public long sizeBytes(VchId vch, String name) {
    var data = mountpoint(vch, name);
    return Files.isDirectory(data) ? Trees.bytes(data) : 0;
  }
}
