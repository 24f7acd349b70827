package vch.app.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import vch.api.admin.AdminApi;
import vch.api.docker.DockerHost;
import vch.api.docker.table.DockerApi;
import vch.api.http.HttpServer;
import vch.compute.image.VchImages;
import vch.compute.image.archive.Limits;
import vch.compute.image.archive.RootRights;
import vch.compute.image.registry.Registries;
import vch.compute.image.store.ImageStore;
import vch.compute.runtime.ConmonProcesses;
import vch.compute.runtime.RuntimeSettings;
import vch.compute.volume.DirectoryVolumes;
import vch.engine.RunningEngine;
import vch.engine.ledger.SqliteJournal;
import vch.engine.lifecycle.ContainerLives;
import vch.engine.lifecycle.SystemScheduler;
import vch.linux.LinuxDatagrams;
import vch.linux.LinuxMachine;
import vch.portlayer.container.Container;
import vch.portlayer.container.Volume;
import vch.portlayer.refusal.Refusal;
import vch.services.dhcp.BusyboxClients;
import vch.services.dns.DnsService;

/// Every long-lived object of the daemon, in the order in which it is made. Read this file first.
final class Daemon implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Daemon.class.getName());

  private final Settings settings;
  private final List<AutoCloseable> parts = new ArrayList<>();

  private Daemon(Settings settings) {
    this.settings = settings;
  }

  /// Starts a daemon: takes the directories, loads the record, brings the machine to what is
  /// wanted, finds the containers that run, and opens every listener.
  ///
  /// @throws CannotStart with one sentence for the person who started it
  static Daemon start(Settings settings, InstantSource clock) {
    var daemon = new Daemon(settings);
    try {
      daemon.build(clock);
      return daemon;
    } catch (IOException | Refusal e) {
      daemon.close();
      throw new CannotStart(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      daemon.close();
      throw e;
    }
  }

  private void build(InstantSource clock) throws IOException {
    Requirements.check(settings);
    own(DirectoryLock.take(settings.runDirectory(), "--run-dir"));
    own(DirectoryLock.take(settings.stateDirectory(), "--state-dir"));

    var chance = new SecureRandom();
    var machine = own(LinuxMachine.open(settings.runDirectory(), mark(settings.stateDirectory())));
    var journal = SqliteJournal.open(settings.stateDirectory());
    var engine = own(RunningEngine.start(journal, machine, clock));
    var dns = own(new DnsService(engine, LinuxDatagrams::open, clock));
    answerNames(engine, dns);

    var store = ImageStore.open(settings.stateDirectory(), new RootRights(), Limits.DEFAULT);
    var registries =
        Registries.of(
            store,
            List.of(settings.stateDirectory().resolve("certs.d"), Path.of("/etc/docker/certs.d")),
            vch -> new WayOut(engine, dns, vch));
    var images = own(new VchImages(store, engine, registries, clock));
    var volumes =
        new DirectoryVolumes(
            settings.stateDirectory(),
            (vch, name) -> engine.image().volume(vch, name).map(Volume::options).orElse(Map.of()));
    var processes =
        own(
            ConmonProcesses.open(
                new RuntimeSettings(
                    settings.stateDirectory(), settings.runDirectory(), settings.runtime()),
                store,
                volumes,
                clock));
    var scheduler = own(new SystemScheduler());
    var dhcp =
        own(
            new BusyboxClients(
                settings.runDirectory().resolve("dhcp"),
                machine::path,
                machine.neighbourhood(),
                clock,
                chance));
    var lives =
        own(
            new ContainerLives(
                engine, processes, volumes, clock, chance, scheduler, dhcp, dns.containers()));
    var starts = lives.recover();

    var facts = MachineFacts.read(settings, processes.tools().runtime().getFileName().toString());
    var http = own(new HttpServer());
    var hosting =
        own(
            new VchHosting(
                settings,
                machine,
                http,
                dns,
                (vch, socket) ->
                    DockerApi.handler(
                        new DockerHost(
                            vch,
                            engine,
                            lives,
                            lives.attachments(),
                            images,
                            volumes,
                            processes,
                            clock,
                            chance,
                            facts,
                            socket)),
                clock,
                chance));
    engine.image().vchs().forEach(hosting::reopen);
    own(
        http.listen(
            settings.adminSocket(),
            new AdminApi(
                engine, lives, hosting, new RandomIds(chance), clock, versions(facts.runtime()))));
    starts.run();
    LOG.log(
        System.Logger.Level.INFO,
        "daemon-started pid={0} state={1} run={2} vchs={3} containers={4}",
        Long.toString(ProcessHandle.current().pid()),
        settings.stateDirectory(),
        settings.runDirectory(),
        engine.image().vchs().size(),
        engine.image().containers().size());
  }

  /// Containers of the last daemon wait for names; the rest of a VCH is opened later, and says what
  /// fails here too.
  private static void answerNames(RunningEngine engine, DnsService dns) {
    for (var vch : engine.image().vchs()) {
      try {
        dns.start(vch.id());
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.DEBUG, "no names yet in VCH " + vch.name(), e);
      }
    }
    engine.image().containers().stream()
        .filter(Container::live)
        .forEach(c -> dns.containers().follow(c.id()));
  }

  /// A word that no other daemon of the machine has and the next one over the same state has again:
  /// it marks our links.
  private static String mark(Path stateDirectory) throws IOException {
    try {
      var path = stateDirectory.toRealPath().toString().getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(path), 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static Map<String, String> versions(String runtime) {
    var versions = new LinkedHashMap<String, String>();
    versions.put("daemon", Settings.VERSION);
    versions.put("docker-api", "1.24 to 1.50");
    versions.put("java", Runtime.version().toString());
    versions.put("runtime", runtime);
    return versions;
  }

  private <T extends AutoCloseable> T own(T part) {
    parts.addFirst(part);
    return part;
  }

  /// Tells the world: the pid file is written last.
  void ready() throws IOException {
    Files.writeString(settings.pidFile(), ProcessHandle.current().pid() + "\n");
    Path pid = settings.pidFile();
    own(() -> Files.deleteIfExists(pid));
  }

  /// Ends everything that is the daemon's own, in reverse order. Containers and their networks go
  /// on.
  @Override
  public void close() {
    for (var part : parts) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.log(System.Logger.Level.WARNING, "a part does not close cleanly", e);
      }
    }
    parts.clear();
  }
}
