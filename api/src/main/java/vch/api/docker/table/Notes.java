package vch.api.docker.table;

import java.util.List;
import java.util.Map;
import vch.api.docker.Operation;
import vch.api.http.Route;

/// What the reference tells of routes beside what they do: since when there are such routes, where
/// that is later than the oldest version served, and what is not as elsewhere.
final class Notes {
  private static final Map<String, String> SINCE =
      Map.ofEntries(
          Map.entry("HEAD /_ping", "1.40"),
          Map.entry("POST /build/cancel", "1.39"),
          Map.entry("POST /build/prune", "1.31"),
          Map.entry("POST /grpc", "1.39"),
          Map.entry("POST /session", "1.31"),
          Map.entry("POST /containers/prune", "1.25"),
          Map.entry("POST /images/prune", "1.25"),
          Map.entry("POST /networks/prune", "1.25"),
          Map.entry("POST /volumes/prune", "1.25"),
          Map.entry("PUT /volumes/{name}", "1.42"),
          Map.entry("GET /system/df", "1.25"),
          Map.entry("GET /services/{id}/logs", "1.29"),
          Map.entry("GET /tasks/{id}/logs", "1.29"),
          Map.entry("POST /plugins/{name:.*}/upgrade", "1.26"));

  /// Of everything below these paths.
  private static final List<Map.Entry<String, String>> SINCE_BELOW =
      List.of(
          Map.entry("/configs", "1.30"),
          Map.entry("/secrets", "1.25"),
          Map.entry("/plugins", "1.25"),
          Map.entry("/distribution/", "1.30"),
          Map.entry("/containers/{id}/checkpoints", "1.25"));

  private static final Map<String, String> DIFFERS =
      Map.of(
          "POST /containers/create",
          "options that are not offered are refused with 501, never ignored",
          "POST /networks/create",
          "driver `bridge` only; driver options that are not honoured are refused with 501",
          "GET /containers/{id}/top",
          "-ef, aux, and -o with names of columns are read from /proc; other `ps_args` need ps(1) on the machine",
          "GET /info",
          "`DriverStatus` shows the roles and addresses of the VCH",
          "POST /containers/{id}/start",
          "`checkpoint` is refused with 501");

  private Notes() {}

  static Route<Operation> noted(Route<Operation> route) {
    var key = route.method() + " " + route.path();
    var since =
        SINCE_BELOW.stream()
            .filter(e -> route.path().startsWith(e.getKey()))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse("");
    return route.since(SINCE.getOrDefault(key, since)).differing(DIFFERS.getOrDefault(key, ""));
  }
}
