package vch.app.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import vch.api.admin.Hosting;
import vch.api.http.HttpHandler;
import vch.api.http.HttpServer;
import vch.api.http.Tls;
import vch.app.tls.Certificates;
import vch.app.tls.TlsContexts;
import vch.engine.desired.LinkNames;
import vch.engine.machine.Machine;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.TlsMode;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;
import vch.services.dns.DnsService;

/// Opens and closes what serves a VCH: the Docker API on its local socket and on its client role,
/// and the name service on its bridges. Thread safe: one VCH is opened or closed by one thread at a
/// time (the lock of its [Open]).
final class VchHosting implements Hosting, AutoCloseable {
  /// Connections that wait to be accepted. Java's default of 50 loses handshakes under load.
  private static final int BACKLOG_CONNECTIONS = 4096;

  private static final System.Logger LOG = System.getLogger(VchHosting.class.getName());

  private final Settings settings;
  private final Machine machine;
  private final HttpServer http;
  private final DnsService dns;
  private final BiFunction<VchId, Path, HttpHandler> docker;
  private final InstantSource clock;
  private final SecureRandom chance;
  private final Map<VchId, Open> open = new ConcurrentHashMap<>();

  VchHosting(
      Settings settings,
      Machine machine,
      HttpServer http,
      DnsService dns,
      BiFunction<VchId, Path, HttpHandler> docker,
      InstantSource clock,
      SecureRandom chance) {
    this.settings = settings;
    this.machine = machine;
    this.http = http;
    this.dns = dns;
    this.docker = docker;
    this.clock = clock;
    this.chance = chance;
  }

  /// What is open for one VCH. Guarded by itself.
  private static final class Open {
    private final List<AutoCloseable> listeners = new ArrayList<>();
    private Optional<Path> socketDirectory = Optional.empty();

    /// Bound on the client role, and not served yet.
    private Optional<ServerSocketChannel> waiting = Optional.empty();

    private Optional<String> problem = Optional.empty();
  }

  /// Opens a VCH of the record when the daemon starts; what goes wrong is logged and shown as its
  /// status. Names and the local socket answer when it returns. Clients of the client role are let
  /// in a moment later, and wait meanwhile: keys and certificates take their time, and there may be
  /// many VCHs.
  void reopen(Vch vch) {
    logged(
        vch,
        () -> {
          open(vch, List.of(), vch.name(), true);
          Thread.ofVirtual()
              .name("tls-" + vch.name())
              .start(() -> logged(vch, () -> letClientsIn(vch)));
        });
  }

  private static void logged(Vch vch, Runnable opening) {
    try {
      opening.run();
    } catch (Refusal.Failed e) {
      LOG.log(
          System.Logger.Level.ERROR, "vch-not-served name={0}: {1}", vch.name(), e.getMessage());
    }
  }

  @Override
  public void open(Vch vch, List<String> names, String organization) {
    open(vch, names, organization, false);
  }

  private void open(Vch vch, List<String> names, String organization, boolean clientsLater) {
    var mine = open.computeIfAbsent(vch.id(), _ -> new Open());
    synchronized (mine) {
      if (!mine.listeners.isEmpty()) {
        return;
      }
      try {
        var handler = docker.apply(vch.id(), dockerSocket(vch));
        if (vch.tls() != TlsMode.NONE) {
          certificates(vch.id())
              .make(organization, serverNames(vch, names), clock.instant(), chance);
        }
        dns.start(vch.id());
        mine.listeners.add(() -> dns.stop(vch.id()));
        var directory = directory(vch);
        Files.createDirectories(directory);
        mine.socketDirectory = Optional.of(directory);
        mine.listeners.add(http.listen(dockerSocket(vch), handler));
        var channel = clientChannel(vch);
        if (clientsLater) {
          mine.listeners.add(channel);
          mine.waiting = Optional.of(channel);
        } else {
          mine.listeners.add(http.listen(channel, tls(vch), handler));
        }
        mine.problem = Optional.empty();
      } catch (Exception e) {
        throw notServed(vch, mine, e);
      }
    }
  }

  /// Serves the connections that have come to the client role since it was opened.
  private void letClientsIn(Vch vch) {
    var mine = open.get(vch.id());
    if (mine == null) {
      return; // deleted meanwhile
    }
    synchronized (mine) {
      if (mine.waiting.isEmpty()) {
        return;
      }
      var channel = mine.waiting.get();
      mine.waiting = Optional.empty();
      try {
        mine.listeners.add(
            http.listen(channel, tls(vch), docker.apply(vch.id(), dockerSocket(vch))));
      } catch (Exception e) {
        throw notServed(vch, mine, e);
      }
    }
  }

  private static Refusal.Failed notServed(Vch vch, Open mine, Exception e) {
    close(mine);
    mine.problem = Optional.of("not served: " + e.getMessage());
    return new Refusal.Failed(
        "the Docker API of VCH \"" + vch.name() + "\" cannot be offered: " + e.getMessage());
  }

  private Optional<Tls> tls(Vch vch) {
    return vch.tls() == TlsMode.NONE
        ? Optional.empty()
        : Optional.of(
            new Tls(TlsContexts.server(certificates(vch.id())), vch.tls() == TlsMode.VERIFY));
  }

  private ServerSocketChannel clientChannel(Vch vch) throws Exception {
    var address =
        vch.address(Role.CLIENT)
            .orElseThrow(() -> new Refusal.Failed("its client role has no address"))
            .address();
    var at = new InetSocketAddress(InetAddress.getByAddress(address.bytes()), vch.tls().port());
    return machine.open(
        LinkNames.endpoint(vch.id()),
        () -> {
          var channel = ServerSocketChannel.open();
          try {
            return channel.bind(at, BACKLOG_CONNECTIONS);
          } catch (IOException e) {
            channel.close();
            throw new IOException("cannot listen on " + at + ": " + e.getMessage(), e);
          }
        });
  }

  private static List<String> serverNames(Vch vch, List<String> further) {
    var names = new LinkedHashSet<String>();
    further.stream().filter(n -> !n.isBlank()).forEach(names::add);
    vch.address(Role.CLIENT).ifPresent(a -> names.add(a.address().toString()));
    names.add("localhost");
    names.add("127.0.0.1");
    if (vch.name().matches("[A-Za-z0-9][A-Za-z0-9-]*")) {
      names.add(vch.name());
    }
    return List.copyOf(names);
  }

  @Override
  public void close(VchId vch) {
    var mine = open.remove(vch);
    if (mine != null) {
      synchronized (mine) {
        close(mine);
      }
    }
    certificates(vch).delete();
    var directory = settings.stateDirectory().resolve("vchs").resolve(vch.value());
    try {
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "cannot remove {0}: {1}", directory, e.getMessage());
    }
  }

  private static void close(Open mine) {
    for (var listener : mine.listeners.reversed()) {
      try {
        listener.close();
      } catch (Exception e) {
        LOG.log(System.Logger.Level.WARNING, "a listener does not close cleanly", e);
      }
    }
    mine.listeners.clear();
    mine.waiting = Optional.empty();
    mine.socketDirectory.ifPresent(
        directory -> {
          try {
            Files.deleteIfExists(directory.resolve("docker.sock"));
            Files.deleteIfExists(directory);
          } catch (IOException e) {
            LOG.log(
                System.Logger.Level.WARNING, "cannot remove {0}: {1}", directory, e.getMessage());
          }
        });
  }

  private Certificates certificates(VchId vch) {
    return new Certificates(
        settings.stateDirectory().resolve("vchs").resolve(vch.value()).resolve("tls"));
  }

  @Override
  public Path dockerSocket(Vch vch) {
    return directory(vch).resolve("docker.sock");
  }

  private Path directory(Vch vch) {
    return settings.runDirectory().resolve(vch.name());
  }

  @Override
  public Path clientCertificates(Vch vch) {
    return certificates(vch.id()).directory();
  }

  @Override
  public Runnable copyCertificates(Vch vch, Path target) {
    try {
      return certificates(vch.id()).copyTo(target);
    } catch (UncheckedIOException e) {
      throw new Refusal.Failed(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void checkCertificateTarget(Path target) {
    Certificates.checkEmpty(target);
  }

  @Override
  public Optional<String> reserved(String name) {
    return settings.ownName(name)
        ? Optional.of(
            "Cannot use reserved name \""
                + name
                + "\" for a VCH: the daemon keeps files of its own under that name in "
                + settings.runDirectory())
        : Optional.empty();
  }

  @Override
  public Optional<String> problem(VchId vch) {
    var mine = open.get(vch);
    if (mine == null) {
      return Optional.of("starting");
    }
    synchronized (mine) {
      return mine.problem;
    }
  }

  /// Closes all listeners; certificates stay.
  @Override
  public void close() {
    for (var mine : open.values()) {
      synchronized (mine) {
        close(mine);
      }
    }
    open.clear();
  }
}
