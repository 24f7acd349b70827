package vch.linux;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Open;
import vch.kernel.libc.Pipe;
import vch.kernel.libc.Poll;
import vch.kernel.libc.Read;
import vch.kernel.libc.Write;
import vch.kernel.packet.PacketSocket;

/// Reads ARP packets from any number of sockets. Owns one thread, begun with the first socket:
/// waiting for a socket holds a thread, so whoever waits for a packet (a virtual thread, most
/// often) lets this one do it. It calls the listeners, and it alone has sockets closed, so none is
/// closed while it is waited for. The monitor guards what is listed.
final class FrameReader implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(FrameReader.class.getName());

  /// Taken from one socket before the others have their turn: a segment that is flooded does not
  /// make us deaf on the others.
  private static final int PACKETS_PER_TURN_MAX = 64;

  private static final String CLOSED = "the machine is closed";

  private final SocketCloser closer;
  private final Pipe wake = Pipe.open(Open.O_NONBLOCK);
  private final Set<Ear> ears = new LinkedHashSet<>();
  private Optional<Thread> thread = Optional.empty();
  private boolean closing;
  private boolean ended;

  FrameReader(SocketCloser closer) {
    this.closer = closer;
  }

  /// A socket that is read. Closing it closes the socket soon.
  final class Ear implements AutoCloseable {
    private final PacketSocket socket;
    private final Consumer<ArpPacket> heard;
    private volatile boolean closed;

    private Ear(PacketSocket socket, Consumer<ArpPacket> heard) {
      this.socket = socket;
      this.heard = heard;
    }

    /// Tells everybody on the link's segment.
    synchronized void say(ArpPacket packet) {
      if (closed) {
        throw new IllegalStateException(CLOSED);
      }
      socket.send(packet.broadcast());
    }

    private void read() {
      for (int i = 0; i < PACKETS_PER_TURN_MAX && !closed; i++) {
        var frame = next();
        if (frame.isEmpty()) {
          return;
        }
        ArpPacket.parse(frame.get()).ifPresent(this::tell);
      }
    }

    private Optional<byte[]> next() {
      try {
        return socket.receive(ArpPacket.BYTES, 0);
      } catch (KernelException e) {
        if (!e.is(
            Errno.ENETDOWN)) { // it may come up again; what has vanished is silent from now on
          LOG.log(System.Logger.Level.WARNING, "arp.read.failed", e);
          closed = true;
        }
        return Optional.empty();
      }
    }

    private void tell(ArpPacket packet) {
      try {
        heard.accept(packet);
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.WARNING, "arp.listener.failed", e);
      }
    }

    private synchronized void end() {
      closed = true;
      closer.close(socket);
    }

    @Override
    public void close() {
      closed = true;
      wake();
    }
  }

  /// From now on `heard` is called with what is well formed among the packets that come.
  ///
  /// @param socket hears ARP; ownership is taken
  /// @param heard returns at once; it may be called once more after the ear was closed
  Ear listen(PacketSocket socket, Consumer<ArpPacket> heard) {
    var ear = new Ear(socket, heard);
    synchronized (this) {
      if (closing) {
        closer.close(socket);
        throw new IllegalStateException(CLOSED);
      }
      ears.add(ear);
      if (thread.isEmpty()) {
        thread = Optional.of(Thread.ofPlatform().daemon().name("arp").start(this::run));
      }
    }
    wake();
    return ear;
  }

  private void run() {
    while (true) {
      var now = present();
      if (now.isEmpty()) {
        return;
      }
      var all = now.get();
      var fds = new int[all.size() + 1];
      fds[0] = wake.read().number();
      for (int i = 0; i < all.size(); i++) {
        fds[i + 1] = all.get(i).socket.number();
      }
      var events = new short[fds.length];
      Arrays.fill(events, Poll.POLLIN);
      var ready = Poll.poll(Poll.NO_TIMEOUT, fds, events);
      if (ready[0] != 0) {
        Read.read(wake.read(), new byte[4096], 0, 4096);
      }
      for (int i = 0; i < all.size(); i++) {
        if (ready[i + 1] != 0) {
          all.get(i).read();
        }
      }
    }
  }

  /// Those to be read, without those that were closed; empty: nothing is read any more.
  private synchronized Optional<List<Ear>> present() {
    ears.removeIf(
        ear -> {
          boolean ends = ear.closed || closing;
          if (ends) {
            ear.end();
          }
          return ends;
        });
    return closing ? Optional.empty() : Optional.of(new ArrayList<>(ears));
  }

  private synchronized void wake() {
    if (ended) {
      return;
    }
    try {
      Write.write(wake.write(), new byte[] {1}, 0, 1);
    } catch (KernelException e) {
      if (!e.is(Errno.EAGAIN)) { // EAGAIN: it has been woken more than often enough
        throw e;
      }
    }
  }

  /// Closes all sockets that are read.
  @Override
  public void close() {
    Optional<Thread> reading;
    synchronized (this) {
      closing = true;
      reading = thread;
    }
    wake();
    boolean interrupted = false;
    while (reading.isPresent() && reading.get().isAlive()) {
      try {
        reading.get().join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    synchronized (this) {
      ended = true;
      wake.close();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
