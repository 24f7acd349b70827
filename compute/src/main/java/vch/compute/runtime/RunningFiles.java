package vch.compute.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.compute.files.TreeFiles;
import vch.compute.rootfs.ImageRoots;
import vch.compute.rootfs.Roots;
import vch.engine.compute.Processes;
import vch.engine.compute.Processes.RootAction;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Open;
import vch.portlayer.container.Container;

/// Where the files of containers are: of a running one what its first process has for a root, else
/// the overlay. Holds no state.
final class RunningFiles implements TreeFiles.Source {
  private final Processes processes;
  private final Roots roots;
  private final ImageRoots images;
  private final Runs runs;
  private final Hands hands;

  RunningFiles(Processes processes, Roots roots, ImageRoots images, Runs runs, Hands hands) {
    this.processes = processes;
    this.roots = roots;
    this.images = images;
    this.runs = runs;
    this.hands = hands;
  }

  @Override
  public <T> Optional<T> running(Container container, RootAction<T> action) throws IOException {
    var process = runs.live(container.id()).flatMap(r -> r.record().process());
    if (process.isEmpty()) {
      return Optional.empty();
    }
    var opened = open(process.get());
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    try (var root = opened.get()) {
      // Asked after opening: else the root may be that of another process with this pid.
      return process.get().alive()
          ? Optional.of(action.on(Path.of(root.path())))
          : Optional.empty();
    }
  }

  @Override
  public Map<String, Path> files(Container container) {
    return runs.live(container.id())
        .map(Run::bundle)
        .map(
            b ->
                Map.of(
                    "/etc/resolv.conf", b.resolvConf(),
                    "/etc/hosts", b.hosts(),
                    "/etc/hostname", b.hostname()))
        .orElse(Map.of());
  }

  private static Optional<Fd> open(ProcessKey process) {
    try {
      return Optional.of(
          Open.open(
              Path.of("/proc", Long.toString(process.pid()), "root"),
              Open.O_PATH | Open.O_DIRECTORY));
    } catch (KernelException _) { // it has ended
      return Optional.empty();
    }
  }

  @Override
  public <T> T root(Container container, RootAction<T> action) {
    return processes.withRoot(container, action);
  }

  @Override
  public Fd image(String imageId) {
    return hands.call("mount image " + imageId, () -> images.hold(imageId));
  }

  @Override
  public Path upper(Container container) {
    return roots.upper(container.id());
  }

  @Override
  public List<Path> lower(Container container) {
    return roots.below(container).reversed();
  }

  @Override
  public long[] user(Container container, String passwd, String group) {
    var who = Accounts.parse(passwd, group).resolve(container.spec().user(), List.of());
    return new long[] {who.uid(), who.gid()};
  }
}
