package vch.compute.rootfs;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import vch.compute.files.Trees;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Mount;
import vch.kernel.libc.Open;

/// One overlayfs mount.
final class Overlay {
  /// mount(2) takes one page of options, with the closing zero.
  private static final int OPTION_BYTES_MAX = 4000;

  /// overlayfs has no more (OVL_MAX_STACK of fs/overlayfs/params.h).
  private static final int LAYERS_MAX = 500;

  private static final String PLAIN = "";
  private static final String VOLATILE = ",volatile";

  private Overlay() {}

  /// @param lowestFirst read-only directories
  /// @param links where a directory may be made for symbolic links, if the names of the layers are
  ///   too long for one mount
  /// @param discarded what is written need not survive a crash of the machine, so nothing waits for
  ///   the disk
  static void mount(
      List<Path> lowestFirst, Path upper, Path work, Path links, Path target, boolean discarded)
      throws IOException {
    // Left by a volatile mount; while it is there, nobody else may mount. Only a crash of the
    // machine makes it dangerous,
    // and no container with a volatile root is started again after one.
    Trees.delete(work.resolve("work/incompat"));
    withLayers(
        lowestFirst,
        ",upperdir=" + escape(upper.toString()) + ",workdir=" + escape(work.toString()),
        links,
        options -> mount(options, target, discarded));
  }

  /// Without an upper layer: nothing can be changed.
  ///
  /// @param lowestFirst at least two, as overlayfs wants it
  /// @param links see [#mount(List, Path, Path, Path, Path, boolean)]
  static void mountReadOnly(List<Path> lowestFirst, Path links, Path target) throws IOException {
    withLayers(
        lowestFirst,
        "",
        links,
        options -> Mount.mount("overlay", target, "overlay", Mount.MS_RDONLY, options));
  }

  /// Mounts with an option that names the layers.
  ///
  /// @param rest further options, each after a comma
  private static void withLayers(
      List<Path> lowestFirst, String rest, Path links, Consumer<String> mounting)
      throws IOException {
    if (lowestFirst.size() > LAYERS_MAX) {
      throw new IOException(
          "the image has " + lowestFirst.size() + " layers, overlayfs takes " + LAYERS_MAX);
    }
    var lower = new ArrayList<>(lowestFirst);
    lower.removeIf(p -> p.toString().isEmpty());
    var direct =
        lower.reversed().stream().map(p -> escape(p.toString())).collect(Collectors.joining(":"));
    if (direct.length() + rest.length() <= OPTION_BYTES_MAX) {
      mounting.accept("lowerdir=" + direct + rest);
      return;
    }
    Files.createDirectories(links);
    for (int i = 0; i < lower.size(); i++) {
      link(
          links.resolve(Integer.toString(i, Character.MAX_RADIX)), lower.get(lower.size() - 1 - i));
    }
    try (var directory = Open.open(links, Open.O_PATH | Open.O_DIRECTORY)) {
      var text = new StringBuilder("lowerdir=");
      for (int i = 0; i < lower.size(); i++) {
        text.append(i == 0 ? "" : ":")
            .append(directory.path())
            .append('/')
            .append(Integer.toString(i, Character.MAX_RADIX));
      }
      mounting.accept(text + rest);
    }
  }

  private static void mount(String options, Path target, boolean discarded) {
    try {
      Mount.mount("overlay", target, "overlay", 0, options + (discarded ? VOLATILE : PLAIN));
    } catch (KernelException e) {
      if (!discarded || !e.is(Errno.EINVAL)) {
        throw e;
      }
      Mount.mount("overlay", target, "overlay", 0, options); // before Linux 5.10
    }
  }

  private static void link(Path link, Path target) throws IOException {
    try {
      Files.createSymbolicLink(link, target);
    } catch (FileAlreadyExistsException _) {
      if (!Files.readSymbolicLink(link).equals(target)) {
        Files.delete(link);
        Files.createSymbolicLink(link, target);
      }
    }
  }

  /// Colons part layers and commas part options.
  private static String escape(String path) {
    return path.replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,");
  }

  /// Nothing happens where nothing is mounted.
  static void unmount(Path target) {
    try {
      Mount.unmount(target, Mount.MNT_DETACH | Mount.UMOUNT_NOFOLLOW);
    } catch (KernelException e) {
      if (!e.is(Errno.EINVAL) && !e.is(Errno.ENOENT)) {
        throw e;
      }
    }
  }
}
