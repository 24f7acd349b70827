package vch.compute.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import vch.compute.files.Trees;
import vch.compute.rootfs.ImageRoots;
import vch.compute.rootfs.Roots;
import vch.engine.compute.Processes;
import vch.engine.compute.Processes.StartFailed;
import vch.engine.compute.Volumes;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Kill;
import vch.kernel.libc.Mount;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.refusal.Refusal;

/// Brings runs into the world and clears them away. Blocks its thread; its caller sees to it that
/// one container is worked on by one thread. What it knows is in [Runs] and on disk.
final class Starter {
  private static final int SIGKILL = 9;

  private final RunFiles files;
  private final Roots roots;
  private final Runs runs;
  private final Cgroups cgroups;
  private final Conmon conmon;
  private final OciRuntime runtime;
  private final SpecBuilder specs;
  private final Preparation preparation;
  private final Volumes volumes;
  private final ImageRoots images;
  private final String boot;

  Starter(
      RunFiles files,
      Roots roots,
      Runs runs,
      Cgroups cgroups,
      Conmon conmon,
      OciRuntime runtime,
      SpecBuilder specs,
      Preparation preparation,
      Volumes volumes,
      ImageRoots images,
      String boot) {
    this.files = files;
    this.roots = roots;
    this.runs = runs;
    this.cgroups = cgroups;
    this.conmon = conmon;
    this.runtime = runtime;
    this.specs = specs;
    this.preparation = preparation;
    this.volumes = volumes;
    this.images = images;
    this.boot = boot;
  }

  long start(Container container, Processes.Network network, Processes.Files names)
      throws IOException {
    var id = container.id();
    var former = runs.find(id);
    if (former.filter(Run::live).isPresent()) {
      throw new StartFailed(StartErrors.OTHER, "container " + id + " is already running");
    }
    if (former.isPresent()) {
      release(id);
    }
    var bundle = files.bundle(id);
    try {
      var root = roots.hold(container);
      try {
        return started(container, root, network, names, bundle);
      } catch (IOException | RuntimeException e) {
        clear(id, bundle, runtime);
        throw e;
      }
    } catch (Refusal e) {
      runs.disappoint(id);
      throw new StartFailed(StartErrors.OTHER, StartErrors.said(e));
    } catch (IOException | RuntimeException e) {
      runs.disappoint(id);
      throw e;
    }
  }

  private long started(
      Container container,
      Path root,
      Processes.Network network,
      Processes.Files names,
      Bundle bundle)
      throws IOException {
    var id = container.id();
    preparation.binds(container);
    Files.createDirectories(preparation.logs(container.id()).directory());
    remove(bundle);
    Files.createDirectories(bundle.directory());
    Files.deleteIfExists(files.exit(id));
    var log = Preparation.log(container);
    var record =
        new RunRecord(
            id,
            boot,
            runtime.program(),
            Optional.empty(),
            Optional.empty(),
            container.spec().limits().fine().cgroupParent(),
            log.keepsRotated() ? log.filesMax() : 1,
            log.keepsRotated() ? log.bytesMax() : 0,
            log.keepsRotated() && log.compress());
    record.write(bundle.record());
    cgroups.place(id, record.cgroupParent());
    RunFiles.write(bundle, names);
    if (Modes.shareable(container.spec())) {
      Files.createDirectory(bundle.shm());
      Mount.mount(
          "shm",
          bundle.shm(),
          "tmpfs",
          Mount.MS_NOSUID | Mount.MS_NOEXEC | Mount.MS_NODEV,
          "mode=1777,size=" + OciMounts.shmBytes(container.spec()));
    }
    long pid;
    try (var staged = StagedMounts.hold(container, volumes, images, bundle)) {
      Files.write(
          bundle.config(),
          specs
              .config(container, root, network, bundle, staged)
              .toString()
              .getBytes(java.nio.charset.StandardCharsets.UTF_8));
      pid = create(container, bundle);
    }
    var monitor = ProcessKey.of(Long.parseLong(Files.readString(bundle.monitorPid()).strip()));
    var process = ProcessKey.of(pid);
    if (monitor.isEmpty() || process.isEmpty()) {
      throw new StartFailed(
          StartErrors.OTHER,
          "container " + id.brief() + " or its monitor ended before it was started");
    }
    var run = new Run(record, bundle, Optional.empty());
    runs.created(run);
    try {
      runtime.start(id, process.get());
    } catch (OciRuntime.Failed e) {
      throw StartErrors.create(runtime.name(), StartErrors.said(e));
    }
    var known = record.started(monitor, process);
    known.write(bundle.record());
    runs.started(run.with(known));
    runs.checkExit(id); // it may have ended before it was known
    return pid;
  }

  private long create(Container container, Bundle bundle) throws IOException {
    var spec = container.spec();
    var log = Preparation.log(container);
    var current = preparation.logs(container.id());
    if (log.keepsRotated()) {
      current.keepRotated(log.filesMax());
    }
    try {
      // Only a client that is meant to end the input by leaving may do so; a terminal goes on in
      // any case.
      boolean keepStdin = spec.stdinOpen() && (!spec.stdinOnce() || spec.tty());
      return conmon.create(
          container.id(),
          bundle,
          files.exits(),
          new Conmon.Streams(
              spec.tty(),
              spec.stdinOpen(),
              keepStdin,
              log.kept() ? Optional.of(current.current()) : Optional.empty(),
              log.writerBytesMax()));
    } catch (Conmon.Refused e) {
      throw StartErrors.create(runtime.name(), StartErrors.said(e));
    }
  }

  /// Frees what a run held. For one that has ended; one that has not is ended.
  void release(ContainerId id) throws IOException {
    var run = runs.find(id);
    if (run.isPresent()) {
      clear(id, run.get().bundle(), runtimeOf(run.get().record()));
    }
  }

  private OciRuntime runtimeOf(RunRecord record) {
    return record.runtime().equals(runtime.program())
        ? runtime
        : new OciRuntime(record.runtime(), files.runtimeRoot(record.runtime()));
  }

  /// Removes a run in whatever state it is; its record goes last, so that a later daemon can finish
  /// this.
  private void clear(ContainerId id, Bundle bundle, OciRuntime by) throws IOException {
    cgroups.kill(id);
    // What has not ended, or was killed just now, needs the patience of the runtime.
    boolean ended = runs.find(id).flatMap(Run::ended).isPresent();
    if (!ended || !cgroups.remove(id) || !by.forget(id)) {
      by.delete(id);
      killMonitor(bundle);
      var _ = cgroups.remove(id);
    }
    runs.forget(id);
    cgroups.place(id, "");
    roots.drop(id);
    Files.deleteIfExists(files.exit(id));
    remove(bundle);
  }

  private static void remove(Bundle bundle) {
    StagedMounts.release(bundle.parts());
    if (Files.isDirectory(bundle.shm())) {
      try {
        Mount.unmount(bundle.shm(), Mount.MNT_DETACH | Mount.UMOUNT_NOFOLLOW);
      } catch (KernelException e) {
        if (!e.is(Errno.EINVAL)) { // EINVAL: nothing is mounted there
          throw e;
        }
      }
    }
    Trees.delete(bundle.directory());
  }

  /// conmon ends by itself with its container; only that of a start that failed half-way may be
  /// left.
  private static void killMonitor(Bundle bundle) throws IOException {
    if (!Files.exists(bundle.monitorPid())) {
      return;
    }
    long pid = Long.parseLong(Files.readString(bundle.monitorPid()).strip());
    var command =
        ProcessHandle.of(pid)
            .flatMap(h -> h.info().arguments())
            .map(a -> String.join(" ", a))
            .orElse("");
    if (!command.contains(bundle.directory().toString())) {
      return; // gone, and perhaps the number is somebody else's by now
    }
    try {
      Kill.kill(pid, SIGKILL);
    } catch (KernelException e) {
      if (!e.is(Errno.ESRCH)) {
        throw e;
      }
    }
  }

  /// Finds what a former daemon left: runs that go on or have ended are known again, starts cut
  /// short are cleared.
  ///
  /// @return containers whose root stays mounted
  Set<ContainerId> adopt() throws IOException {
    var held = new HashSet<ContainerId>();
    for (var bundle : files.found()) {
      var record = RunRecord.read(bundle.record());
      if (record.isEmpty()) {
        remove(bundle); // a start that got no further than its directory
        continue;
      }
      var id = record.get().id();
      cgroups.place(id, record.get().cgroupParent());
      if (record.get().process().isEmpty() || !record.get().boot().equals(boot)) {
        clear(id, bundle, runtimeOf(record.get()));
        continue;
      }
      roots.adopt(id);
      held.add(id);
      runs.started(new Run(record.get(), bundle, Optional.empty()));
    }
    runs.checkExits();
    runs.checkMonitors();
    clearOrphans(held);
    return held;
  }

  /// Groups of containers of which no record is left: somebody emptied the run directory under a
  /// daemon.
  private void clearOrphans(Set<ContainerId> known) throws IOException {
    for (var id : cgroups.found()) {
      if (!known.contains(id)) {
        cgroups.kill(id);
        runtime.delete(id);
        cgroups.remove(id);
      }
    }
  }
}
