package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Options about container networks as a test writes them: `-cn lan`, `-cng lan:10.2.0.1/16`.
final class Options {
  private static final List<String> WORDS = List.of("-cn", "-cng", "-cnr", "-cnd", "-cnf", "-cnra");

  private Options() {}

  /// @param pairs `-cn lan:web`, each an option and its value
  static ContainerNetworkOptions of(String... pairs) {
    var values = new ArrayList<List<String>>();
    WORDS.forEach(_ -> values.add(new ArrayList<>()));
    for (var pair : pairs) {
      var option = Map.entry(pair.split(" ", 2)[0], pair.split(" ", 2)[1]);
      values.get(WORDS.indexOf(option.getKey())).add(option.getValue());
    }
    return new ContainerNetworkOptions(
        values.get(0), values.get(1), values.get(2), values.get(3), values.get(4), values.get(5));
  }
}
