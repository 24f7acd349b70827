package vch.kernel.process;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Pipe;
import vch.kernel.libc.Read;
import vch.kernel.libc.Write;

/// A program that is given its input piece by piece and speaks at the end of it, as sha256sum(1)
/// does: what it says before must fit into a pipe, 64 KiB. One thread uses it. Writing holds that
/// thread while the program works on what came before.
public final class Filter implements AutoCloseable {
  private static final int CHUNK_BYTES = 4 * 1024;

  private final Child child;
  private final Fd input;
  private final Fd output;

  private Filter(Child child, Fd input, Fd output) {
    this.child = child;
    this.input = input;
    this.output = output;
  }

  static Filter start(Program program) {
    var in = Pipe.open(0);
    try {
      var out = Pipe.open(0);
      try {
        var child =
            program
                .with(Program.INPUT, in.read())
                .with(Program.OUTPUT, out.write())
                .with(Program.ERRORS, out.write())
                .start();
        in.read().close();
        out.write().close();
        return new Filter(child, in.write(), out.read());
      } catch (RuntimeException e) {
        out.close();
        throw e;
      }
    } catch (RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /// Writes all of it.
  ///
  /// @throws KernelException EPIPE: it reads no more; [#end] tells why
  public void write(byte[] from, int offset, int length) {
    for (int at = 0; at < length; ) {
      at += Write.write(input, from, offset + at, length - at);
    }
  }

  /// Ends its input and waits until it has ended. Nothing may come after that but closing.
  ///
  /// @param outputBytesMax of what it says; the rest is dropped
  public Program.Ran end(int outputBytesMax) {
    input.close();
    var said = new ByteArrayOutputStream();
    var chunk = new byte[CHUNK_BYTES];
    for (int n = read(chunk); n > 0; n = read(chunk)) {
      said.write(chunk, 0, Math.min(n, outputBytesMax - said.size()));
    }
    int status = child.await();
    close();
    return new Program.Ran(status, said.toString(StandardCharsets.UTF_8).strip());
  }

  private int read(byte[] chunk) {
    return Read.read(output, chunk, 0, chunk.length);
  }

  /// Lets go of it; one that has not ended is killed.
  @Override
  public void close() {
    input.close();
    output.close();
    child.close();
  }
}
