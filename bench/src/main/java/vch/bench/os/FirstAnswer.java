package vch.bench.os;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/// A program of its own, to be started inside a network namespace, led by [Asker]: for each line
/// `ADDRESS PORT` it connects there until a byte comes, and says [#ASKING] after the first attempt
/// and [#ANSWERED] or [#SILENCE] at the end. Each attempt is a new connection of a few
/// milliseconds, so that no clock of TCP decides when the next question is sent.
public final class FirstAnswer {
  static final String ASKING = "asking";
  static final String ANSWERED = "answered";
  static final String SILENCE = "silence";

  private static final int CONNECT_MILLIS = 5;
  private static final int READ_MILLIS = 200;
  private static final long PAUSE_NANOS = 1_000_000;
  private static final long LONGEST_NANOS = 20_000_000_000L;

  private FirstAnswer() {}

  public static void main(String[] words) throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (var line = in.readLine(); line != null; line = in.readLine()) {
      var parts = line.split(" ", 2);
      ask(new InetSocketAddress(InetAddress.getByName(parts[0]), Integer.parseInt(parts[1])));
    }
  }

  private static void ask(InetSocketAddress to) {
    long start = System.nanoTime();
    boolean answered = answers(to);
    System.out.println(ASKING);
    while (!answered && System.nanoTime() - start < LONGEST_NANOS) {
      LockSupport.parkNanos(PAUSE_NANOS);
      answered = answers(to);
    }
    System.out.println(answered ? ANSWERED : SILENCE);
  }

  private static boolean answers(InetSocketAddress to) {
    try (var socket = new Socket()) {
      socket.setSoTimeout(READ_MILLIS);
      socket.connect(to, CONNECT_MILLIS);
      return socket.getInputStream().read() >= 0;
    } catch (IOException _) {
      return false; // not there yet
    }
  }
}
