package vch.bench.os;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Locale;

/// A program of its own, to be started inside network namespaces: `serve PORT` sends every byte
/// back; `ask ADDRESS PORT SECONDS` sends one byte at a time over one TCP connection, each when the
/// last is back, and prints the time of a round trip that half of them do not exceed, in
/// microseconds, and how many each second were made.
public final class RoundTrips {
  private static final long WARM_NANOS = 1_000_000_000;

  /// More than are made in the longest time.
  private static final int MOST = 2_000_000;

  private RoundTrips() {}

  public static void main(String[] words) throws IOException {
    if (words[0].equals("serve")) {
      serve(Integer.parseInt(words[1]));
    } else {
      try (var socket = new Socket(InetAddress.getByName(words[1]), Integer.parseInt(words[2]))) {
        socket.setTcpNoDelay(true);
        ask(socket, Long.parseLong(words[3]) * 1_000_000_000);
      }
    }
  }

  private static void serve(int port) throws IOException {
    try (var server = new ServerSocket(port)) {
      while (true) {
        try (var socket = server.accept()) {
          socket.setTcpNoDelay(true);
          var in = socket.getInputStream();
          var out = socket.getOutputStream();
          for (int read = in.read(); read >= 0; read = in.read()) {
            out.write(read);
          }
        }
      }
    }
  }

  private static void ask(Socket socket, long nanos) throws IOException {
    var in = socket.getInputStream();
    var out = socket.getOutputStream();
    var took = new int[MOST];
    int made = 0;
    long warm = System.nanoTime() + WARM_NANOS;
    long begun = 0;
    for (long now = System.nanoTime(); made < MOST && (begun == 0 || now - begun < nanos); ) {
      if (begun == 0 && now - warm >= 0) {
        begun = now;
      }
      out.write('.');
      if (in.read() < 0) {
        throw new IOException("the server hung up");
      }
      long then = System.nanoTime();
      if (begun != 0) {
        took[made++] = (int) (then - now);
      }
      now = then;
    }
    double rate = made / ((System.nanoTime() - begun) / 1e9);
    Arrays.sort(took, 0, made);
    System.out.println(String.format(Locale.ROOT, "%.2f %.0f", took[made / 2] / 1e3, rate));
  }
}
