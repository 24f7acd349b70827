package vch.api.docker.container;

import java.io.IOException;
import java.util.Optional;
import vch.api.http.Duplex;
import vch.engine.compute.Stdio;

/// Carries bytes between a client and the standard streams of a process until the process has no
/// more to say or the client leaves. Input runs on a virtual thread of its own, output on the
/// caller's.
final class Pump {
  private static final int BUFFER_BYTES = 32 * 1024;

  private final Duplex client;
  private final Stdio process;
  private final Wish wish;
  private volatile boolean detached;

  /// What the client asked for.
  ///
  /// @param closeInput the end of the client's input is the end of the process's
  /// @param detachKeys empty: there is no terminal that they could be typed in
  record Wish(
      boolean stdin,
      boolean stdout,
      boolean stderr,
      boolean closeInput,
      Optional<DetachKeys> detachKeys) {}

  Pump(Duplex client, Stdio process, Wish wish) {
    this.client = client;
    this.process = process;
    this.wish = wish;
  }

  /// Returns when it is over; closes neither.
  ///
  /// @return true when the user left by the detach keys
  boolean run(Framing framing) {
    if (wish.stdin()) {
      Thread.ofVirtual().name("stdin").start(this::input);
    }
    try {
      for (var chunk = process.read(); chunk.stream() != 0; chunk = process.read()) {
        if (chunk.stream() == Framing.STDERR ? wish.stderr() : wish.stdout()) {
          framing.write(chunk.stream(), chunk.bytes());
        }
      }
    } catch (IOException _) {
      return detached; // the client has left; the process goes on
    }
    return detached;
  }

  private void input() {
    var scanner = wish.detachKeys().map(DetachKeys::scanner);
    var buffer = new byte[BUFFER_BYTES];
    try {
      for (int n; (n = client.input().read(buffer)) >= 0; ) {
        var typed = read(scanner, buffer, n);
        process.write(typed.bytes(), 0, typed.bytes().length);
        if (typed.detached()) {
          detached = true;
          process.close();
          return;
        }
      }
      if (wish.closeInput()) {
        process.closeInput();
      }
    } catch (IOException _) {
      return; // the process does not read any more, or the connection was cut: the output says how
      // it ends
    }
  }

  private static DetachKeys.Typed read(
      Optional<DetachKeys.Scanner> scanner, byte[] buffer, int length) {
    return scanner
        .map(s -> s.scan(buffer, length))
        .orElseGet(() -> new DetachKeys.Typed(java.util.Arrays.copyOf(buffer, length), false));
  }
}
