package vch.linux;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Neighbourhood;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.kernel.netlink.Monitor;
import vch.kernel.netlink.NetlinkSocket;
import vch.kernel.packet.PacketSocket;
import vch.kernel.rtnl.Change;
import vch.kernel.rtnl.LinkInfo;
import vch.kernel.rtnl.Rtnl;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

/// ARP and neighbour discovery by packet sockets, one for each probe, announcement and listened
/// link and family. Safe for all threads.
///
/// A probe waits on its caller's thread, which may be a virtual one, for what [SocketReader] reads.
final class LinuxNeighbourhood implements Neighbourhood, AutoCloseable {
  private static final Logger LOG = System.getLogger(LinuxNeighbourhood.class.getName());

  private final Spaces spaces;
  private final SocketCloser closer = new SocketCloser();
  private final SocketReader reader = new SocketReader(closer);
  private final Set<LinkListening> listened = ConcurrentHashMap.newKeySet();

  /// Links that come and go are followed. Guarded by this.
  private boolean following;

  /// Second announcements, and looks at links: each waits on a thread of its own.
  private final ExecutorService later = Executors.newVirtualThreadPerTaskExecutor();

  LinuxNeighbourhood(Spaces spaces) {
    this.spaces = spaces;
  }

  @Override
  public Optional<Mac> probe(NamespaceName namespace, String link, Mac self, Ip address) {
    var dialect = Dialect.of(address.family());
    var probe = dialect.probe(self, address);
    var other = new CompletableFuture<Mac>();
    Consumer<byte[]> heard =
        frame -> {
          Optional<? extends Claim> claim = dialect.parse(frame);
          claim.filter(c -> c.contests(address, self)).ifPresent(c -> other.complete(c.sender()));
        };
    return using(
        namespace,
        link,
        () -> {
          int index = up(namespace, link).index();
          var socket = inside(namespace, () -> dialect.open(index, Optional.of(address)));
          try (var ear = reader.listen(socket, dialect.bytesMax(), heard)) {
            for (int i = 0; i < PROBES && !other.isDone(); i++) {
              ear.say(probe);
              await(other);
            }
          }
          return Optional.ofNullable(other.getNow(null));
        });
  }

  private static void await(CompletableFuture<Mac> other) {
    try {
      other.get(PROBE_INTERVAL.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) { // nobody so far
    } catch (ExecutionException e) {
      throw new AssertionError("a probe never fails by what is heard", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the wait for answers was interrupted", e);
    }
  }

  @Override
  public void announce(NamespaceName namespace, String link, Mac self, Ip address) {
    var frame = Dialect.of(address.family()).announcement(self, address);
    int index =
        using(
            namespace,
            link,
            () -> {
              int now = up(namespace, link).index();
              send(namespace, now, frame);
              return now;
            });
    later.execute(() -> announceAgain(namespace, link, index, frame));
  }

  /// A link of the same name that was made meanwhile belongs to somebody else.
  private void announceAgain(NamespaceName namespace, String link, int index, byte[] frame) {
    try {
      Thread.sleep(ANNOUNCE_INTERVAL);
      using(
          namespace,
          link,
          () -> {
            if (up(namespace, link).index() == index) {
              send(namespace, index, frame);
            }
            return index;
          });
    } catch (InterruptedException | LinkUnusable _) { // the machine is closed, or the link has gone
    }
  }

  @Override
  public Listening listen(String link, Consumer<Heard> heard) {
    follow();
    var it =
        new LinkListening(
            link,
            name ->
                spaces
                    .machine()
                    .rtnl()
                    .link(name)
                    .map(l -> OptionalInt.of(l.index()))
                    .orElseGet(OptionalInt::empty),
            (index, dialect, frames) ->
                reader.listen(
                    inside(NamespaceName.MACHINE, () -> dialect.open(index, Optional.empty())),
                    dialect.bytesMax(),
                    frames),
            heard,
            listened::remove);
    listened.add(it);
    look(it);
    return it;
  }

  private synchronized void follow() {
    if (!following) {
      var machine = spaces.machine();
      reader.follow(
          machine.inside(() -> Monitor.openHere(NetlinkSocket.NETLINK_ROUTE, Rtnl.GROUP_LINKS)),
          this::changed,
          () -> listened.forEach(this::lookLater));
      following = true;
    }
  }

  private void changed(Change change) {
    if (change instanceof Change.OfLink ofLink) {
      for (var it : listened) {
        if (it.concerns(ofLink)) {
          it.gone();
          lookLater(it);
        }
      }
    }
  }

  /// Opening a socket takes longer than whoever reads them has time.
  private void lookLater(LinkListening it) {
    try {
      later.execute(() -> look(it));
    } catch (RejectedExecutionException _) { // the machine is closed
    }
  }

  private static void look(LinkListening it) {
    try {
      it.look();
    } catch (KernelException e) {
      if (!e.is(Errno.ENODEV)) { // it vanished while it was looked at, and that will be told
        LOG.log(Level.WARNING, "neighbours.listen.failed", e);
      }
    } catch (IllegalStateException | Space.Gone _) { // the machine is closed
    }
  }

  @Override
  public void send(NamespaceName namespace, String link, byte[] frame) {
    using(
        namespace,
        link,
        () -> {
          send(namespace, up(namespace, link).index(), frame);
          return link;
        });
  }

  private void send(NamespaceName namespace, int index, byte[] frame) {
    var socket = inside(namespace, () -> PacketSocket.open(index, PacketSocket.NO_PROTOCOL));
    try {
      socket.send(frame);
    } finally {
      closer.close(socket);
    }
  }

  private PacketSocket inside(NamespaceName namespace, Supplier<PacketSocket> opening) {
    return spaces.get(namespace).inside(opening);
  }

  private LinkInfo up(NamespaceName namespace, String link) {
    var found =
        spaces
            .get(namespace)
            .rtnl()
            .link(link)
            .orElseThrow(() -> new LinkUnusable(namespace, link, "it does not exist"));
    if (!found.up()) {
      throw new LinkUnusable(namespace, link, "it is down");
    }
    return found;
  }

  /// A link or its namespace may go at any moment, and with it what was opened.
  private static <T> T using(NamespaceName namespace, String link, Supplier<T> work) {
    try {
      return work.get();
    } catch (KernelException | IllegalStateException | Space.Gone e) {
      throw new LinkUnusable(namespace, link, e);
    }
  }

  /// What is listened to or waits for its second announcement ends.
  @Override
  public void close() {
    later.shutdownNow();
    reader.close();
    closer.close();
  }
}
