package vch.bench.row;

import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import vch.bench.Bench;
import vch.bench.os.Shell;

/// One TCP stream by iperf3.
final class Iperf {
  static final String PORT = "5201";

  private static final JsonMapper JSON = JsonMapper.shared();

  private Iperf() {}

  /// What the server received, in Gbit/s.
  ///
  /// @param there words that put the server where it shall run
  /// @param here words that put the client, which sends, where it shall run
  static double gbits(Bench bench, List<String> there, List<String> here, String address) {
    var server =
        bench.shell().start("iperf3.log", Shell.words(there, "iperf3", "-s", "-1", "-p", PORT));
    try {
      Listening.await(bench, there, PORT);
      var seconds = bench.quick() ? "2" : "3";
      var client = Shell.words(here, "iperf3", "-c", address, "-p", PORT, "-t", seconds, "-J");
      var out = bench.shell().ok(client);
      return JSON.readTree(out).path("end").path("sum_received").path("bits_per_second").asDouble()
          / 1e9;
    } finally {
      Shell.end(server);
    }
  }
}
