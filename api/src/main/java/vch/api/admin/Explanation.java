package vch.api.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import vch.portlayer.address.Ip;
import vch.portlayer.reach.Answer;
import vch.portlayer.reach.Arrival;
import vch.portlayer.reach.Path;
import vch.portlayer.reach.Reason;
import vch.portlayer.reach.ReasonText;
import vch.portlayer.reach.Traffic;
import vch.portlayer.reach.Verdict;

/// What `vch explain` shows: the answer, then each address that can be asked with the rules that
/// decide, one a line.
final class Explanation {
  private Explanation() {}

  /// @param from as the user wrote it, as is `to`
  static String text(String from, String to, Traffic traffic, Answer answer) {
    var out = new StringBuilder();
    out.append(from).append(" -> ").append(to);
    if (traffic instanceof Traffic.Ping) {
      out.append(" (ping)");
    }
    out.append(": ").append(word(answer.verdict())).append('\n');
    answer.why().forEach(r -> line(out, r));
    for (var path : answer.paths()) {
      out.append('\n').append(at(path.to(), path.traffic())).append(": ");
      out.append(word(path.verdict())).append('\n');
      path.reasons().forEach(r -> line(out, r));
      path.arrival().ifPresent(a -> line(out, path, a));
    }
    return out.toString();
  }

  private static void line(StringBuilder out, Reason reason) {
    out.append("  ").append(ReasonText.of(reason)).append('\n');
  }

  private static void line(StringBuilder out, Path path, Arrival arrival) {
    arrival
        .seen()
        .filter(s -> path.source().isPresent() && !s.equals(path.source().get()))
        .ifPresent(
            s -> out.append("  the answering side sees it come from ").append(s).append('\n'));
  }

  private static String word(Verdict verdict) {
    return switch (verdict) {
      case REACHED -> "reached";
      case REFUSED -> "refused at once";
      case DROPPED -> "dropped in silence";
    };
  }

  private static String at(Ip address, Traffic traffic) {
    return switch (traffic) {
      case Traffic.Ping _ -> "ping " + address;
      case Traffic.OfPort(var port) ->
          (address.isIpv4() ? address.toString() : "[" + address + "]") + ":" + port;
    };
  }

  static Map<String, Object> view(String from, String to, Answer answer) {
    var out = new LinkedHashMap<String, Object>();
    out.put("From", from);
    out.put("To", to);
    out.put("Verdict", name(answer.verdict()));
    out.put("Why", answer.why().stream().map(ReasonText::of).toList());
    out.put("Paths", answer.paths().stream().map(Explanation::path).toList());
    return out;
  }

  private static Map<String, Object> path(Path path) {
    var out = new LinkedHashMap<String, Object>();
    out.put("Address", path.to().toString());
    out.put("Traffic", path.traffic().toString());
    out.put("Source", path.source().map(Ip::toString).orElse(""));
    out.put("SeenFrom", path.arrival().flatMap(Arrival::seen).map(Ip::toString).orElse(""));
    out.put("Verdict", name(path.verdict()));
    out.put("Reasons", reasons(path));
    return out;
  }

  private static List<Map<String, Object>> reasons(Path path) {
    var out = new ArrayList<Map<String, Object>>();
    for (var reason : path.reasons()) {
      var line = new LinkedHashMap<String, Object>();
      line.put("Rule", reason.getClass().getSimpleName());
      line.put("Text", ReasonText.of(reason));
      out.add(line);
    }
    return out;
  }

  private static String name(Verdict verdict) {
    return verdict.name().toLowerCase(Locale.ROOT);
  }
}
