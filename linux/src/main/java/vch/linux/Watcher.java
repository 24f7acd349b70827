package vch.linux;

import java.net.Inet4Address;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.NamespaceName;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Open;
import vch.kernel.libc.Pipe;
import vch.kernel.libc.Poll;
import vch.kernel.libc.Write;
import vch.kernel.netlink.Monitor;
import vch.kernel.netlink.NetlinkSocket;
import vch.kernel.nft.Nft;
import vch.kernel.rtnl.AddressInfo;
import vch.kernel.rtnl.Change;
import vch.kernel.rtnl.LinkInfo;
import vch.kernel.rtnl.RouteInfo;
import vch.kernel.rtnl.Rtnl;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Mac;

/// Tells who wants to know when somebody changes what is ours. Two sockets in the machine's
/// namespace hear of all namespaces that have an id there. What is as we know it, our own work
/// above all, is not told. Pins that somebody took away are put back at once.
///
/// Owns one thread, which reads the sockets, looks again at links that notifications name, and
/// calls the listener.
final class Watcher implements AutoCloseable {
  /// After the first notification others are waited for: work comes in bursts, and what is over
  /// needs no second look.
  private static final Duration BURST = Duration.ofMillis(5);

  /// From a change of the mounts of this machine to the look at our pins, at the least. Each start
  /// of a container is such a change.
  private static final int PINS_LOOK_MS = 200;

  /// And for each namespace, lest looking take a share of the processors that grows with them.
  private static final int PIN_LOOK_MS = 1;

  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

  private static final System.Logger LOG = System.getLogger(Watcher.class.getName());

  private final Spaces spaces;
  private final String daemon;
  private final RulesetSteps rulesets;
  private final Consumer<NamespaceName> touched;
  private final Monitor links;
  private final Monitor rules;
  private final Fd mounts = Open.open(MOUNTS, Open.O_RDONLY);
  private final Pipe wake = Pipe.open(Open.O_NONBLOCK);
  private final Map<Integer, Space> byId = new ConcurrentHashMap<>();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("netlink-watch").unstarted(this::run);
  private volatile boolean closing;

  Watcher(Spaces spaces, String daemon, RulesetSteps rulesets, Consumer<NamespaceName> touched) {
    this.spaces = spaces;
    this.daemon = daemon;
    this.rulesets = rulesets;
    this.touched = touched;
    this.links =
        spaces.machine().inside(() -> Monitor.open(NetlinkSocket.NETLINK_ROUTE, Rtnl.GROUPS));
    this.rules =
        spaces.machine().inside(() -> Monitor.open(NetlinkSocket.NETLINK_NETFILTER, Nft.GROUPS));
  }

  void start() {
    spaces.onOpened(this::listen);
    thread.start();
  }

  private void listen(Space space) {
    try {
      byId.put(spaces.machine().rtnl().identify(space.fd()), space);
    } catch (KernelException | IllegalStateException e) {
      if (!space.isClosed()) {
        LOG.log(System.Logger.Level.WARNING, "netlink.watch.deaf namespace=" + space.name(), e);
      }
    }
  }

  private void run() {
    // The kernel tells of changed mounts as of an urgent event, proc_pid_mountinfo(5).
    var events = new short[] {Poll.POLLIN, Poll.POLLIN, Poll.POLLIN, Poll.POLLPRI};
    boolean pinsDoubtful = false;
    while (!closing) {
      var fds =
          new int[] {
            links.number(),
            rules.number(),
            wake.read().number(),
            pinsDoubtful ? -1 : mounts.number()
          };
      var ready = Poll.poll(pinsDoubtful ? looksAtPinsIn() : Poll.NO_TIMEOUT, fds, events);
      if (closing) {
        return;
      }
      LockSupport.parkNanos(BURST.toNanos());
      try {
        look();
        if (pinsDoubtful) {
          spaces.keepPinned().forEach(touched);
        }
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.WARNING, "netlink.watch.failed", e);
        everything();
      }
      pinsDoubtful = !pinsDoubtful && ready[3] != 0;
    }
  }

  private int looksAtPinsIn() {
    return PINS_LOOK_MS + PIN_LOOK_MS * spaces.open().size();
  }

  private void look() {
    var found = new HashSet<NamespaceName>();
    Map<Space, Set<String>> doubtful = new LinkedHashMap<>();
    boolean complete =
        links.drain(
            n -> {
              var change = Change.of(n.message());
              if (change instanceof Change.NamespaceGone(var id)
                  && n.namespace() == Monitor.OWN_NAMESPACE) {
                // While we have it open it cannot be gone: then its id belongs to another by now.
                byId.computeIfPresent(id, (_, space) -> space.isClosed() ? null : space);
              } else {
                space(n.namespace()).ifPresent(space -> consider(space, change, found, doubtful));
              }
            });
    complete &=
        rules.drain(
            n ->
                Nft.transaction(n.message())
                    .ifPresent(
                        t ->
                            space(n.namespace())
                                .ifPresent(
                                    space -> {
                                      if (!space.isOwnNft(t.port())
                                          && !rulesets.isOwnCommand(t.process())) {
                                        space.forgetSets();
                                        found.add(space.name());
                                      }
                                    })));
    doubtful.forEach(
        (space, names) -> {
          for (var name : names) {
            var known = space.known().link(name);
            if (known.isPresent() && differs(space, name)) {
              found.add(space.name());
              found.add(known.get().home());
            }
          }
        });
    found.forEach(touched);
    if (!complete) {
      everything();
    }
  }

  /// Notifications were lost: anything may have changed.
  private void everything() {
    touched.accept(NamespaceName.MACHINE);
    spaces.open().forEach(s -> touched.accept(s.name()));
  }

  private Optional<Space> space(int id) {
    return id == Monitor.OWN_NAMESPACE
        ? Optional.of(spaces.machine())
        : Optional.ofNullable(byId.get(id));
  }

  private static void consider(
      Space space, Change change, Set<NamespaceName> found, Map<Space, Set<String>> doubtful) {
    switch (change) {
      case Change.OfLink(var link, var removed) -> {
        if (!removed) {
          found.addAll(space.known().takeMissed(link.name()));
        }
        if (space.known().link(link.name()).isPresent()) {
          doubtful.computeIfAbsent(space, _ -> new HashSet<>()).add(link.name());
        }
      }
      case Change.OfAddress(var address, var removed) -> {
        // Only those that we have set are ours, so one that somebody adds is none of our business;
        // but for those of a NIC that we copy.
        var cidr = new Cidr(Addresses.ip(address.address()), address.length());
        if ((removed && space.known().addresses().stream().anyMatch(a -> a.cidr().equals(cidr)))
            || (removed && tookRoutesAlong(space, address))
            || isCopied(space, address)) {
          found.add(space.name());
        }
      }
      case Change.OfRoute(var route, var removed) -> {
        if (removed && route.protocol() == AddressSteps.PROTOCOL && knows(space, route)) {
          found.add(space.name());
        }
      }
      case Change.OfRule(var rule, var removed) -> {
        if (removed
            && RuleSteps.rule(space.name(), rule)
                .filter(space.known().rules()::contains)
                .isPresent()) {
          found.add(space.name());
        }
      }
      case Change.NamespaceGone _, Change.Other _ -> {}
    }
  }

  /// With the last IPv4 address of a link the kernel takes all its routes away, and tells nobody.
  /// In tables of their own they go with addresses that are not ours: those of DHCP.
  private static boolean tookRoutesAlong(Space space, AddressInfo address) {
    var links =
        space.known().routes().stream()
            .filter(r -> r.table() != Route.MAIN)
            .map(Route::link)
            .collect(Collectors.toSet());
    return !links.isEmpty()
        && address.address() instanceof Inet4Address
        && space.rtnl().link(address.link()).filter(l -> links.contains(l.name())).isPresent();
  }

  private static boolean isCopied(Space space, AddressInfo address) {
    var nics = space.known().copied();
    return !nics.isEmpty()
        && address.address() instanceof Inet4Address
        && space.rtnl().link(address.link()).filter(l -> nics.contains(l.name())).isPresent();
  }

  private static boolean knows(Space space, RouteInfo route) {
    var to = Addresses.subnet(route.to(), route.length());
    var via = route.via().map(Addresses::ip);
    return space.known().routes().stream()
        .anyMatch(r -> r.table() == route.table() && r.to().equals(to) && r.via().equals(via));
  }

  /// Looks at the link now: what a notification says may be a moment of our own work that is over.
  private boolean differs(Space space, String name) {
    try {
      var known = space.known().link(name);
      if (known.isEmpty()) {
        return false;
      }
      var now = space.rtnl().link(name);
      return now.isEmpty() || !same(space, known.get(), now.get());
    } catch (IllegalStateException | Space.Gone e) {
      if (space.isClosed()) {
        return false;
      }
      throw e;
    }
  }

  private boolean same(Space space, Known.KnownLink known, LinkInfo now) {
    var above = now.master() == 0 ? Optional.<LinkInfo>empty() : space.rtnl().link(now.master());
    var master = above.map(LinkInfo::name);
    boolean adopted = above.filter(m -> LinkSteps.isAdopted(daemon, m)).isPresent();
    return known.up() == now.up()
        && (known.mtu() == now.mtu() || (known.mtu() < now.mtu() && adopted))
        && known.mac().map(mac -> mac.equals(new Mac(now.mac()))).orElse(true)
        && known.master().equals(master);
  }

  @Override
  public void close() {
    closing = true;
    Write.write(wake.write(), new byte[] {1}, 0, 1);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    links.close();
    rules.close();
    mounts.close();
    wake.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
