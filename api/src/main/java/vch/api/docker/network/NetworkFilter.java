package vch.api.docker.network;

import java.util.Set;
import vch.api.docker.Filters;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.state.Image;

/// Which networks a list shows.
final class NetworkFilter {
  private static final Set<String> ACCEPTED =
      Set.of("id", "name", "driver", "scope", "label", "label!", "type", "dangling");

  private final Filters filters;

  NetworkFilter(String text) {
    filters = Filters.parse(text, ACCEPTED);
    var dangling = filters.get("dangling");
    if (dangling.size() > 1) {
      throw new Refusal.Invalid("got more than one value for filter key \"dangling\"");
    }
    if (!Set.of("true", "1", "false", "0").containsAll(dangling)) {
      throw new Refusal.Invalid(
          "invalid value for filter 'dangling', must be \"true\" (or \"1\"), or \"false\" (or \"0\")");
    }
    for (var type : filters.get("type")) {
      if (!type.equals("builtin") && !type.equals("custom")) {
        throw new Refusal.Failed("invalid filter: 'type'='" + type + "'");
      }
    }
  }

  boolean test(Image image, Scope scope) {
    return filters.pattern("id", scope.id().value())
        && filters.pattern("name", scope.name())
        && filters.exact("driver", NetworkJson.driver(scope))
        && filters.exact("scope", NetworkJson.level(scope))
        && filters.labels("label", scope.labels())
        && filters.withoutLabels("label!", scope.labels())
        && filters.exact("type", scope.builtin() ? "builtin" : "custom")
        && filters.flag("dangling").map(d -> d == dangling(image, scope)).orElse(true);
  }

  private static boolean dangling(Image image, Scope scope) {
    return !scope.builtin() && NetworkJson.members(image, scope).findAny().isEmpty();
  }
}
