package vch.compute.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import vch.compute.files.TreeFiles;
import vch.compute.files.Trees;
import vch.compute.image.Layers;
import vch.compute.log.DirectoryWatch;
import vch.compute.rootfs.ImageRoots;
import vch.compute.rootfs.Roots;
import vch.engine.compute.ContainerFiles;
import vch.engine.compute.LogQuery;
import vch.engine.compute.Logs;
import vch.engine.compute.Processes;
import vch.engine.compute.Stdio;
import vch.engine.compute.Volumes;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Kill;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.refusal.Refusal;

/// Containers by conmon and an OCI runtime. Each container has a conmon of its own, which outlives
/// the daemon; a new daemon over the same directories finds everything again.
///
/// May be called from any thread, also virtual ones; calls about one container must come one after
/// the other. What it knows of runs is in [Runs].
public final class ConmonProcesses implements Processes {
  private static final System.Logger LOG = System.getLogger(ConmonProcesses.class.getName());

  /// How long a container whose conmon was killed may pass for running.
  private static final long MONITOR_CHECK_SECONDS = 2;

  private static final int SIGKILL = 9;

  private final RunFiles places;
  private final ContainerFiles files;
  private final Tools tools;
  private final Roots roots;
  private final Cgroups cgroups;
  private final Runs runs;
  private final OciRuntime runtime;
  private final SpecBuilder specs;
  private final Preparation preparation;
  private final Starter starter;
  private final Execs execs;
  private final ContainerLogs logs;
  private final Hands hands = new Hands();
  private final DirectoryWatch watch;
  private final ScheduledExecutorService checks =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("monitor-check").daemon().factory());

  private ConmonProcesses(
      RunFiles files,
      Tools tools,
      Host host,
      CgroupMounts mounts,
      String cgroup,
      RuntimeSettings settings,
      Layers layers,
      Volumes volumes,
      InstantSource clock)
      throws IOException {
    this.places = files;
    this.tools = tools;
    this.roots = new Roots(settings.state(), files.run(), layers);
    var images = new ImageRoots(settings.state(), files.run(), layers);
    this.cgroups = new Cgroups(mounts, cgroup);
    this.runs = new Runs(files.exits(), cgroups);
    this.runtime = new OciRuntime(tools.runtime(), files.runtimeRoot(tools.runtime()));
    var conmon = new Conmon(tools.conmon(), runtime);
    this.specs = new SpecBuilder(host, cgroups, volumes, tools.init(), this::runByName);
    this.preparation = new Preparation(roots, volumes);
    this.starter =
        new Starter(
            files,
            roots,
            runs,
            cgroups,
            conmon,
            runtime,
            specs,
            preparation,
            volumes,
            images,
            RunRecord.currentBoot());
    this.execs = new Execs(conmon, specs, roots);
    this.watch = new DirectoryWatch();
    this.files =
        new TreeFiles(
            new RunningFiles(this, roots, images, runs, hands), volumes, settings.state());
    this.logs = new ContainerLogs(files, runs, preparation, watch, clock);
  }

  /// Finds the programs and what a former daemon left.
  ///
  /// @throws Refusal.Failed conmon or the OCI runtime is not installed
  public static ConmonProcesses open(
      RuntimeSettings settings, Layers layers, Volumes volumes, InstantSource clock) {
    try {
      java.nio.file.Files.createDirectories(settings.state());
      java.nio.file.Files.createDirectories(settings.run());
      // The runtime takes no symbolic links in the path of a root.
      var real =
          new RuntimeSettings(
              settings.state().toRealPath(), settings.run().toRealPath(), settings.runtime());
      var files = new RunFiles(real.run());
      files.make();
      var mounts = HostProbe.cgroups();
      var cgroup = "portlayer-" + hash(real.state().toString());
      var tools = Tools.find(real.runtime(), crun -> RuntimeTrial.runs(crun, real.run(), cgroup));
      var processes =
          new ConmonProcesses(
              files, tools, HostProbe.look(mounts), mounts, cgroup, real, layers, volumes, clock);
      processes.begin();
      return processes;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "open the containers below " + settings.run() + ": " + e.getMessage(), e);
    }
  }

  private static String hash(String text) {
    try {
      var digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private void begin() throws IOException {
    watch.on(places.exits(), false, runs::checkExits);
    roots.sweep(starter.adopt());
    runs.checkExits(); // an end between the look and the watch
    runs.all().values().forEach(logs::keepRotated);
    roots.kept().stream().filter(id -> runs.find(id).isEmpty()).forEach(logs::finish);
    var _ =
        checks.scheduleWithFixedDelay(
            this::checkMonitors, MONITOR_CHECK_SECONDS, MONITOR_CHECK_SECONDS, TimeUnit.SECONDS);
  }

  /// Ends the containers whose monitor is gone. Done by itself every few seconds.
  void checkMonitors() {
    try {
      runs.checkMonitors();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "check the monitors of containers", e);
    }
  }

  /// Which programs run the containers.
  public Tools tools() {
    return tools;
  }

  @Override
  public void prepare(Container container) {
    hands.callSlow(
        "prepare container " + container.id().brief(),
        () -> {
          preparation.prepare(container);
          return container;
        });
  }

  @Override
  public long start(Container container, Network network, Files names) {
    logs.forget(container.id()); // of its last run
    long pid =
        hands.call(
            "start container " + container.id().brief(),
            () -> starter.start(container, network, names));
    runs.find(container.id()).ifPresent(logs::keepRotated);
    return pid;
  }

  @Override
  public void signal(ContainerId id, int signal) {
    var process = runs.live(id).flatMap(r -> r.record().process()).filter(ProcessKey::alive);
    if (process.isEmpty()) {
      return;
    }
    try {
      Kill.kill(process.get().pid(), signal);
    } catch (KernelException e) {
      if (!e.is(Errno.ESRCH)) {
        throw e;
      }
    }
    if (signal == SIGKILL && cgroups.frozen(id)) {
      unpause(id); // cgroup v1: who is frozen does not even die
    }
  }

  @Override
  public void pause(ContainerId id) {
    running(id);
    byRuntime("pause container " + id.brief(), () -> runtime.pause(id));
  }

  @Override
  public void unpause(ContainerId id) {
    running(id);
    if (!cgroups.frozen(id)) {
      return; // thawed to be killed, or by somebody else: runtimes refuse to do it twice
    }
    byRuntime("unpause container " + id.brief(), () -> runtime.resume(id));
  }

  private interface RuntimeCall {
    void run() throws IOException;
  }

  private void byRuntime(String what, RuntimeCall call) {
    hands.call(
        what,
        () -> {
          try {
            call.run();
          } catch (OciRuntime.Failed e) {
            throw new Refusal.Failed("cannot " + what + ": " + e.getMessage());
          }
          return what;
        });
  }

  private Run running(ContainerId id) {
    return runs.live(id)
        .filter(Run::started)
        .orElseThrow(() -> new Refusal.Conflict("container " + id + " is not running"));
  }

  @Override
  public String ps(String options) {
    return hands.callSlow("list processes", () -> Ps.run(options));
  }

  @Override
  public void limit(Container container) {
    var id = container.id();
    var bundle = running(id).bundle();
    byRuntime(
        "change the limits of container " + id.brief(),
        () -> {
          var bounds = specs.bounds(container);
          if (bounds.isEmpty()) {
            return;
          }
          var file = bundle.directory().resolve("resources.json");
          java.nio.file.Files.writeString(file, bounds.toString());
          runtime.update(id, file);
        });
  }

  @Override
  public void release(ContainerId id) {
    logs.ended(id);
    hands.call(
        "release container " + id.brief(),
        () -> {
          starter.release(id);
          return id;
        });
  }

  @Override
  public void delete(ContainerId id) {
    logs.forget(id);
    runs.disappoint(id);
    hands.callSlow(
        "delete container " + id.brief(),
        () -> {
          starter.release(id);
          roots.delete(id);
          return id;
        });
  }

  @Override
  public void keepOnly(Predicate<ContainerId> known) {
    try {
      var strays = roots.kept().stream().filter(known.negate()).toList();
      if (!strays.isEmpty()) {
        Thread.ofVirtual().name("stray-roots").start(() -> strays.forEach(this::removeStray));
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "look for what a crash left of containers", e);
    }
  }

  private void removeStray(ContainerId id) {
    try {
      delete(id);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "remove what a crash left of " + id.brief(), e);
    }
  }

  @Override
  public Map<ContainerId, Observed> observe() {
    var observed = new HashMap<ContainerId, Observed>();
    runs.all()
        .forEach(
            (id, run) -> {
              if (run.started()) {
                observed.put(id, new Observed(run.pid(), run.ended()));
              }
            });
    return observed;
  }

  @Override
  public void onExit(Consumer<Ended> listener) {
    runs.listen(listener);
  }

  @Override
  public void rewrite(ContainerId id, Files names) {
    var run = runs.live(id);
    if (run.isEmpty()) {
      return; // the next start brings its own
    }
    try {
      RunFiles.write(run.get().bundle(), names);
    } catch (IOException e) {
      throw new UncheckedIOException("write the files for names of container " + id.brief(), e);
    }
  }

  @Override
  public Stdio attach(ContainerId id) {
    var streams = new AttachedStdio(id.brief(), () -> {});
    runs.attach(id, streams);
    return new LeavingStdio(
        streams,
        () -> {
          runs.leave(id, streams); // before there was a run, perhaps
          streams.close();
        });
  }

  @Override
  public Exec exec(Container container, ExecSpec spec) {
    var run = running(container.id());
    return hands.call(
        "exec in container " + container.id().brief(), () -> execs.start(container, run, spec));
  }

  @Override
  public void resize(ContainerId id, int rows, int columns) {
    Conmon.resize(running(id).bundle().control(), rows, columns);
  }

  @Override
  public Logs logs(Container container, LogQuery query) {
    if (!Preparation.log(container).kept()) {
      throw new Refusal.Unsupported("configured logging driver does not support reading");
    }
    try {
      return logs.read(container.id(), query);
    } catch (IOException e) {
      throw new UncheckedIOException("read the log of container " + container.id().brief(), e);
    }
  }

  @Override
  public List<Long> pids(ContainerId id) {
    return cgroups.pids(id);
  }

  @Override
  public Usage usage(ContainerId id) {
    return cgroups.usage(id);
  }

  @Override
  public long writtenBytes(ContainerId id) {
    var upper = roots.upper(id);
    return java.nio.file.Files.isDirectory(upper) ? Trees.bytes(upper) : 0;
  }

  @Override
  public Optional<NamePaths> namePaths(ContainerId id) {
    return runs.live(id)
        .map(Run::bundle)
        .map(b -> new NamePaths(b.resolvConf(), b.hosts(), b.hostname()));
  }

  @Override
  public Path logPath(ContainerId id) {
    return roots.home(id).resolve("log").resolve("ctr.log");
  }

  @Override
  public <T> T withRoot(Container container, RootAction<T> action) {
    var what = "use the root file system of container " + container.id().brief();
    var root = hands.call(what, () -> roots.hold(container));
    try {
      return action.on(root);
    } catch (IOException e) {
      throw new UncheckedIOException(what + ": " + e.getMessage(), e);
    } finally {
      hands.call(
          what,
          () -> {
            roots.drop(container.id());
            return what;
          });
    }
  }

  @Override
  public ContainerFiles files() {
    return files;
  }

  private Optional<Run> runByName(String id) {
    return runs.live(new ContainerId(id)).filter(Run::started);
  }

  /// Lets go. Containers run on.
  @Override
  public void close() {
    checks.shutdownNow();
    hands.close();
    try {
      watch.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "stop watching", e);
    }
    cgroups.removeParent();
  }
}
