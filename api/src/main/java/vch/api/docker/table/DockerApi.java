package vch.api.docker.table;

import java.util.ArrayList;
import java.util.List;
import vch.api.docker.DockerHandler;
import vch.api.docker.DockerHost;
import vch.api.docker.Operation;
import vch.api.docker.build.BuildRoutes;
import vch.api.docker.container.ContainerRoutes;
import vch.api.docker.image.ImageRoutes;
import vch.api.docker.network.NetworkRoutes;
import vch.api.docker.system.SystemRoutes;
import vch.api.docker.volume.VolumeRoutes;
import vch.api.http.Route;

/// Puts the Docker API of one VCH together.
public final class DockerApi {
  private DockerApi() {}

  /// All routes; an earlier one is taken before a later one.
  public static List<Route<Operation>> routes(DockerHost host) {
    var out = new ArrayList<Route<Operation>>();
    out.addAll(SystemRoutes.of(host));
    out.addAll(SystemRoutes.notOffered()); // some are below ids that may have a slash
    out.addAll(ContainerRoutes.of(host));
    out.addAll(NetworkRoutes.of(host));
    out.addAll(ImageRoutes.of(host));
    out.addAll(BuildRoutes.of(host));
    out.addAll(VolumeRoutes.of(host));
    return out.stream().map(Notes::noted).toList();
  }

  public static DockerHandler handler(DockerHost host) {
    return new DockerHandler(host.settings().engineVersion(), routes(host));
  }
}
