package vch.api.docker.container;

import java.util.List;
import vch.api.docker.Operation;
import vch.api.http.Route;
import vch.portlayer.refusal.Refusal;

/// Routes about the files of containers: not offered yet, each with the way round.
final class FileRoutes {
  private static final String COPY =
      "copying files from and to containers (docker cp) is not offered yet: use docker exec with tar, or a bind mount";
  private static final String EXPORT =
      "exporting containers (docker export) is not offered yet: use docker exec with tar";
  private static final String CHANGES = "listing changed files (docker diff) is not offered yet: use docker exec with find";

  private FileRoutes() {}

  static List<Route<Operation>> routes() {
    return List.of(
        refused("HEAD", "archive", COPY),
        refused("GET", "archive", COPY),
        refused("PUT", "archive", COPY),
        refused("GET", "export", EXPORT),
        refused("GET", "changes", CHANGES));
  }

  private static Route<Operation> refused(String method, String what, String why) {
    return new Route<>(
        method, "/containers/{id}/" + what, "not offered (501)",
        _ -> {
          throw new Refusal.Unsupported(why);
        });
  }
}
