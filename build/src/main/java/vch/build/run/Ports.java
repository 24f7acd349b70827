package vch.build.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import vch.portlayer.refusal.Refusal;

/// Ports as EXPOSE writes them. Pure.
final class Ports {
  private static final int MAX = 65535;

  private Ports() {}

  /// `80`, `53/udp`, `8000-8010/tcp` to one `port/protocol` each.
  static List<String> read(String text) {
    // A port of the host may be written in front; it says nothing here.
    var bare = text.substring(text.lastIndexOf(':') + 1);
    var parts = bare.split("/", 2);
    var protocol = parts.length == 2 ? parts[1].toLowerCase(Locale.ROOT) : "tcp";
    if (!List.of("tcp", "udp", "sctp").contains(protocol)) {
      throw new Refusal.Invalid("Invalid proto: " + parts[1]);
    }
    var ends = parts[0].split("-", 2);
    int first = number(ends[0], parts[0]);
    int last = ends.length == 2 ? number(ends[1], parts[0]) : first;
    if (last < first) {
      throw new Refusal.Invalid("Invalid containerPort: " + parts[0]);
    }
    var out = new ArrayList<String>();
    for (int p = first; p <= last; p++) {
      out.add(p + "/" + protocol);
    }
    return out;
  }

  private static int number(String text, String whole) {
    if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > MAX) {
      throw new Refusal.Invalid("Invalid containerPort: " + whole);
    }
    return Integer.parseInt(text);
  }
}
