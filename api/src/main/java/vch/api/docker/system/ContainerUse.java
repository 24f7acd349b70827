package vch.api.docker.system;

import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;
import vch.portlayer.container.Container;
import vch.portlayer.container.Mount;
import vch.portlayer.container.Phase;

/// A container as `docker system df` needs it.
final class ContainerUse {
  private ContainerUse() {}

  static ObjectNode json(DockerHost host, Container c) {
    var out = Json.object();
    out.put("Id", c.id().value());
    out.putArray("Names").add("/" + c.name());
    out.put("Image", c.spec().imageRef());
    out.put("ImageID", c.spec().image());
    out.put("Command", String.join(" ", c.spec().arguments()));
    out.put("Created", c.created().getEpochSecond());
    out.putArray("Ports");
    out.put("SizeRw", host.processes().writtenBytes(c.id()));
    out.put("SizeRootFs", 0);
    out.set("Labels", Json.object(c.labels()));
    var phase = c.state().phase() == Phase.STARTING ? Phase.CREATED : c.state().phase();
    out.put("State", phase.name().toLowerCase(Locale.ROOT));
    out.put("Status", phase.name().toLowerCase(Locale.ROOT));
    var mounts = out.putArray("Mounts");
    for (var m : c.spec().mounts()) {
      if (m.kind() == Mount.Kind.VOLUME) {
        mounts.addObject().put("Type", "volume").put("Name", m.source()).put("Destination", m.target()).put("RW", !m.readOnly());
      }
    }
    return out;
  }
}
