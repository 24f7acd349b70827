package vch.api.docker.container;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Json;
import vch.portlayer.refusal.Refusal;

/// What ps(1) of the machine prints, for options that [ProcessTable] does not know. As Docker reads
/// it: words between blanks, and the last column takes the rest.
record PsListing(List<String> titles, List<List<String>> rows) {
  /// A title of the user's own for the column of pids would hide it: refused, as by Docker.
  private static final Pattern RENAMED = Pattern.compile("\\s+(\\S*)=\\s*(PID\\S*)");

  /// @param options as given
  /// @param ps prints what ps(1) does
  /// @throws Refusal.Invalid they rename the column of pids, or ps(1) does not know them
  static PsListing of(String options, UnaryOperator<String> ps) {
    var renamed = RENAMED.matcher(" " + options);
    while (renamed.find()) {
      if (!renamed.group(1).equals("pid")) {
        throw new Refusal.Invalid(
            "specifying \"" + renamed.group(1) + "=" + renamed.group(2) + "\" is not allowed");
      }
    }
    return parse(ps.apply(options));
  }

  /// @throws Refusal.Invalid there is no column of pids
  static PsListing parse(String text) {
    var lines = text.lines().toList();
    var titles = lines.isEmpty() ? List.<String>of() : words(lines.getFirst(), 0);
    if (!titles.contains("PID")) {
      throw new Refusal.Invalid("Couldn't find PID field in ps output");
    }
    var rows =
        lines.stream()
            .skip(1)
            .map(l -> words(l, titles.size()))
            .filter(r -> r.size() == titles.size())
            .toList();
    return new PsListing(titles, rows);
  }

  /// @param max 0: as many as there are
  private static List<String> words(String line, int max) {
    return List.of(line.strip().split("\\s+", max));
  }

  /// The rows of these processes.
  PsListing only(List<Long> pids) {
    var wanted = pids.stream().map(p -> Long.toString(p)).toList();
    int column = titles.indexOf("PID");
    return new PsListing(
        titles, rows.stream().filter(r -> wanted.contains(r.get(column))).toList());
  }

  ObjectNode json() {
    var out = Json.object();
    out.set("Titles", Json.array(titles));
    var processes = out.putArray("Processes");
    rows.forEach(r -> processes.add(Json.array(r)));
    return out;
  }
}
