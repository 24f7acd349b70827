package vch.app.daemon;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// The command line of `vch daemon`. Five options, read by hand: a library for it would take longer
/// to come up than the rest of the daemon takes to find its containers, and names of containers
/// answer no sooner than that.
sealed interface CommandLine {
  String USAGE =
      """
            Usage: vch daemon [--state-dir=DIR] [--run-dir=DIR] [--runtime=PROGRAM] [--debug]
            Run the daemon in the foreground. The network namespace it is started in is "the machine".
                  --state-dir=DIR     Durable state (default: $VCH_STATE_DIR, else /var/lib/portlayer).
                  --run-dir=DIR       Sockets and pins (default: $VCH_RUN_DIR, else /run/portlayer).
                  --runtime=PROGRAM   OCI runtime (default: crun where it runs, else runc).
                  --debug             Log how things are done.
              -h, --help              Show this help.
            """;

  /// To run with these settings.
  record Run(Settings settings, boolean debug) implements CommandLine {}

  /// To show the help.
  record Help() implements CommandLine {}

  /// Not understood, and why.
  record Wrong(String why) implements CommandLine {}

  static CommandLine parse(String[] words, Map<String, String> environment) {
    var state = environment.getOrDefault("VCH_STATE_DIR", "/var/lib/portlayer");
    var run = environment.getOrDefault("VCH_RUN_DIR", "/run/portlayer");
    var runtime = Optional.<String>empty();
    boolean debug = false;
    for (int i = 0; i < words.length; i++) {
      var word = words[i];
      int equals = word.startsWith("--") ? word.indexOf('=') : -1;
      var name = equals < 0 ? word : word.substring(0, equals);
      switch (name) {
        case "--state-dir", "--run-dir", "--runtime" -> {
          if (equals < 0 && i + 1 == words.length) {
            return new Wrong(name + " needs a value");
          }
          var value = equals < 0 ? words[++i] : word.substring(equals + 1);
          if (value.isEmpty()) {
            return new Wrong(name + " needs a value");
          }
          switch (name) {
            case "--state-dir" -> state = value;
            case "--run-dir" -> run = value;
            default -> runtime = Optional.of(value);
          }
        }
        case "--debug", "--help", "-h" -> {
          if (equals >= 0) {
            return new Wrong(name + " takes no value");
          }
          if (!name.equals("--debug")) {
            return new Help();
          }
          debug = true;
        }
        default -> {
          return new Wrong(
              "unknown " + (word.startsWith("-") ? "option" : "argument") + " '" + word + "'");
        }
      }
    }
    return new Run(new Settings(path(state), path(run), runtime), debug);
  }

  private static Path path(String text) {
    return Path.of(text).toAbsolutePath().normalize();
  }
}
