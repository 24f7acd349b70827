package vch.compute.rootfs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import vch.compute.files.Trees;
import vch.compute.image.Layers;
import vch.kernel.libc.Chmod;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;

/// The root file systems of containers: `<state>/containers/<id>/{upper,work}` over the layers of
/// the image, mounted at `<run>/m/<12 hex>` as long as somebody holds it: the container's run, or
/// work on its files.
///
/// Below all layers lies one of ours, the same for all: mount points that images may lack, so that
/// the runtime does not make them in the container's own layer. What an image brings wins over it.
public final class Roots {
  private final Path containers;
  private final Path mounts;
  private final Path bottom;
  private final Layers layers;
  private final Map<ContainerId, Hold> holds =
      new HashMap<>(); // guarded by itself; the counts by each hold's lock

  private static final class Hold {
    final ReentrantLock lock = new ReentrantLock();
    int users;
    int waiting; // guarded by `holds`
  }

  /// @param state durable directory
  /// @param run directory for mount points; absolute, without symbolic links
  public Roots(Path state, Path run, Layers layers) {
    this.containers = state.resolve("containers");
    this.mounts = run.resolve("m");
    this.layers = layers;
    this.bottom = state.resolve("bottom-layer");
    try {
      Files.createDirectories(containers);
      Files.createDirectories(mounts);
      makeBottom();
    } catch (IOException e) {
      throw new UncheckedIOException("make the directories for root file systems", e);
    }
  }

  private void makeBottom() throws IOException {
    if (Files.isDirectory(bottom)) {
      return;
    }
    var fresh = bottom.resolveSibling("bottom-layer.new");
    Trees.delete(fresh);
    Files.createDirectory(fresh);
    for (var directory : List.of("dev", "dev/pts", "dev/shm", "dev/mqueue", "etc", "proc", "sys")) {
      Files.createDirectory(fresh.resolve(directory));
      Chmod.chmod(fresh.resolve(directory), 0755);
    }
    for (var file :
        List.of(".dockerenv", "etc/resolv.conf", "etc/hosts", "etc/hostname", "dev/console")) {
      Files.createFile(fresh.resolve(file));
      Chmod.chmod(fresh.resolve(file), 0644);
    }
    Files.createSymbolicLink(fresh.resolve("etc/mtab"), Path.of("/proc/mounts"));
    Chmod.chmod(fresh, 0755);
    Files.move(fresh, bottom, StandardCopyOption.ATOMIC_MOVE);
  }

  /// Everything durable of a container.
  public Path home(ContainerId id) {
    return containers.resolve(id.value());
  }

  /// What the container changed, in overlayfs form.
  public Path upper(ContainerId id) {
    return home(id).resolve("upper");
  }

  /// Where the root appears while it is held.
  public Path merged(ContainerId id) {
    return mounts.resolve(id.brief());
  }

  /// The layers of a container's image in overlayfs form, lowest first.
  public List<Path> lower(Container container) {
    return layers.directories(container.spec().image());
  }

  /// All that lies below the container's own layer, ours too, lowest first.
  public List<Path> below(Container container) {
    var below = new ArrayList<Path>();
    below.add(bottom);
    below.addAll(lower(container));
    return below;
  }

  /// Makes the container's own layer. Doing it twice is the same as once.
  ///
  /// @throws vch.portlayer.refusal.Refusal.NotFound the image is not here, or one that it mounts
  public void make(Container container) throws IOException {
    container.spec().images().forEach(layers::directories);
    Files.createDirectories(upper(container.id()));
    Files.createDirectories(home(container.id()).resolve("work"));
    Chmod.chmod(upper(container.id()), 0755);
  }

  /// Mounts the root unless it is mounted; every hold needs one [#drop(ContainerId)].
  public Path hold(Container container) throws IOException {
    return locked(
        container.id(),
        hold -> {
          var target = merged(container.id());
          if (hold.users == 0) {
            mount(container, target);
          }
          hold.users++;
          return target;
        });
  }

  private void mount(Container container, Path target) throws IOException {
    make(container);
    Files.createDirectories(target);
    Overlay.unmount(target); // left by a daemon that died
    var lower = below(container);
    var home = home(container.id());
    try {
      Overlay.mount(
          lower,
          home.resolve("upper"),
          home.resolve("work"),
          home.resolve("l"),
          target,
          container.spec().autoRemove());
    } catch (KernelException e) {
      Files.deleteIfExists(target);
      if (!e.is(Errno.EINVAL)) {
        throw e;
      }
      throw new IOException(
          "the file system of "
              + home
              + " ("
              + Files.getFileStore(home).type()
              + ") cannot hold the upper layer of an"
              + " overlay; choose a --state-dir on ext4, xfs or btrfs",
          e);
    }
  }

  /// A run that a former daemon started still holds its root.
  public void adopt(ContainerId id) throws IOException {
    locked(
        id,
        hold -> {
          hold.users++;
          return id;
        });
  }

  /// Gives up one hold; the last one unmounts.
  public void drop(ContainerId id) throws IOException {
    locked(
        id,
        hold -> {
          if (hold.users > 0 && --hold.users == 0) {
            unmount(merged(id));
          }
          return id;
        });
  }

  private static void unmount(Path target) throws IOException {
    Overlay.unmount(target);
    Files.deleteIfExists(target);
  }

  /// The containers of which something is kept.
  public List<ContainerId> kept() throws IOException {
    try (var list = Files.list(containers)) {
      return list.map(p -> new ContainerId(p.getFileName().toString())).toList();
    }
  }

  /// Removes everything of the container.
  public void delete(ContainerId id) throws IOException {
    locked(
        id,
        hold -> {
          hold.users = 0;
          unmount(merged(id));
          Trees.delete(home(id));
          return id;
        });
  }

  /// Unmounts roots that nobody of `held` holds: left by a daemon that died.
  public void sweep(Set<ContainerId> held) throws IOException {
    var names = held.stream().map(ContainerId::brief).collect(Collectors.toSet());
    for (var mount : MountTable.below(mounts).reversed()) {
      if (mount.getNameCount() == mounts.getNameCount() + 1
          && !names.contains(mount.getFileName().toString())) {
        unmount(mount);
      }
    }
  }

  private interface Work<T> {
    T on(Hold hold) throws IOException;
  }

  private <T> T locked(ContainerId id, Work<T> work) throws IOException {
    Hold hold;
    synchronized (holds) {
      hold = holds.computeIfAbsent(id, _ -> new Hold());
      hold.waiting++;
    }
    hold.lock.lock();
    try {
      return work.on(hold);
    } finally {
      hold.lock.unlock();
      synchronized (holds) {
        // Nobody else is inside when none waits, and all who were have passed this block: the count
        // is theirs.
        if (--hold.waiting == 0 && hold.users == 0) {
          holds.remove(id);
        }
      }
    }
  }
}
