package vch.linux;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Neighbourhood;
import vch.kernel.libc.KernelException;
import vch.kernel.packet.PacketSocket;
import vch.kernel.rtnl.LinkInfo;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

/// ARP by packet sockets, one for each probe, announcement and listened link. Safe for all threads.
///
/// A probe waits on its caller's thread, which may be a virtual one, for what [FrameReader] reads.
final class LinuxNeighbourhood implements Neighbourhood, AutoCloseable {
  private final Spaces spaces;
  private final SocketCloser closer = new SocketCloser();
  private final FrameReader reader = new FrameReader(closer);

  /// Second announcements: each waits for its time on a thread of its own.
  private final ExecutorService later = Executors.newVirtualThreadPerTaskExecutor();

  LinuxNeighbourhood(Spaces spaces) {
    this.spaces = spaces;
  }

  @Override
  public Optional<Mac> probe(NamespaceName namespace, String link, Mac self, Ip address) {
    var probe = ArpPacket.probe(self, address);
    var other = new CompletableFuture<Mac>();
    Consumer<ArpPacket> heard =
        packet -> {
          if (packet.contests(address, self)) {
            other.complete(packet.sender());
          }
        };
    return using(
        namespace,
        link,
        () -> {
          int index = up(namespace, link).index();
          try (var ear = reader.listen(open(namespace, index, PacketSocket.ETH_P_ARP), heard)) {
            for (int i = 0; i < PROBES && !other.isDone(); i++) {
              ear.say(probe);
              await(other, PROBE_INTERVAL);
            }
          }
          return Optional.ofNullable(other.getNow(null));
        });
  }

  private static void await(CompletableFuture<Mac> other, Duration time) {
    try {
      other.get(time.toNanos(), TimeUnit.NANOSECONDS);
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
    var frame = ArpPacket.announcement(self, address).broadcast();
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
    Consumer<ArpPacket> all =
        packet -> {
          if (packet.hasAddress()) {
            heard.accept(new Heard(packet.sender(), packet.senderIp()));
          }
        };
    var machine = NamespaceName.MACHINE;
    return using(
        machine,
        link,
        () -> {
          int index = find(machine, link).index();
          return reader.listen(open(machine, index, PacketSocket.ETH_P_ARP), all)::close;
        });
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
    var socket = open(namespace, index, PacketSocket.NO_PROTOCOL);
    try {
      socket.send(frame);
    } finally {
      closer.close(socket);
    }
  }

  private PacketSocket open(NamespaceName namespace, int index, int protocol) {
    return spaces.get(namespace).inside(() -> PacketSocket.open(index, protocol));
  }

  private LinkInfo up(NamespaceName namespace, String link) {
    var found = find(namespace, link);
    if (!found.up()) {
      throw new LinkUnusable(namespace, link, "it is down");
    }
    return found;
  }

  private LinkInfo find(NamespaceName namespace, String link) {
    return spaces
        .get(namespace)
        .rtnl()
        .link(link)
        .orElseThrow(() -> new LinkUnusable(namespace, link, "it does not exist"));
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
