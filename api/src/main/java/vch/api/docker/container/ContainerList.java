package vch.api.docker.container;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import vch.api.docker.ApiVersion;
import vch.api.docker.DockerHost;
import vch.portlayer.container.Container;
import vch.portlayer.refusal.Refusal;

/// Rows about containers, for `docker ps` and `docker system df`. For one answer and one thread.
public final class ContainerList {
  private final DockerHost host;
  private final Map<String, Optional<String>> imageIds =
      new HashMap<>(); // many containers are of one image

  public ContainerList(DockerHost host) {
    this.host = host;
  }

  /// @param sizes whether space on disk is measured, which takes time
  public ArrayNode rows(List<Container> containers, boolean sizes, ApiVersion version) {
    var json =
        new ListJson(
            host.image(),
            host.clock().instant(),
            version,
            this::imageId,
            v -> host.volumes().mountpoint(host.vch(), v),
            c -> sizes ? Optional.of(sizes(host, c)) : Optional.empty(),
            host.lifecycle()::health);
    return json.of(containers);
  }

  /// Id of the image that a reference names now.
  Optional<String> imageId(String reference) {
    return imageIds.computeIfAbsent(
        reference,
        name -> {
          try {
            return Optional.of(host.images().find(host.vch(), name).id());
          } catch (Refusal _) { // gone, or no reference at all
            return Optional.empty();
          }
        });
  }

  static InspectJson.Sizes sizes(DockerHost host, Container container) {
    long written = host.processes().writtenBytes(container.id());
    long image;
    try {
      image = host.images().find(host.vch(), container.spec().image()).sizeBytes();
    } catch (Refusal _) { // removed by force since
      image = 0;
    }
    return new InspectJson.Sizes(written, image + written);
  }
}
