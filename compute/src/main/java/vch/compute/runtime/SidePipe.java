package vch.compute.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Pipe;
import vch.kernel.libc.Read;
import vch.kernel.libc.Write;

/// A pipe between us and a conmon. The end that is the other's is closed here once it was given, so
/// that the other's death is seen as the end. One thread uses it at a time; reading holds it.
record SidePipe(Fd read, Fd write) implements AutoCloseable {
  static SidePipe open() throws IOException {
    try {
      var pipe = Pipe.open(0);
      return new SidePipe(pipe.read(), pipe.write());
    } catch (KernelException e) { // EMFILE
      throw new IOException(e.getMessage(), e);
    }
  }

  /// The next line without its line feed; empty at the end. Waits.
  String line() throws IOException {
    // Byte by byte, as what comes behind the line is the next one's; there are two short ones.
    var line = new ByteArrayOutputStream();
    var one = new byte[1];
    try {
      while (Read.read(read, one, 0, one.length) > 0 && one[0] != '\n') {
        line.write(one[0]);
      }
    } catch (KernelException e) {
      throw new IOException(e.getMessage(), e);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  void tell(byte value) throws IOException {
    try {
      Write.writeAll(write, new byte[] {value});
    } catch (KernelException e) { // EPIPE: conmon is gone
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    read.close();
    write.close();
  }
}
