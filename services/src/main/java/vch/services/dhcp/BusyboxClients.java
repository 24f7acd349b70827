package vch.services.dhcp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import vch.engine.lease.DhcpClients;
import vch.engine.lease.DhcpFailed;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Neighbourhood;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.Lease;

/// DHCP by processes of `busybox udhcpc`, one an endpoint, whose script needs no daemon. All that
/// is known of them is below one directory, so another daemon takes them over; see [ClientFiles].
///
/// One thread tells listeners and looks after clients, another hears of new files.
public final class BusyboxClients implements DhcpClients {
  private static final System.Logger LOG = System.getLogger(BusyboxClients.class.getName());
  private static final String SCRIPT = "client.sh";

  /// What udhcpc calls its script with.
  private static final List<String> EVENTS =
      List.of("bound", "renew", "nak", "deconfig", "leasefail");

  /// How soon it shows that a client ended, or that a lease did.
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);

  private final Path directory;
  private final Function<NamespaceName, Path> namespaces;
  private final Neighbourhood neighbourhood;
  private final InstantSource clock;
  private final RandomGenerator chance;
  private final Map<EndpointId, Keeper> keepers = new ConcurrentHashMap<>();
  private final List<Consumer<Changed>> listeners = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("dhcp-leases").daemon().factory());
  private final WatchService watch;
  private volatile Programs programs = Programs.find();

  /// @param directory of the run directory; it is made
  /// @param namespaces where a namespace can be joined
  public BusyboxClients(
      Path directory,
      Function<NamespaceName, Path> namespaces,
      Neighbourhood neighbourhood,
      InstantSource clock,
      RandomGenerator chance) {
    this.directory = directory.toAbsolutePath();
    this.namespaces = namespaces;
    this.neighbourhood = neighbourhood;
    this.clock = clock;
    this.chance = chance;
    try {
      Files.createDirectories(this.directory);
      ClientFiles.write(this.directory, SCRIPT, script());
      EVENTS.forEach(
          e -> ClientFiles.write(this.directory, e, "event=" + e + "\n. ./" + SCRIPT + "\n"));
      watch = this.directory.getFileSystem().newWatchService();
      this.directory.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
    } catch (IOException e) {
      throw new UncheckedIOException("make " + directory, e);
    }
    Thread.ofPlatform().name("dhcp-watch").daemon().start(this::hear);
    var _ =
        thread.scheduleWithFixedDelay(
            this::checkAll,
            CHECK_INTERVAL.toMillis(),
            CHECK_INTERVAL.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private static String script() throws IOException {
    try (var in = BusyboxClients.class.getResourceAsStream(SCRIPT)) {
      return new String(
          java.util.Objects.requireNonNull(in, SCRIPT).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void hear() {
    try {
      while (true) {
        var key = watch.take();
        var heard = new HashSet<EndpointId>();
        boolean all = false;
        for (var event : key.pollEvents()) {
          if (event.context() instanceof Path file) {
            Optional.of(file.toString())
                .filter(n -> n.endsWith(ClientFiles.LEASE))
                .flatMap(ClientFiles::owner)
                .ifPresent(heard::add);
          } else {
            all = true; // too many to be told
          }
        }
        (all ? Set.copyOf(keepers.keySet()) : heard).forEach(this::lookSoon);
        key.reset();
      }
    } catch (InterruptedException | ClosedWatchServiceException _) {
      return;
    }
  }

  private void lookSoon(EndpointId id) {
    if (!thread.isShutdown()) {
      thread.execute(() -> tell(id, Keeper::look));
    }
  }

  private void checkAll() {
    keepers.keySet().forEach(id -> tell(id, Keeper::check));
  }

  /// On the thread of leases.
  private void tell(EndpointId id, Function<Keeper, Optional<Changed>> how) {
    try {
      Optional.ofNullable(keepers.get(id))
          .flatMap(how)
          .ifPresent(change -> listeners.forEach(l -> l.accept(change)));
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "look after the DHCP client of endpoint " + id.brief(), e);
    }
  }

  private Programs programs() {
    var known = programs;
    if (!known.missing().isEmpty()) { // installed meanwhile?
      known = Programs.find();
      programs = known;
    }
    return known;
  }

  @Override
  public void start(Client client) {
    keepers.compute(
        client.id(),
        (id, former) -> {
          if (former != null && former.serves(client)) {
            former.rank(client);
            return former;
          }
          if (former != null) {
            former.stop();
          }
          var keeper =
              new Keeper(
                  client,
                  new ClientFiles(directory, id),
                  namespaces.apply(client.namespace()),
                  programs(),
                  clock);
          keeper.begin();
          return keeper;
        });
    lookSoon(client.id());
  }

  @Override
  public Lease await(EndpointId id, Duration atMost) throws DhcpFailed {
    var keeper = keepers.get(id);
    if (keeper == null) {
      throw new DhcpFailed("endpoint " + id.brief() + " has no DHCP client");
    }
    try {
      return keeper.await(atMost);
    } catch (DhcpFailed e) {
      throw other(keeper).map(mac -> new DhcpFailed(e.getMessage() + ": " + mac)).orElse(e);
    }
  }

  /// The client does not say who it was that answered: we ask once more.
  private Optional<Mac> other(Keeper keeper) {
    var client = keeper.client();
    try {
      return keeper
          .contested()
          .flatMap(ip -> neighbourhood.probe(client.namespace(), client.link(), client.mac(), ip));
    } catch (Neighbourhood.LinkUnusable _) {
      return Optional.empty();
    }
  }

  @Override
  public void stop(EndpointId id) {
    var keeper = keepers.remove(id);
    if (keeper != null) {
      keeper.stop();
      return;
    }
    var files = new ClientFiles(directory, id);
    ClientProcess.find(files).ifPresent(p -> p.kill(programs()));
    files.remove();
  }

  @Override
  public void stopAllBut(Set<EndpointId> wanted) {
    known().stream().filter(id -> !wanted.contains(id)).forEach(this::stop);
  }

  private Set<EndpointId> known() {
    try (var files = Files.list(directory)) {
      var ids = new HashSet<EndpointId>();
      files
          .map(f -> f.getFileName().toString())
          .forEach(n -> ClientFiles.owner(n).ifPresent(ids::add));
      return ids;
    } catch (IOException e) {
      throw new UncheckedIOException("list " + directory, e);
    }
  }

  @Override
  public void release(EndpointId id, Mac mac, Lease lease, String link) {
    if (lease.server().isUnspecified()) {
      return; // it never said who it is
    }
    var frame =
        new ReleaseFrame(
            chance.nextInt(),
            mac,
            lease.address().address(),
            lease.server(),
            nextHop(link, lease),
            ClientId.of(id));
    neighbourhood.send(NamespaceName.MACHINE, link, frame.bytes());
  }

  /// Ethernet address of the server, or of the router towards it.
  private Optional<Mac> nextHop(String link, Lease lease) {
    boolean near = lease.address().subnet().contains(lease.server());
    Optional<Ip> hop = near ? Optional.of(lease.server()) : lease.routers().stream().findFirst();
    return hop.flatMap(
        ip ->
            hardware(link)
                .flatMap(self -> neighbourhood.probe(NamespaceName.MACHINE, link, self, ip)));
  }

  private static Optional<Mac> hardware(String link) {
    try {
      return Optional.ofNullable(NetworkInterface.getByName(link))
          .flatMap(
              i -> {
                try {
                  return Optional.ofNullable(i.getHardwareAddress()).map(Mac::of);
                } catch (SocketException _) { // it vanished
                  return Optional.empty();
                }
              });
    } catch (SocketException _) {
      return Optional.empty();
    }
  }

  @Override
  public Map<EndpointId, Lease> observe() {
    var leases = new HashMap<EndpointId, Lease>();
    var now = clock.instant();
    for (var id : known()) {
      new ClientFiles(directory, id)
          .lease()
          .map(LeaseNote::parse)
          .flatMap(note -> note.lease(now))
          .ifPresent(lease -> leases.put(id, lease));
    }
    return leases;
  }

  @Override
  public void onChange(Consumer<Changed> listener) {
    listeners.add(listener);
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      watch.close();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "stop watching " + directory, e);
    }
  }
}
