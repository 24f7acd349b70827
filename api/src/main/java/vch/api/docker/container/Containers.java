package vch.api.docker.container;

import java.util.HashMap;
import java.util.Map;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.portlayer.container.Container;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ContainerRules;

/// What all container routes do with a container: find it, ask for its state, tell who listens.
final class Containers {
  private Containers() {}

  /// The container that the path names.
  static Container of(DockerHost host, Call call) {
    return ContainerRules.find(host.image(), host.vch(), call.variable("id"));
  }

  /// @throws Refusal.Conflict when it has no process that can be talked to
  static void requireRunning(Container container) {
    if (!Status.running(container)) {
      throw new Refusal.Conflict("container " + container.id() + " is not running");
    }
    if (container.state().phase() == Phase.RESTARTING) {
      throw new Refusal.Conflict(
          "Container " + container.id() + " is restarting, wait until the container is running");
    }
  }

  /// Publishes an event of the container with the attributes that all have.
  static void publish(
      DockerHost host, Container container, String action, Map<String, String> more) {
    var attributes = new HashMap<>(container.labels());
    attributes.put("image", container.spec().imageRef());
    attributes.put("name", container.name());
    attributes.putAll(more);
    host.publish("container", action, container.id().value(), attributes);
  }
}
