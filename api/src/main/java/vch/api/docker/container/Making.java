package vch.api.docker.container;

import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.ApiVersion;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;
import vch.engine.compute.Images.ImageInfo;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;

/// Making containers for other parts of the personality, by the words of a create request.
public final class Making {
  private Making() {}

  /// Makes a container and does not start it.
  ///
  /// @param body of a create request
  /// @param from what its program is merged with
  public static ContainerId make(DockerHost host, ObjectNode body, ImageInfo from) {
    var translated =
        CreateRequest.read(body, Optional.empty(), ApiVersion.MAX)
            .translate(
                new CreateRequest.Context(
                    host.vch(),
                    host.image(),
                    from,
                    Surroundings.of(host),
                    host.chance(),
                    host.clock().instant()));
    translated.volumes().forEach(v -> CreateRoute.make(host, v));
    return host.lifecycle().create(translated.command()).id();
  }

  /// `Config` of a container, as inspect shows it.
  public static ObjectNode config(Container container) {
    var config = Document.of(container).config();
    JoinedPorts.writeExpanded(config, "ExposedPorts");
    return Json.read(Json.text(config)).raw();
  }

  /// A request's `Config` under its right names, with every default.
  ///
  /// @throws vch.portlayer.refusal.Refusal.Invalid a member has the wrong shape
  public static ObjectNode read(ObjectNode config) {
    return (ObjectNode) Shapes.CONFIG.read(config, "Config");
  }

  /// Tells of something that happened to a container.
  public static void publish(
      DockerHost host, Container container, String action, Map<String, String> attributes) {
    Containers.publish(host, container, action, attributes);
  }
}
