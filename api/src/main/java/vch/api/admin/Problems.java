package vch.api.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import vch.api.http.Query;
import vch.portlayer.address.Ip;
import vch.portlayer.refusal.Refusal;

/// What is wrong with the options of a command: collected, and refused together with what the rule
/// finds.
final class Problems {
  private final List<String> all = new ArrayList<>();

  void add(String problem) {
    all.add(problem);
  }

  void addUnknown(Query query, Set<String> known) {
    query.names().stream()
        .filter(n -> !known.contains(n))
        .forEach(n -> add("Unknown option --" + n));
  }

  /// Those that are addresses; the others are problems.
  List<Ip> dnsServers(List<String> texts) {
    var out = new ArrayList<Ip>();
    for (var text : texts) {
      Ip.tryParse(text)
          .ifPresentOrElse(out::add, () -> add("Invalid DNS server specified: " + text));
    }
    return out;
  }

  /// Does nothing where there are none.
  ///
  /// @param rule tried for its problems only
  /// @throws Refusal.Invalid every problem on a line of its own
  void refuse(Runnable rule) {
    if (all.isEmpty()) {
      return;
    }
    try {
      rule.run();
    } catch (Refusal e) {
      all.addAll(e.getMessage().lines().filter(l -> !all.contains(l)).toList());
    }
    throw new Refusal.Invalid(String.join("\n", all));
  }
}
