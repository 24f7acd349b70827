package vch.compute.image.archive;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import vch.kernel.libc.Chmod;
import vch.kernel.libc.Chown;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Mknod;
import vch.kernel.libc.Open;
import vch.kernel.libc.Syncfs;
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

  @Override
  public void settle(Path directory) throws IOException {
    var writing =
        new FutureTask<Void>(
            () -> {
              try (var held = Open.open(directory, Open.O_RDONLY | Open.O_DIRECTORY)) {
                Syncfs.syncfs(held);
              }
              return null;
            });
    // It may take as long as the disk: on a virtual thread it would keep a carrier from all others.
    Thread.ofPlatform().daemon().name("settle").start(writing);
    try {
      writing.get();
    } catch (ExecutionException e) {
      var why = Objects.requireNonNullElse(e.getCause(), e);
      throw new IOException("write " + directory + " to its disk: " + why.getMessage(), why);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(
          "interrupted while " + directory + " was written to its disk");
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
