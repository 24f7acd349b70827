package vch.services.dns;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import vch.engine.Engine;
import vch.engine.desired.LinkNames;
import vch.engine.lifecycle.NameService;
import vch.engine.machine.Datagrams;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Ip;
import vch.portlayer.container.ContainerId;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;

/// The name service of all VCHs of a daemon: for each one socket for datagrams and one for
/// connections on port 53 of its endpoint namespace. Who asks is known by the source address. Names
/// follow the latest image with the next query. Containers on container networks only are answered
/// by [ContainerNames].
///
/// Its monitor guards which VCHs are served; all else belongs to the threads named in [UdpServer]
/// and [TcpServer].
public final class DnsService implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DnsService.class.getName());

  static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  private final Supplier<Image> images;
  private final Sockets sockets;
  private final DnsSettings settings;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Counters counters = new Counters();
  private final Exchange exchange;
  private final FailureCache failures;
  private final Forwarder forwarder;
  private final Responder responder;
  private final Shares connections;
  private final ContainerNames containers;
  private final Map<VchId, Serving> serving = new HashMap<>();

  /// The sockets of a VCH and the thread that receives from the first.
  private record Serving(Sockets.Listening<Datagrams> sockets, Thread receiver) {}

  /// @param datagrams how the socket of a VCH is opened
  public DnsService(Engine engine, Datagrams.Opening datagrams, InstantSource clock) {
    this(
        engine::image,
        engine.machine()::open,
        datagrams,
        Path.of("/etc/resolv.conf"),
        DnsSettings.DEFAULT,
        clock,
        new SecureRandom());
    engine.listen((_, after, changes) -> changed(after, changes));
    Thread.ofVirtual().name("dns-warm-up").start(this::warmUp);
  }

  DnsService(
      Supplier<Image> images,
      Sockets.Opener opener,
      Datagrams.Opening datagrams,
      Path resolvConf,
      DnsSettings settings,
      InstantSource clock,
      RandomGenerator random) {
    this.images = images;
    this.sockets = new Sockets(opener, datagrams);
    this.settings = settings;
    this.clock = clock;
    this.random = random;
    this.exchange = new Exchange(sockets, settings, random);
    this.failures = new FailureCache(clock);
    this.forwarder =
        new Forwarder(
            exchange,
            new AnswerCache(settings.cacheBytesMax(), clock),
            failures,
            counters,
            settings);
    this.responder = new Responder(new ResolvConf(resolvConf, clock)::servers, forwarder, counters);
    this.connections = new Shares(settings.connections());
    this.containers =
        new ContainerNames(images, sockets, responder, connections, settings, counters);
  }

  /// Answers one question to nobody: the codec's classes take longer to load than containers wait
  /// after a restart.
  private void warmUp() {
    var nobody = new Responder(List::of, forwarder, new Counters());
    var query =
        Message.newQuery(
            Record.newRecord(Name.fromConstantString("localhost."), Type.A, DClass.IN));
    if (nobody.step(
            Image.EMPTY,
            query.toWire(),
            new Asker.At(new VchId(""), Ip.parse("127.0.0.1")),
            _ -> {})
        instanceof Responder.Step.Answered answered) {
      Responses.datagram(query, answered.responses().getFirst());
    }
  }

  /// Serves the VCH, whose endpoint namespace must be there. Nothing happens if it is served
  /// already.
  ///
  /// @throws Refusal.Failed when port 53 cannot be had there
  public synchronized void start(VchId vch) {
    if (serving.containsKey(vch)) {
      return;
    }
    var namespace = LinkNames.endpoint(vch);
    try {
      var listening = sockets.listen(namespace, settings.port());
      var udp = new UdpServer(vch, listening.udp(), responder, images, clock, counters, random);
      var receiver = Thread.ofPlatform().name("dns-" + vch).daemon().start(udp);
      serving.put(vch, new Serving(listening, receiver));
      Thread.ofVirtual()
          .name("dns-accept-" + vch)
          .start(
              new TcpServer(
                  listening.tcp(),
                  responder,
                  images,
                  a -> new Asker.At(vch, a),
                  connections,
                  settings));
    } catch (IOException e) {
      var name = images.get().vch(vch).map(Vch::name).orElse(vch.value());
      throw new Refusal.Failed(
          "the name service of VCH "
              + name
              + " cannot listen on port "
              + settings.port()
              + ": "
              + e.getMessage());
    }
  }

  /// The port is free when this returns. Nothing happens if the VCH is not served.
  public synchronized void stop(VchId vch) {
    var it = serving.remove(vch);
    if (it != null) {
      close(vch, it);
    }
  }

  private static void close(VchId vch, Serving it) {
    try {
      it.sockets().close();
      // The kernel keeps the port for as long as a thread is inside a call on the socket.
      if (!it.receiver().join(CLOSE_TIMEOUT)) {
        LOG.log(Level.WARNING, "the name service of VCH {0} does not end", vch);
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "closing the name service of VCH {0}: {1}", vch, e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// The addresses of a host for the VCH itself, as its own name servers tell them; none where it
  /// has no such servers. IPv4 goes first. Blocks until they have answered.
  public List<Ip> lookup(VchId vch, String host) throws IOException {
    var servers = images.get().vch(vch).map(Vch::dnsServers).orElse(List.of());
    if (servers.isEmpty()) {
      return List.of();
    }
    try {
      var name = Name.fromString(host, Name.root);
      var upstreams = new Upstreams(LinkNames.endpoint(vch), servers);
      var out = new ArrayList<Ip>();
      for (int type : new int[] {Type.A, Type.AAAA}) {
        exchange
            .ask(upstreams, new Question(name, type, DClass.IN, false, true))
            .ifPresent(f -> f.answer().forEach(r -> address(r).ifPresent(out::add)));
      }
      return out;
    } catch (TextParseException _) {
      return List.of(); // no name that anybody could know
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while asking for " + host);
    }
  }

  private static Optional<Ip> address(Record record) {
    return switch (record) {
      case ARecord a -> Optional.of(Ip.of(a.getAddress().getAddress()));
      case AAAARecord a -> Optional.of(Ip.of(a.getAddress().getAddress()));
      default -> Optional.empty();
    };
  }

  /// The port where it listens; empty if it does not.
  synchronized OptionalInt port(VchId vch) {
    var it = serving.get(vch);
    return it == null ? OptionalInt.empty() : OptionalInt.of(it.sockets().udp().port());
  }

  /// The name service inside the namespaces of containers.
  public NameService containers() {
    return containers;
  }

  /// Where it answers inside the container's namespace; empty if it does not.
  Optional<InetSocketAddress> address(ContainerId container) {
    return containers.address(container);
  }

  /// Sockets that are open inside the namespace of a container.
  int openInside(NamespaceName namespace) {
    return sockets.belongings().size(namespace);
  }

  /// As `Engine.Listener`. A VCH that was changed (its servers, its networks) asks anew at once.
  void changed(Image after, List<Change> changes) {
    for (var change : changes) {
      if (change instanceof Change.VchPut(var vch)) {
        failures.forget(LinkNames.endpoint(vch.id()));
      }
    }
    containers.changed(after, changes);
  }

  /// What was done so far, over all VCHs.
  public DnsCounts counts() {
    return counters.read();
  }

  @Override
  public synchronized void close() {
    serving.forEach(DnsService::close);
    serving.clear();
    containers.close();
  }
}
