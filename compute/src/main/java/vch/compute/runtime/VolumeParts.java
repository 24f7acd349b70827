package vch.compute.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import vch.compute.files.VolumePart;
import vch.engine.compute.Volumes;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Mount;
import vch.portlayer.container.Container;

/// The parts of volumes that a container mounts (`volume-subpath`). The runtime takes paths only,
/// and what is in a volume may be exchanged at any time, so each part is mounted by its descriptor
/// where only we are, until the runtime has mounted it from there. For one thread.
final class VolumeParts implements AutoCloseable {
  private final Path directory;
  private final Map<String, Path> byTarget = new HashMap<>();

  private VolumeParts(Path directory) {
    this.directory = directory;
  }

  /// @throws vch.portlayer.refusal.Refusal.Invalid a part is not there
  static VolumeParts hold(Container container, Volumes volumes, Bundle bundle) throws IOException {
    var out = new VolumeParts(bundle.parts());
    try {
      for (var mount : container.spec().mounts()) {
        if (!mount.volumePart().isEmpty()) {
          out.hold(container, mount, volumes);
        }
      }
      return out;
    } catch (IOException | RuntimeException e) {
      out.close();
      throw e;
    }
  }

  private void hold(Container container, vch.portlayer.container.Mount mount, Volumes volumes)
      throws IOException {
    volumes.mount(container.vch(), mount.source());
    var volume = volumes.mountpoint(container.vch(), mount.source());
    try (var part = VolumePart.hold(volume, mount.volumePart(), mount.source())) {
      Files.createDirectories(directory);
      var at = directory.resolve(Integer.toString(byTarget.size()));
      if (Files.isDirectory(Path.of(part.path()))) {
        Files.createDirectory(at);
      } else {
        Files.createFile(at);
      }
      byTarget.put(mount.target(), at);
      Mount.mount(part.path(), at, "", Mount.MS_BIND | Mount.MS_REC, "");
    }
  }

  /// Where each part is, by target of its mount.
  Map<String, Path> paths() {
    return Map.copyOf(byTarget);
  }

  @Override
  public void close() {
    release(directory);
  }

  /// Unmounts what is left in the directory. Has to come before anything is deleted there.
  static void release(Path directory) {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (var parts = Files.list(directory)) {
      parts.forEach(
          part -> {
            try {
              Mount.unmount(part, Mount.MNT_DETACH | Mount.UMOUNT_NOFOLLOW);
            } catch (KernelException e) {
              if (!e.is(Errno.EINVAL)) { // EINVAL: nothing is mounted there
                throw e;
              }
            }
          });
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
