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
import vch.kernel.netlink.Monitor;
import vch.kernel.packet.PacketSocket;
import vch.kernel.rtnl.Change;

/// Reads any number of sockets. Owns one thread, begun with the first socket: waiting for a socket
/// holds a thread, so whoever waits for a frame (a virtual thread, most often) lets this one do it.
/// It calls the listeners, and it alone has sockets closed, so none is closed while it is waited
/// for. The monitor guards what is listed.
final class SocketReader implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(SocketReader.class.getName());

  /// Taken from one socket before the others have their turn: a segment that is flooded does not
  /// make us deaf on the others.
  private static final int FRAMES_PER_TURN_MAX = 64;

  private static final String CLOSED = "the machine is closed";

  private final SocketCloser closer;
  private final Pipe wake = Pipe.open(Open.O_NONBLOCK);
  private final Set<Source> sources = new LinkedHashSet<>();
  private Optional<Thread> thread = Optional.empty();
  private boolean closing;
  private boolean ended;

  SocketReader(SocketCloser closer) {
    this.closer = closer;
  }

  /// A socket that is read. Closing it closes the socket soon.
  abstract class Source implements AutoCloseable {
    volatile boolean closed;

    /// For poll(2).
    abstract int number();

    abstract void read();

    /// Nobody reads it any more.
    abstract void end();

    @Override
    public void close() {
      closed = true;
      wake();
    }
  }

  /// A socket of whole frames.
  final class Ear extends Source {
    private final PacketSocket socket;
    private final int bytesMax;
    private final Consumer<byte[]> heard;

    private Ear(PacketSocket socket, int bytesMax, Consumer<byte[]> heard) {
      this.socket = socket;
      this.bytesMax = bytesMax;
      this.heard = heard;
    }

    /// Sends a frame on the link.
    synchronized void say(byte[] frame) {
      if (closed) {
        throw new IllegalStateException(CLOSED);
      }
      socket.send(frame);
    }

    @Override
    int number() {
      return socket.number();
    }

    @Override
    void read() {
      for (int i = 0; i < FRAMES_PER_TURN_MAX && !closed; i++) {
        var frame = next();
        if (frame.isEmpty()) {
          return;
        }
        tell(heard, frame.get());
      }
    }

    private Optional<byte[]> next() {
      try {
        return socket.receive(bytesMax, 0);
      } catch (KernelException e) {
        if (!e.is(
            Errno.ENETDOWN)) { // it may come up again; what has vanished is silent from now on
          LOG.log(System.Logger.Level.WARNING, "frames.read.failed", e);
          closed = true;
        }
        return Optional.empty();
      }
    }

    @Override
    synchronized void end() {
      closed = true;
      closer.close(socket);
    }
  }

  /// Notifications of the kernel.
  private final class News extends Source {
    private final Monitor monitor;
    private final Consumer<Change> heard;
    private final Runnable lost;

    private News(Monitor monitor, Consumer<Change> heard, Runnable lost) {
      this.monitor = monitor;
      this.heard = heard;
      this.lost = lost;
    }

    @Override
    int number() {
      return monitor.number();
    }

    @Override
    void read() {
      if (!monitor.drain(n -> tell(heard, Change.of(n.message())))) {
        lost.run();
      }
    }

    @Override
    void end() {
      monitor.close();
    }
  }

  private static <T> void tell(Consumer<T> listener, T what) {
    try {
      listener.accept(what);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "socket.listener.failed", e);
    }
  }

  /// From now on `heard` is called with the frames that come.
  ///
  /// @param socket ownership is taken
  /// @param bytesMax what a frame has beyond is lost
  /// @param heard returns at once; it may be called once more after the ear was closed
  Ear listen(PacketSocket socket, int bytesMax, Consumer<byte[]> heard) {
    var ear = new Ear(socket, bytesMax, heard);
    add(ear);
    return ear;
  }

  /// From now on `heard` is called with the changes that the monitor hears of, until the end.
  ///
  /// @param monitor ownership is taken
  /// @param heard returns at once
  /// @param lost called when some were lost; returns at once
  void follow(Monitor monitor, Consumer<Change> heard, Runnable lost) {
    add(new News(monitor, heard, lost));
  }

  private void add(Source source) {
    synchronized (this) {
      if (closing) {
        source.end();
        throw new IllegalStateException(CLOSED);
      }
      sources.add(source);
      if (thread.isEmpty()) {
        thread = Optional.of(Thread.ofPlatform().daemon().name("sockets").start(this::run));
      }
    }
    wake();
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
        fds[i + 1] = all.get(i).number();
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
  private synchronized Optional<List<Source>> present() {
    sources.removeIf(
        source -> {
          boolean ends = source.closed || closing;
          if (ends) {
            source.end();
          }
          return ends;
        });
    return closing ? Optional.empty() : Optional.of(new ArrayList<>(sources));
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
