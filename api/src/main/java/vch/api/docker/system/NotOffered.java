package vch.api.docker.system;

import java.util.ArrayList;
import java.util.List;
import vch.api.docker.Operation;
import vch.api.http.Route;
import vch.portlayer.refusal.Refusal;

/// What Docker has and a VCH has not, each with the sentence that says so. Parts that clients look
/// at to see whether swarm is on answer as a Docker engine without swarm does.
final class NotOffered {
  private static final String NO_MANAGER =
      "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and"
          + " try again.";
  private static final String SWARM = "swarm mode is not offered by a virtual container host";
  private static final String BUILDKIT =
      "BuildKit is not offered by a virtual container host: build with the classic builder (DOCKER_BUILDKIT=0 docker build), or"
          + " with another builder (docker buildx build --output type=docker) and docker load the result";
  private static final String PLUGINS =
      "managed plugins are not offered by a virtual container host: the bridge network driver and the local volume driver are"
          + " built in";
  private static final String SEARCH =
      "searching a registry is not offered by a virtual container host: use the search of the registry's own web site";

  private static final String CHECKPOINTS =
      "checkpoints are not offered by a virtual container host: docker pause freezes a container, docker stop ends it";
  private static final String CLUSTER_VOLUMES =
      "cluster volumes are not offered by a virtual container host: its volumes are local to its machine";

  private NotOffered() {}

  static List<Route<Operation>> routes() {
    var out = new ArrayList<Route<Operation>>();
    for (var path :
        List.of(
            "/swarm",
            "/swarm/unlockkey",
            "/nodes",
            "/nodes/{id}",
            "/services",
            "/services/{id}",
            "/services/{id}/logs",
            "/tasks",
            "/tasks/{id}",
            "/tasks/{id}/logs",
            "/secrets",
            "/secrets/{id}",
            "/configs",
            "/configs/{id}")) {
      unavailable(out, "GET", path);
    }
    unsupported(out, "POST", "/swarm/init", SWARM);
    unsupported(out, "POST", "/swarm/join", SWARM);
    for (var path :
        List.of(
            "/swarm/update",
            "/swarm/unlock",
            "/nodes/{id}/update",
            "/services/create",
            "/services/{id}/update",
            "/secrets/create",
            "/secrets/{id}/update",
            "/configs/create",
            "/configs/{id}/update")) {
      unavailable(out, "POST", path);
    }
    unavailable(out, "POST", "/swarm/leave", "This node is not part of a swarm");
    for (var path : List.of("/nodes/{id}", "/services/{id}", "/secrets/{id}", "/configs/{id}")) {
      unavailable(out, "DELETE", path);
    }
    for (var path : List.of("/session", "/grpc")) {
      unsupported(out, "POST", path, BUILDKIT);
    }
    unsupported(out, "GET", "/containers/{id}/checkpoints", CHECKPOINTS);
    unsupported(out, "POST", "/containers/{id}/checkpoints", CHECKPOINTS);
    unsupported(out, "DELETE", "/containers/{id}/checkpoints/{checkpoint}", CHECKPOINTS);
    unsupported(out, "PUT", "/volumes/{name}", CLUSTER_VOLUMES);
    unsupported(out, "GET", "/images/search", SEARCH);
    unsupported(out, "GET", "/plugins/privileges", PLUGINS);
    // docker inspect asks everywhere for a name; only 404 lets it say that there is no such object.
    out.add(
        new Route<>(
            "GET",
            "/plugins/{name:.*}/json",
            "finds no managed plugin",
            call -> {
              throw new Refusal.NotFound("plugin \"" + call.variable("name") + "\" not found");
            }));
    unsupported(out, "DELETE", "/plugins/{name:.*}", PLUGINS);
    for (var path :
        List.of(
            "/plugins/pull",
            "/plugins/create",
            "/plugins/{name:.*}/enable",
            "/plugins/{name:.*}/disable",
            "/plugins/{name:.*}/push",
            "/plugins/{name:.*}/upgrade",
            "/plugins/{name:.*}/set")) {
      unsupported(out, "POST", path, PLUGINS);
    }
    return out;
  }

  private static void unsupported(
      List<Route<Operation>> out, String method, String path, String sentence) {
    out.add(
        new Route<Operation>(
                method,
                path,
                "not offered (501)",
                _ -> {
                  throw new Refusal.Unsupported(sentence);
                })
            .refused(501));
  }

  private static void unavailable(List<Route<Operation>> out, String method, String path) {
    unavailable(out, method, path, NO_MANAGER);
  }

  private static void unavailable(
      List<Route<Operation>> out, String method, String path, String sentence) {
    out.add(
        new Route<Operation>(
                method,
                path,
                "no swarm (503)",
                _ -> {
                  throw new Refusal.Unavailable(sentence);
                })
            .refused(503));
  }
}
