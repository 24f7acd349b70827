package vch.bench.row;

import java.util.List;
import vch.bench.Bench;
import vch.bench.os.Shell;
import vch.bench.os.Wait;

/// Waits for servers that were started.
final class Listening {
  private Listening() {}

  /// @param there words that put a program where the server is
  static void await(Bench bench, List<String> there, String port) {
    var question = Shell.words(there, "ss", "-Hltn", "sport", "=", ":" + port);
    Wait.until(
        "the server at port " + port, 20, () -> bench.shell().run(question).out().contains(port));
  }
}
