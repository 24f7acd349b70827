package vch.compute.image;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import vch.engine.compute.Hasher;
import vch.kernel.libc.KernelException;
import vch.kernel.process.Filter;
import vch.kernel.process.Program;

/// The SHA-256 of content of any size. What is larger than [#SMALL] is given to a process of
/// coreutils' sha256sum: it uses the processor's instructions for that and another processor, while
/// Java without its large compiler makes some 50 MB/s. Without that program all is computed here.
///
/// For one content and one thread. The process ends with the digest, or when this is closed.
public final class Sha256 implements Hasher {
  /// Bytes that are kept until it is known that there are more; a process costs some milliseconds.
  static final int SMALL = 1 << 20;

  private static final int FIRST_BYTES = 8 * 1024;
  private static final int SAID_BYTES_MAX = 1024;

  private final List<String> program;
  private ByteArrayOutputStream kept = new ByteArrayOutputStream(FIRST_BYTES);
  private Optional<Hasher> here = Optional.empty();
  private Optional<Filter> process = Optional.empty();

  public Sha256() {
    this(List.of("sha256sum"));
  }

  /// @param program reads content and prints 64 hex digits first
  Sha256(List<String> program) {
    this.program = program;
  }

  /// @throws IOException the process ended before its time
  @Override
  public void update(byte[] bytes, int from, int length) throws IOException {
    if (process.isEmpty() && here.isEmpty()) {
      if (kept.size() + length <= SMALL) {
        kept.write(bytes, from, length);
        return;
      }
      begin();
    }
    pass(bytes, from, length);
  }

  private void begin() throws IOException {
    try {
      process = Optional.of(Program.of(program).filter());
    } catch (KernelException _) { // it is not installed, or there is no room for a process
      here = Optional.of(Hasher.here());
    }
    var first = kept.toByteArray();
    kept = new ByteArrayOutputStream(0);
    pass(first, 0, first.length);
  }

  private void pass(byte[] bytes, int from, int length) throws IOException {
    if (here.isPresent()) {
      here.get().update(bytes, from, length);
      return;
    }
    var running = process.orElseThrow();
    try {
      running.write(bytes, from, length);
    } catch (KernelException e) {
      throw new IOException(program.getFirst() + " did not take the content: " + said(running), e);
    }
  }

  public Digest digest() throws IOException {
    return new Digest(hex());
  }

  @Override
  public String hex() throws IOException {
    if (process.isPresent()) {
      return hex(process.get());
    }
    var hasher = here.orElseGet(Hasher::here);
    if (here.isEmpty()) {
      hasher.update(kept.toByteArray(), 0, kept.size());
    }
    return hasher.hex();
  }

  private String hex(Filter running) throws IOException {
    var said = said(running);
    if (!said.matches("(?s)[0-9a-f]{64}\\b.*")) {
      throw new IOException(program.getFirst() + " made no digest: " + said);
    }
    return said.substring(0, 64);
  }

  /// What it printed, and its status unless that is 0.
  private static String said(Filter running) {
    var ran = running.end(SAID_BYTES_MAX);
    return ran.status() == 0
        ? ran.said()
        : "it ended with status " + ran.status() + " and said: " + ran.said();
  }

  /// Forgets what came.
  public void reset() {
    close();
    kept = new ByteArrayOutputStream(FIRST_BYTES);
    here = Optional.empty();
    process = Optional.empty();
  }

  /// The stream, with a digest of what is read of it.
  public InputStream reading(InputStream in) {
    return new Reading(in);
  }

  /// The stream, with a digest of what is written to it.
  public OutputStream writing(OutputStream out) {
    return new Writing(out);
  }

  @Override
  public void close() {
    process.ifPresent(Filter::close); // one that has ended does not mind
  }

  /// Skips by reading, as its parent does.
  private final class Reading extends InputStream {
    private final InputStream in;

    Reading(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int n = in.read(bytes, from, length);
      if (n > 0) {
        update(bytes, from, n);
      }
      return n;
    }

    @Override
    public int available() throws IOException {
      return in.available();
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  private final class Writing extends FilterOutputStream {
    Writing(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
      update(bytes, from, length);
    }
  }
}
