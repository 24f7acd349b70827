package vch.compute.image.archive;

import java.io.IOException;
import java.nio.file.Path;
import vch.kernel.libc.Chmod;
import vch.kernel.libc.Chown;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Mknod;
import vch.kernel.libc.Xattr;

/// [Rights] by system calls, for a daemon that runs as root.
public final class RootRights implements Rights {
  public RootRights() {}

  @Override
  public void owner(Path path, int uid, int gid) throws IOException {
    call(() -> Chown.lchown(path, uid, gid));
  }

  @Override
  public void mode(Path path, int mode) throws IOException {
    call(() -> Chmod.chmod(path, mode));
  }

  @Override
  public void attribute(Path path, String name, byte[] value) throws IOException {
    call(
        () -> {
          try {
            Xattr.set(path, name, value);
          } catch (KernelException e) {
            if (!e.is(Errno.EOPNOTSUPP)) {
              throw e;
            }
          }
        });
  }

  @Override
  public void node(Path path, int kind, int major, int minor) throws IOException {
    call(() -> Mknod.mknod(path, kind | 0600, Mknod.makedev(major, minor)));
  }

  /// syncfs(2) by way of `sync -f` of coreutils.
  @Override
  public void settle(Path path) throws IOException {
    var process =
        new ProcessBuilder("sync", "-f", path.toString()).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      var said =
          new String(
                  process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
              .strip();
      if (process.waitFor() != 0) {
        throw new IOException("sync -f " + path + " failed: " + said);
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new java.io.InterruptedIOException(
          "interrupted while " + path + " was written to disk");
    }
  }

  private static void call(Runnable call) throws IOException {
    try {
      call.run();
    } catch (KernelException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
