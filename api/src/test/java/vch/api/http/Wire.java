package vch.api.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A raw client: writes and reads bytes as they are.
public final class Wire implements AutoCloseable {
  private final InputStream in;
  private final OutputStream out;
  private final Ending shutdown;
  private final Ending close;

  /// An I/O action.
  public interface Ending {
    void run() throws IOException;
  }

  public Wire(InputStream in, OutputStream out, Ending shutdown, Ending close) {
    this.in = in;
    this.out = out;
    this.shutdown = shutdown;
    this.close = close;
  }

  public static Wire unix(Path socket) throws IOException {
    var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    var out =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
          }

          @Override
          public void write(byte[] b, int offset, int length) throws IOException {
            var buffer = ByteBuffer.wrap(b, offset, length);
            while (buffer.hasRemaining()) {
              channel.write(buffer);
            }
          }
        };
    return new Wire(
        Channels.newInputStream(new Reading(channel)),
        out,
        channel::shutdownOutput,
        channel::close);
  }

  private record Reading(SocketChannel channel) implements java.nio.channels.ReadableByteChannel {
    @Override
    public int read(ByteBuffer to) throws IOException {
      return channel.read(to);
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  public Wire send(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
    return this;
  }

  public Wire send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
    return this;
  }

  public Wire shutdownOutput() throws IOException {
    shutdown.run();
    return this;
  }

  /// Status line and headers, with the empty line.
  public String head() throws IOException {
    var text = new StringBuilder();
    while (text.indexOf("\r\n\r\n") < 0) {
      int c = in.read();
      if (c < 0) {
        return text.toString();
      }
      text.append((char) c);
    }
    return text.toString();
  }

  public String line() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int c; (c = in.read()) >= 0; ) {
      line.write(c);
      if (c == '\n') {
        break;
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  public String rest() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  public InputStream in() {
    return in;
  }

  @Override
  public void close() throws IOException {
    close.run();
  }
}
