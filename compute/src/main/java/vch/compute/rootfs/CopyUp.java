package vch.compute.rootfs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// Fills an empty volume from what the image has at the place where it is mounted, as Docker does:
/// content, owners, modes, times, links and extended attributes, those of the directory itself too.
public final class CopyUp {
  private CopyUp() {}

  /// Nothing happens when the volume holds something, or the image has no directory there.
  public static void fill(Path root, String target, Path volume) throws IOException {
    var source = RootPath.resolve(root, target);
    if (!Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS) || !Trees.empty(volume)) {
      return;
    }
    // cp knows every kind of attribute; NIO knows half of them.
    var cp =
        new ProcessBuilder("cp", "-a", "--", source + "/.", volume.toString())
            .redirectErrorStream(true)
            .start();
    cp.getOutputStream().close();
    var said = new String(cp.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      int code = cp.waitFor();
      if (code != 0) {
        throw new IOException(
            "fill volume " + volume + " from " + target + " of the image: " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("fill volume " + volume + ": interrupted", e);
    }
  }
}
