package vch.kernel.process;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.LongConsumer;
import vch.kernel.libc.Errno;
import vch.kernel.libc.Fcntl;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Pipe;
import vch.kernel.libc.Poll;
import vch.kernel.libc.Read;
import vch.kernel.libc.Write;

/// What is written to a program and read from it until it ends: by one thread, as neither waits for
/// the other. Its end is the process's, not that of its output, which a child of its own may hold.
final class Talk {
  private static final int CHUNK_BYTES = 64 * 1024;
  private static final int NOBODY = -1; // poll(2) passes it over

  private final byte[] input;
  private final int outputBytesMax;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private int written;

  private Talk(byte[] input, int outputBytesMax) {
    this.input = input;
    this.outputBytesMax = outputBytesMax;
  }

  static Program.Ran run(
      Program program, byte[] input, int outputBytesMax, Duration timeMax, LongConsumer started) {
    long deadline = System.nanoTime() + timeMax.toNanos();
    try (var in = Pipe.open(0);
        var out = Pipe.open(0)) {
      Fcntl.nonBlocking(in.write(), true); // of our ends; theirs are other files
      Fcntl.nonBlocking(out.read(), true);
      var placed =
          program
              .with(Program.INPUT, in.read())
              .with(Program.OUTPUT, out.write())
              .with(Program.ERRORS, out.write());
      try (var child = placed.start()) {
        in.read().close();
        out.write().close();
        started.accept(child.pid());
        var talk = new Talk(input, outputBytesMax);
        if (!talk.untilEnd(child, in.write(), out.read(), deadline)) {
          throw new Program.Late(program.words().getFirst(), timeMax);
        }
        return new Program.Ran(child.await(), talk.said.toString(StandardCharsets.UTF_8).strip());
      }
    }
  }

  /// False when the time is over.
  private boolean untilEnd(Child child, Fd in, Fd out, long deadline) {
    write(in);
    while (true) {
      long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
      if (left < 0) {
        return false;
      }
      var ready =
          Poll.poll(
              (int) Math.min(Integer.MAX_VALUE, left + 1),
              new int[] {number(in), number(out), child.end().number()},
              new short[] {Poll.POLLOUT, Poll.POLLIN, Poll.POLLIN});
      if (ready[0] != 0) {
        write(in);
      }
      if (ready[1] != 0) {
        read(out);
      }
      if (ready[2] != 0) {
        while (out.isOpen() && read(out)) {
          // what it said last
        }
        return true;
      }
    }
  }

  private static int number(Fd fd) {
    return fd.isOpen() ? fd.number() : NOBODY;
  }

  /// Writes what there is room for; closes it behind the last byte, or when nobody reads any more.
  private void write(Fd in) {
    try {
      while (written < input.length) {
        written += Write.write(in, input, written, Math.min(CHUNK_BYTES, input.length - written));
      }
    } catch (KernelException e) {
      if (e.is(Errno.EAGAIN)) {
        return;
      }
      if (!e.is(Errno.EPIPE)) {
        throw e;
      }
    }
    in.close();
  }

  /// False when there is nothing now.
  private boolean read(Fd out) {
    int n;
    try {
      n = Read.read(out, chunk, 0, chunk.length);
    } catch (KernelException e) {
      if (e.is(Errno.EAGAIN)) {
        return false;
      }
      throw e;
    }
    said.write(chunk, 0, Math.min(n, outputBytesMax - said.size()));
    if (n == 0) {
      out.close();
    }
    return n > 0;
  }
}
