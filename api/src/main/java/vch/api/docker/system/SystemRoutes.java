package vch.api.docker.system;

import java.util.ArrayList;
import java.util.List;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;
import vch.api.docker.Operation;
import vch.api.http.Route;

/// The routes about the VCH as a whole.
public final class SystemRoutes {
  private SystemRoutes() {}

  public static List<Route<Operation>> of(DockerHost host) {
    var version = new Version(host);
    var info = new SystemInfo(host);
    var usage = new DiskUsage(host);
    var events = new EventStream(host);
    var out =
        new ArrayList<Route<Operation>>(
            List.of(
                new Route<>("GET", "/_ping", "answers OK", Ping::run),
                new Route<>("HEAD", "/_ping", "answers without a body", Ping::run),
                new Route<>("GET", "/version", "versions of the daemon and the API", version::run),
                new Route<>("GET", "/info", "the VCH and its machine", info::run),
                new Route<>("GET", "/system/df", "space in use", usage::run),
                new Route<>("GET", "/events", "what happens, as a stream", events::run),
                new Route<>(
                    "GET",
                    "/plugins",
                    "managed plugins: none",
                    call -> call.reply(200, Json.array()))));
    return out;
  }

  /// What Docker has and a VCH has not. To be put behind all other routes.
  public static List<Route<Operation>> notOffered() {
    return NotOffered.routes();
  }
}
