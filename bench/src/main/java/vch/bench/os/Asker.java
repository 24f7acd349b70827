package vch.bench.os;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;

/// Tells when an address answers first: leads a [FirstAnswer], which is started once, so that it is
/// warm when it counts.
public final class Asker implements AutoCloseable {
  private static final String LOG = "asked.log";

  private final Shell shell;
  private final Process process;
  private final BufferedReader from;
  private final BufferedWriter to;

  /// @param inside words that put it into the network that it asks from
  public Asker(Shell shell, List<String> inside) {
    this.shell = shell;
    try {
      process =
          shell
              .builder(JavaProgram.words(inside, FirstAnswer.class))
              .redirectInput(ProcessBuilder.Redirect.PIPE)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("start the one that asks", e);
    }
    from = process.inputReader();
    to = process.outputWriter();
  }

  /// Milliseconds from the start of a program until the address answers, asked from before that.
  ///
  /// @param starts what makes it answer; it has ended well when this returns
  /// @throws Shell.Failed when that fails, or there is no answer within 20 seconds
  public double millis(List<String> starts, String address, int port) {
    try {
      to.write(address + " " + port + "\n");
      to.flush();
      expect(FirstAnswer.ASKING);
      long start = System.nanoTime();
      var program = shell.start(LOG, starts);
      var line = from.readLine();
      double took = (System.nanoTime() - start) / 1e6;
      finish(program);
      if (!FirstAnswer.ANSWERED.equals(line)) {
        throw new Shell.Failed(address + ":" + port + " does not answer");
      }
      return took;
    } catch (IOException e) {
      throw new UncheckedIOException("ask " + address, e);
    }
  }

  private void finish(Process program) throws IOException {
    try {
      int status = program.waitFor();
      var log = shell.directory().resolve(LOG);
      var said = Files.readString(log).strip();
      Files.delete(log);
      if (status != 0) {
        throw new Shell.Failed("the start ended with " + status + ": " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private void expect(String word) throws IOException {
    var line = from.readLine();
    if (!word.equals(line)) {
      throw new IllegalStateException("the one that asks said " + line + " instead of " + word);
    }
  }

  @Override
  public void close() {
    Shell.end(process);
  }
}
