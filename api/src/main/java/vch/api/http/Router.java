package vch.api.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Finds the route for a method and a path. Where several fit, the earlier one in the table is
/// taken.
public final class Router<A> {
  private static final Pattern VARIABLE = Pattern.compile("\\{([a-z]+)(:\\.\\*)?}");

  private final List<Route<A>> routes;
  private final Map<String, List<Compiled<A>>> byStart = new HashMap<>();

  public Router(List<Route<A>> routes) {
    this.routes = List.copyOf(routes);
    for (var route : routes) {
      byStart
          .computeIfAbsent(start(route.method(), route.path()), _ -> new ArrayList<>())
          .add(Compiled.of(route));
    }
  }

  /// The table, in the order given.
  public List<Route<A>> routes() {
    return routes;
  }

  public Optional<Match<A>> find(String method, String path) {
    for (var candidate : byStart.getOrDefault(start(method, path), List.of())) {
      var matcher = candidate.pattern.matcher(path);
      if (matcher.matches()) {
        var variables = new LinkedHashMap<String, String>();
        for (int i = 0; i < candidate.names.size(); i++) {
          variables.put(candidate.names.get(i), matcher.group(i + 1));
        }
        return Optional.of(new Match<>(candidate.route, variables));
      }
    }
    return Optional.empty();
  }

  /// Method and first segment, so that few patterns are tried.
  private static String start(String method, String path) {
    int end = path.indexOf('/', 1);
    return method + " " + (end < 0 ? path : path.substring(0, end));
  }

  /// A route that fits.
  ///
  /// @param variables by name, as they stand in the path
  public record Match<A>(Route<A> route, Map<String, String> variables) {}

  private record Compiled<A>(Route<A> route, Pattern pattern, List<String> names) {
    static <A> Compiled<A> of(Route<A> route) {
      var names = new ArrayList<String>();
      var regex = new StringBuilder();
      var variables = VARIABLE.matcher(route.path());
      int at = 0;
      while (variables.find()) {
        regex.append(Pattern.quote(route.path().substring(at, variables.start())));
        regex.append(variables.group(2) == null ? "([^/]+)" : "(.+)");
        names.add(variables.group(1));
        at = variables.end();
      }
      regex.append(Pattern.quote(route.path().substring(at)));
      return new Compiled<>(route, Pattern.compile(regex.toString(), Pattern.DOTALL), names);
    }
  }
}
