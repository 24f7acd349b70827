package vch.services.dns;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import vch.engine.desired.LinkNames;
import vch.engine.lifecycle.NameService;
import vch.engine.machine.NamespaceName;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.name.NameServers;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;

/// The name service inside the namespaces of containers on container networks: those that are on
/// nothing else have sockets there, and for all of them questions may be asked from there. Safe for
/// any number of threads.
final class ContainerNames implements NameService {
  private static final System.Logger LOG = System.getLogger(ContainerNames.class.getName());

  private final Supplier<Image> images;
  private final Sockets sockets;
  private final Responder responder;
  private final Shares connections;
  private final DnsSettings settings;
  private final Counters counters;
  private final ConcurrentHashMap<ContainerId, Serving> serving = new ConcurrentHashMap<>();

  /// What is wanted for a container.
  ///
  /// @param own with sockets that its programs ask at
  private record Wanted(NamespaceName namespace, boolean own) {}

  /// @param threads that wait at the sockets; the kernel has a socket until its thread has seen
  ///   that it is closed
  private record Serving(
      Wanted wanted,
      Optional<Sockets.Listening<DatagramChannel>> listening,
      List<Thread> threads) {}

  ContainerNames(
      Supplier<Image> images,
      Sockets sockets,
      Responder responder,
      Shares connections,
      DnsSettings settings,
      Counters counters) {
    this.images = images;
    this.sockets = sockets;
    this.responder = responder;
    this.connections = connections;
    this.settings = settings;
    this.counters = counters;
  }

  private static Optional<Wanted> wanted(Image image, ContainerId id) {
    return image
        .container(id)
        .filter(Container::live)
        .filter(
            c ->
                NameServers.own(image, c)
                    || c.endpoints().stream().anyMatch(e -> EndpointRules.external(image, e)))
        .map(c -> new Wanted(LinkNames.container(c), NameServers.own(image, c)));
  }

  @Override
  public void follow(ContainerId id) {
    var image = images.get();
    var container = image.container(id);
    var wanted = wanted(image, id);
    if (wanted.equals(Optional.ofNullable(serving.get(id)).map(Serving::wanted))) {
      return;
    }
    end(id).ifPresent(ContainerNames::await); // the port is free for what is opened next
    if (wanted.isEmpty() || container.isEmpty()) {
      return;
    }
    try {
      serving.put(id, begin(container.get(), wanted.get()));
    } catch (IOException e) {
      LOG.log(
          Level.WARNING,
          "container {0} gets no names of its VCH: {1}",
          container.get().name(),
          e.getMessage());
    }
    if (!wanted(images.get(), id).equals(wanted)) {
      end(id); // it has ended meanwhile, and whoever told had nothing to close yet
    }
  }

  private Serving begin(Container container, Wanted wanted) throws IOException {
    sockets.belongings().enter(wanted.namespace());
    if (!wanted.own()) {
      return new Serving(wanted, Optional.empty(), List.of());
    }
    var asker = new Asker.Inside(container.vch(), container.id());
    try {
      var listening = sockets.listenInside(wanted.namespace(), settings.insidePort());
      var udp = new InsideServer(listening.udp(), asker, responder, images, counters);
      var tcp =
          new TcpServer(listening.tcp(), responder, images, _ -> asker, connections, settings);
      var threads =
          List.of(
              Thread.ofVirtual().name("dns-inside").start(udp),
              Thread.ofVirtual().name("dns-accept-inside").start(tcp));
      return new Serving(wanted, Optional.of(listening), threads);
    } catch (IOException e) {
      sockets.belongings().leave(wanted.namespace());
      throw e;
    }
  }

  /// Does not wait for the threads.
  private Optional<Serving> end(ContainerId id) {
    var old = Optional.ofNullable(serving.remove(id));
    old.ifPresent(o -> sockets.belongings().leave(o.wanted().namespace()));
    return old;
  }

  private static void await(Serving ended) {
    try {
      for (var thread : ended.threads()) {
        if (!thread.join(DnsService.CLOSE_TIMEOUT)) {
          LOG.log(Level.WARNING, "{0} does not end", thread.getName());
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// As `Engine.Listener`: what has ended is closed before its namespace goes.
  void changed(Image after, List<Change> changes) {
    for (var change : changes) {
      switch (change) {
        case Change.ContainerPut(var it) -> endUnlessWanted(after, it.id());
        case Change.ContainerRemoved(var id) -> endUnlessWanted(after, id);
        default -> {}
      }
    }
  }

  private void endUnlessWanted(Image after, ContainerId id) {
    var now = serving.get(id);
    if (now != null
        && wanted(after, id)
            .filter(w -> w.namespace().equals(now.wanted().namespace()))
            .isEmpty()) {
      end(id);
    }
  }

  /// Where the container's programs are answered; empty if they are not.
  Optional<InetSocketAddress> address(ContainerId id) {
    return Optional.ofNullable(serving.get(id))
        .flatMap(Serving::listening)
        .flatMap(
            l -> {
              try {
                return Optional.of((InetSocketAddress) l.udp().getLocalAddress());
              } catch (IOException _) {
                return Optional.empty(); // closed meanwhile
              }
            });
  }

  void close() {
    List.copyOf(serving.keySet()).stream()
        .flatMap(id -> end(id).stream())
        .toList()
        .forEach(ContainerNames::await);
  }
}
