package vch.api.docker.container;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.ApiVersion;
import vch.api.docker.Json;
import vch.engine.health.Health;
import vch.portlayer.container.Container;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.state.Image;

/// `GET /containers/json`. Pure.
///
/// @param imageId id of the image that a reference names now, if it is there
/// @param volumePath where a volume is on the machine
/// @param sizes empty where they were not asked for
record ListJson(
    Image image,
    Instant now,
    ApiVersion version,
    Function<String, Optional<String>> imageId,
    Function<String, Path> volumePath,
    Function<Container, Optional<InspectJson.Sizes>> sizes,
    Function<Container, Optional<Health>> health) {
  ArrayNode of(List<Container> containers) {
    var linking =
        containers.isEmpty()
            ? List.<Container>of()
            : image
                .containers(containers.getFirst().vch())
                .filter(c -> !c.links().isEmpty())
                .toList();
    var out = Json.array();
    containers.forEach(c -> out.add(row(c, linking)));
    return out;
  }

  private ObjectNode row(Container c, List<Container> linking) {
    var json = Json.object();
    json.put("Id", c.id().value()).set("Names", Json.array(Links.names(image, linking, c)));
    json.put("Image", imageName(c))
        .put("ImageID", c.spec().image())
        .put("Command", command(c.spec().arguments()))
        .put("Created", c.created().getEpochSecond());
    json.set("Ports", PortsView.of(image, c).list());
    sizes.apply(c).ifPresent(s -> json.put("SizeRw", s.written()).put("SizeRootFs", s.root()));
    json.set("Labels", Json.object(c.labels()));
    json.put("State", Status.word(c)).put("Status", Status.text(c, health.apply(c), now));
    json.putObject("HostConfig").put("NetworkMode", networkMode(c));
    json.putObject("NetworkSettings").set("Networks", new NetworksView(image, c).list(version));
    // Reading the document takes time, which a list of a thousand containers would show.
    json.set(
        "Mounts",
        c.spec().mounts().isEmpty()
            ? Json.array()
            : InspectJson.mounts(c, Document.of(c), volumePath));
    return json;
  }

  private static String networkMode(Container c) {
    return switch (c.mode()) {
      case NetworkMode.Scoped(var network) -> network;
      case NetworkMode.None _ -> "none";
      case NetworkMode.Shared(var other) -> "container:" + other;
    };
  }

  /// As the user named it, while that name still means the image.
  private String imageName(Container c) {
    var reference = c.spec().imageRef();
    return imageId
        .apply(reference)
        .filter(id -> id.equals(c.spec().image()))
        .map(_ -> reference)
        .orElse(c.spec().image());
  }

  private static String command(List<String> arguments) {
    var out = new ArrayList<String>();
    out.add(arguments.getFirst());
    for (var argument : arguments.subList(1, arguments.size())) {
      out.add(argument.indexOf(' ') >= 0 ? "'" + argument + "'" : argument);
    }
    return String.join(" ", out);
  }
}
