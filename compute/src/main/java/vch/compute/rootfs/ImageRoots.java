package vch.compute.rootfs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicLong;
import vch.compute.files.Trees;
import vch.compute.image.Layers;
import vch.kernel.libc.Chmod;
import vch.kernel.libc.Fd;
import vch.kernel.libc.Mount;
import vch.kernel.libc.Open;

/// The root file systems of images, to be read. One is mounted only while somebody needs a path to
/// it: what a container has got of it, or a descriptor holds, stays without that mount, so there is
/// nothing to be found again by a later daemon. Thread safe.
public final class ImageRoots {
  /// Beside the roots of containers, which have names of hex digits.
  private static final String PREFIX = "image-";

  private final Path empty;
  private final Path mounts;
  private final Layers layers;
  private final AtomicLong names = new AtomicLong();

  /// Undoes what a daemon that died had mounted for descriptors.
  ///
  /// @param state durable directory
  /// @param run directory for mount points; absolute, without symbolic links
  public ImageRoots(Path state, Path run, Layers layers) {
    this.empty = state.resolve("empty-layer");
    this.mounts = run.resolve("m");
    this.layers = layers;
    try {
      Files.createDirectories(empty);
      Chmod.chmod(empty, 0755);
      Files.createDirectories(mounts);
      sweep();
    } catch (IOException e) {
      throw new UncheckedIOException("make the directories for root file systems of images", e);
    }
  }

  private void sweep() throws IOException {
    try (var left = Files.newDirectoryStream(mounts, PREFIX + "*")) {
      for (var each : left) {
        Overlay.unmount(each);
        Trees.delete(each);
      }
    }
  }

  private Path fresh() {
    return mounts.resolve(PREFIX + names.incrementAndGet());
  }

  /// Mounts the image's files, read-only. Who calls unmounts.
  ///
  /// @param at a directory
  /// @throws vch.portlayer.refusal.Refusal.NotFound the image is not here
  public void mount(String imageId, Path at) throws IOException {
    var lower = new ArrayList<>(layers.directories(imageId));
    if (lower.isEmpty()) {
      Mount.mount("tmpfs", at, "tmpfs", Mount.MS_RDONLY, "mode=755,size=4k");
      return;
    }
    lower.addFirst(empty); // overlayfs takes no single layer, and marks in the lowest are to work
    var links = fresh();
    try {
      Overlay.mountReadOnly(lower, links, at);
    } finally {
      Trees.delete(links); // looked at only by the mount
    }
  }

  /// The image's root directory, by a descriptor: it is nowhere to be seen, and gone when the last
  /// descriptor of what is in it is closed.
  ///
  /// @throws vch.portlayer.refusal.Refusal.NotFound the image is not here
  public Fd hold(String imageId) throws IOException {
    var at = Files.createDirectory(fresh());
    try {
      mount(imageId, at);
      return Open.open(at, Open.O_PATH | Open.O_DIRECTORY);
    } finally {
      Overlay.unmount(at);
      Files.delete(at);
    }
  }
}
