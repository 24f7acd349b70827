package vch.compute.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import vch.engine.compute.Stdio;
import vch.kernel.libc.KernelException;
import vch.kernel.unix.SeqPacketSocket;

/// The standard streams of a process, through conmon's attach socket. Two platform threads do what
/// blocks: one reads from the socket, one (made with the first input) writes to it; the callers'
/// threads only park. May be made before there is a process: then reading waits for
/// [#connect(Path)].
///
/// `lock` guards the phase and the socket; the queues order everything else.
final class AttachedStdio implements Stdio {
  /// Of 8 KiB each at most. When the reader of these streams is slow, conmon waits, and so does the
  /// process.
  private static final int CHUNKS_WAITING_MAX = 16;

  private static final int PACKET_BYTES_MAX = 8192;
  private static final long STACK_BYTES = 256 << 10;

  /// First byte of conmon's packets.
  private static final int STDERR = 3;

  private final ReentrantLock lock = new ReentrantLock();
  private final BlockingQueue<Chunk> output = new LinkedBlockingQueue<>();
  private final Semaphore room = new Semaphore(CHUNKS_WAITING_MAX);
  private final BlockingQueue<Input> input = new ArrayBlockingQueue<>(CHUNKS_WAITING_MAX);
  private final String name;
  private final Runnable whenEnded;
  private Optional<SeqPacketSocket> socket = Optional.empty();
  private Phase phase = Phase.WAITING;
  private boolean writing;
  private volatile boolean left;
  private volatile Optional<String> inputFailed = Optional.empty();

  private enum Phase {
    WAITING,
    CONNECTED,
    ENDED
  }

  /// What to do next with standard input.
  private sealed interface Input {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Bytes(byte[] bytes) implements Input {}

    record End() implements Input {}
  }

  /// @param name of the container or exec, for names of threads
  /// @param whenEnded called once, when the process has closed its streams, also when nobody reads
  ///   any more
  AttachedStdio(String name, Runnable whenEnded) {
    this.name = name;
    this.whenEnded = whenEnded;
  }

  /// Connects to a process that is about to run; nothing happens when the caller has left already.
  void connect(Path attach) {
    lock.lock();
    try {
      if (phase != Phase.WAITING) {
        return;
      }
      var connected = SeqPacketSocket.connect(attach);
      socket = Optional.of(connected);
      phase = Phase.CONNECTED;
      thread("attach-out-" + name).start(() -> receive(connected));
      if (writing) {
        thread("attach-in-" + name).start(() -> send(connected));
      }
    } finally {
      lock.unlock();
    }
  }

  private static Thread.Builder.OfPlatform thread(String name) {
    return Thread.ofPlatform().name(name).daemon().stackSize(STACK_BYTES);
  }

  /// There will be no process.
  void end() {
    lock.lock();
    try {
      if (phase == Phase.WAITING) {
        phase = Phase.ENDED;
      }
    } finally {
      lock.unlock();
    }
    output.add(Chunk.END);
  }

  private void receive(SeqPacketSocket from) {
    var packet = new byte[PACKET_BYTES_MAX + 1];
    try {
      for (int n; (n = from.read(packet)) > 0; ) {
        if (!left && n > 1) {
          room.acquireUninterruptibly();
          output.add(new Chunk(packet[0] == STDERR ? 2 : 1, Arrays.copyOfRange(packet, 1, n)));
        }
      }
    } catch (KernelException _) {
      // the same as the end: conmon is gone
    } finally {
      lock.lock();
      try {
        phase = Phase.ENDED;
      } finally {
        lock.unlock();
      }
      from.close();
      output.add(Chunk.END);
      input.clear();
      whenEnded.run();
    }
  }

  private void send(SeqPacketSocket to) {
    try {
      while (true) {
        switch (input.take()) {
          case Input.End _ -> {
            to.shutdownWrite();
            return;
          }
          case Input.Bytes(var bytes) -> {
            for (int at = 0; at < bytes.length; at += PACKET_BYTES_MAX) {
              to.write(bytes, at, Math.min(PACKET_BYTES_MAX, bytes.length - at));
            }
          }
        }
      }
    } catch (KernelException e) {
      inputFailed = Optional.of(StartErrors.said(e));
      input.clear();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Chunk read() throws IOException {
    try {
      var chunk = output.take();
      if (chunk.stream() == 0) {
        output.add(Chunk.END); // for whoever asks again
        return Chunk.END;
      }
      room.release();
      return left ? Chunk.END : chunk;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("read from " + name + ": interrupted", e);
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (length > 0) {
      put(new Input.Bytes(Arrays.copyOfRange(bytes, offset, offset + length)));
    }
  }

  @Override
  public void closeInput() throws IOException {
    put(new Input.End());
  }

  private void put(Input next) throws IOException {
    startWriting();
    try {
      while (true) {
        var failed = inputFailed;
        if (failed.isPresent() || ended()) {
          throw new IOException("write to " + name + ": " + failed.orElse("the process has ended"));
        }
        // Woken now and then, as the queue may never empty once the writing thread has given up.
        if (input.offer(next, 1, TimeUnit.SECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("write to " + name + ": interrupted", e);
    }
  }

  private void startWriting() {
    lock.lock();
    try {
      if (!writing) {
        writing = true;
        socket.ifPresent(s -> thread("attach-in-" + name).start(() -> send(s)));
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean ended() {
    lock.lock();
    try {
      return phase == Phase.ENDED;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    disconnect();
  }

  /// Leaves; where `whenEnded` has to hear of the process's end, use [#mute()].
  private void disconnect() {
    left = true;
    room.release(Short.MAX_VALUE); // a reading thread that waits goes on
    end();
    Optional<SeqPacketSocket> open;
    lock.lock();
    try {
      open = socket;
    } finally {
      lock.unlock();
    }
    open.ifPresent(SeqPacketSocket::close);
    input.offer(new Input.End()); // lets a writing thread that waits end
  }

  /// Leaves, but goes on draining the process's output, so that its end is seen.
  void mute() {
    left = true;
    room.release(Short.MAX_VALUE);
    output.add(Chunk.END);
    startWriting();
    input.offer(new Input.End());
  }
}
