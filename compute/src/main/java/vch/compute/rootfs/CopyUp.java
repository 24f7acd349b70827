package vch.compute.rootfs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import vch.compute.files.Trees;
import vch.kernel.libc.KernelException;
import vch.kernel.process.Program;

/// Fills an empty volume from what the image has at the place where it is mounted, as Docker does:
/// content, owners, modes, times, links and extended attributes, those of the directory itself too.
public final class CopyUp {
  private static final int SAID_BYTES_MAX = 16 * 1024;

  /// What an image has there may be large, and the disk slow.
  private static final Duration TIME_MAX = Duration.ofHours(1);

  private CopyUp() {}

  /// Nothing happens when the volume holds something, or the image has no directory there.
  public static void fill(Path root, String target, Path volume) throws IOException {
    var source = RootPath.resolve(root, target);
    if (!Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS) || !Trees.empty(volume)) {
      return;
    }
    // cp knows every kind of attribute; NIO knows half of them.
    Program.Ran cp;
    try {
      cp =
          Program.of("cp", "-a", "--", source + "/.", volume.toString())
              .run(SAID_BYTES_MAX, TIME_MAX);
    } catch (Program.Late | KernelException e) {
      throw new IOException("fill volume " + volume + ": " + e.getMessage(), e);
    }
    if (cp.status() != 0) {
      throw new IOException(
          "fill volume " + volume + " from " + target + " of the image: " + cp.said());
    }
  }
}
