package vch.kernel.netns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.kernel.libc.Errno;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Mount;
import vch.kernel.libc.Open;

/// Network namespaces kept by bind mounts below one directory, as ip-netns(8) does:
/// `<directory>/<name>`. They outlive the process. Holds no state but the directory; two threads
/// must not pin and unpin one name at once.
public final class Pins {
  private final Path directory;

  /// Makes the directory, and a mount of its own with shared propagation: a mount namespace made
  /// meanwhile then loses a pin together with us, instead of keeping the network namespace alive.
  /// Files without mounts, which a process left that died while it pinned or unpinned, go; so no
  /// other process may be pinning meanwhile.
  public Pins(Path directory) {
    this.directory = directory.toAbsolutePath();
    try {
      Files.createDirectories(this.directory);
    } catch (IOException e) {
      throw new UncheckedIOException("make " + this.directory, e);
    }
    share();
    try (var files = Files.newDirectoryStream(this.directory)) {
      files.forEach(this::clearLeftover);
    } catch (IOException e) {
      throw new UncheckedIOException("list " + directory, e);
    }
  }

  private void share() {
    try {
      Mount.mount("", directory, "", Mount.MS_SHARED | Mount.MS_REC, "");
    } catch (KernelException e) {
      if (!e.is(Errno.EINVAL)) { // EINVAL: it is no mount yet
        throw e;
      }
      Mount.bind(directory, directory);
      Mount.mount("", directory, "", Mount.MS_SHARED | Mount.MS_REC, "");
    }
  }

  public Path path(String name) {
    if (name.isEmpty() || name.contains("/") || name.startsWith(".")) {
      throw new IllegalArgumentException("'" + name + "' is no name for a namespace");
    }
    return directory.resolve(name);
  }

  /// Pins a namespace.
  ///
  /// @throws KernelException EEXIST: the name is taken
  public void add(String name, Fd namespace) {
    var path = path(name);
    clearLeftover(path);
    Open.open(path, Open.O_RDONLY | Open.O_CREAT | Open.O_EXCL, 0444).close();
    try {
      Mount.bind(Path.of(namespace.path()), path);
    } catch (RuntimeException e) {
      remove(name);
      throw e;
    }
  }

  /// True when a namespace is pinned under this name.
  public boolean has(String name) {
    return isNamespace(path(name));
  }

  /// A descriptor of the namespace; empty when none is pinned under this name.
  public Optional<Fd> open(String name) {
    var path = path(name);
    if (!isNamespace(path)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Open.open(path, Open.O_RDONLY));
    } catch (KernelException e) {
      if (e.is(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /// Takes the pin away; nothing happens if there is none. The kernel removes the namespace, and
  /// the links in it, in the background once nothing else keeps it.
  public void remove(String name) {
    var path = path(name);
    try {
      Mount.unmount(path, Mount.MNT_DETACH | Mount.UMOUNT_NOFOLLOW);
    } catch (KernelException e) {
      if (!e.is(Errno.EINVAL) && !e.is(Errno.ENOENT)) { // EINVAL: it is no mount
        throw e;
      }
    }
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException("remove " + path, e);
    }
  }

  /// Names of all namespaces that are pinned.
  public List<String> names() {
    var names = new ArrayList<String>();
    try (var files = Files.newDirectoryStream(directory)) {
      var here = device(directory);
      for (var file : files) {
        if (isNamespace(file, here)) {
          names.add(file.getFileName().toString());
        }
      }
    } catch (NotDirectoryException | DirectoryIteratorException e) {
      throw new IllegalStateException("list " + directory, e);
    } catch (IOException e) {
      throw new UncheckedIOException("list " + directory, e);
    }
    names.sort(null);
    return names;
  }

  /// Takes away the directory's own mount where no pin is left.
  public void closeIfEmpty() {
    if (names().isEmpty()) {
      Mount.unmount(directory, Mount.MNT_DETACH | Mount.UMOUNT_NOFOLLOW);
    }
  }

  /// A pin is a file of nsfs, so it is on another device than its directory; a file without mount
  /// was left by a process that died between making the one and the other.
  private boolean isNamespace(Path path) {
    try {
      return isNamespace(path, device(directory));
    } catch (IOException _) {
      return false;
    }
  }

  private static boolean isNamespace(Path path, Object here) {
    try {
      return !device(path).equals(here);
    } catch (IOException _) { // not there, or gone meanwhile
      return false;
    }
  }

  private static Object device(Path path) throws IOException {
    return Files.getAttribute(path, "unix:dev");
  }

  private void clearLeftover(Path path) {
    if (Files.exists(path) && !isNamespace(path)) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        throw new UncheckedIOException("remove " + path, e);
      }
    }
  }
}
