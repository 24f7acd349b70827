package vch.bench.os;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.LongAdder;

/// A program of its own, to be started inside network namespaces: `serve PORT` takes connections
/// and closes them; `connect ADDRESS PORT SECONDS` makes one after the other on two threads and
/// prints how many each second were made, answered by one byte, and closed.
public final class Connections {
  private static final int THREADS = 2;
  private static final int WARM_SECONDS = 1;

  private Connections() {}

  public static void main(String[] words) throws IOException, InterruptedException {
    if (words[0].equals("serve")) {
      serve(Integer.parseInt(words[1]));
    } else {
      System.out.println(
          connect(
              new InetSocketAddress(InetAddress.getByName(words[1]), Integer.parseInt(words[2])),
              Integer.parseInt(words[3])));
    }
  }

  private static void serve(int port) throws IOException {
    try (var server = new ServerSocket(port, 1024)) {
      while (true) {
        try (var socket = server.accept()) {
          socket.getOutputStream().write('.');
        }
      }
    }
  }

  private static double connect(InetSocketAddress to, int seconds)
      throws InterruptedException, IOException {
    var made = new LongAdder();
    var failed = new LongAdder();
    for (int i = 0; i < THREADS; i++) {
      Thread.ofPlatform().daemon().start(() -> loop(to, made, failed));
    }
    Thread.sleep(WARM_SECONDS * 1000L);
    long before = made.sum();
    long start = System.nanoTime();
    Thread.sleep(seconds * 1000L);
    double rate = (made.sum() - before) / ((System.nanoTime() - start) / 1e9);
    if (failed.sum() > 0) {
      throw new IOException(failed.sum() + " connections failed");
    }
    return rate;
  }

  private static void loop(InetSocketAddress to, LongAdder made, LongAdder failed) {
    while (true) {
      try (var socket = new Socket()) {
        socket.setSoLinger(true, 0); // no port waits in TIME_WAIT
        socket.connect(to, 2000);
        if (socket.getInputStream().read() == '.') {
          made.increment();
        }
      } catch (IOException _) {
        failed.increment();
      }
    }
  }
}
