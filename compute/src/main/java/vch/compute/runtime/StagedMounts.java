package vch.compute.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import vch.compute.files.TreePart;
import vch.compute.rootfs.ImageRoots;
import vch.engine.compute.Volumes;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Mount;
import vch.portlayer.container.Container;

/// The images that a container mounts, and the parts of images and volumes (`image-subpath`,
/// `volume-subpath`). The runtime takes paths only, and what is in a volume may be exchanged at any
/// time, so each is mounted where only we are, parts by their descriptors, until the runtime has
/// mounted it from there. For one thread.
final class StagedMounts implements AutoCloseable {
  private final Path directory;
  private final Volumes volumes;
  private final ImageRoots images;
  private final Map<String, Path> byTarget = new HashMap<>();
  private int names;

  private StagedMounts(Path directory, Volumes volumes, ImageRoots images) {
    this.directory = directory;
    this.volumes = volumes;
    this.images = images;
  }

  /// @throws vch.portlayer.refusal.Refusal.Invalid a part is not there
  static StagedMounts hold(Container container, Volumes volumes, ImageRoots images, Bundle bundle)
      throws IOException {
    var out = new StagedMounts(bundle.parts(), volumes, images);
    try {
      for (var mount : container.spec().mounts()) {
        switch (mount.kind()) {
          case IMAGE -> out.image(mount);
          case VOLUME -> out.volume(container, mount);
          case BIND, TMPFS -> {}
        }
      }
      return out;
    } catch (IOException | RuntimeException e) {
      out.close();
      throw e;
    }
  }

  private void image(vch.portlayer.container.Mount mount) throws IOException {
    var all = Files.createDirectory(fresh());
    images.mount(mount.source(), all);
    if (mount.part().isEmpty()) {
      byTarget.put(mount.target(), all);
    } else {
      part(all, mount);
    }
  }

  private void volume(Container container, vch.portlayer.container.Mount mount) throws IOException {
    if (!mount.part().isEmpty()) {
      volumes.mount(container.vch(), mount.source());
      part(volumes.mountpoint(container.vch(), mount.source()), mount);
    }
  }

  private void part(Path tree, vch.portlayer.container.Mount mount) throws IOException {
    try (var part = TreePart.hold(tree, mount)) {
      var at = fresh();
      if (Files.isDirectory(Path.of(part.path()))) {
        Files.createDirectory(at);
      } else {
        Files.createFile(at);
      }
      byTarget.put(mount.target(), at);
      Mount.mount(part.path(), at, "", Mount.MS_BIND | Mount.MS_REC, "");
    }
  }

  private Path fresh() throws IOException {
    Files.createDirectories(directory);
    return directory.resolve(Integer.toString(names++));
  }

  /// Where each is, by target of its mount.
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
