package vch.api.docker.container;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Limits;
import vch.portlayer.container.Phase;
import vch.portlayer.container.RestartPolicy;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;

/// `POST /containers/{id}/update`: other bounds and another restart policy for a container, running
/// or not.
final class UpdateRoute {
  private static final List<String> NUMBERS =
      List.of(
          "CpuShares",
          "Memory",
          "NanoCpus",
          "CpuPeriod",
          "CpuQuota",
          "MemoryReservation",
          "MemorySwap",
          "BlkioWeight");

  /// What is settled when the container is made.
  private static final List<String> SETTLED =
      List.of(
          "BlkioWeightDevice",
          "BlkioDeviceReadBps",
          "BlkioDeviceWriteBps",
          "BlkioDeviceReadIOps",
          "BlkioDeviceWriteIOps",
          "CpuRealtimePeriod",
          "CpuRealtimeRuntime",
          "DeviceCgroupRules",
          "Devices",
          "CgroupParent",
          "OomKillDisable",
          "Ulimits");

  private static final List<String> TEXTS = List.of("CpusetCpus", "CpusetMems");

  private final DockerHost host;

  UpdateRoute(DockerHost host) {
    this.host = host;
  }

  void run(Call call) throws IOException {
    var asked = (ObjectNode) Shapes.HOST_CONFIG.read(call.body().raw(), "HostConfig");
    if (!call.since(40)) {
      asked.putNull("PidsLimit"); // clients below sent zero, which would have lifted the limit
    }
    NotOffered.refuse(asked, call.version());
    refuseSettled(asked);
    var container = Containers.of(host, call);
    var before = container.spec();
    var warnings = new ArrayList<String>();
    var after =
        host.engine()
            .note(vch -> updated(vch.container(container.id()).orElse(container), asked, warnings));
    if (Status.running(after) && !after.spec().limits().equals(before.limits())) {
      limit(container, after);
    }
    Containers.publish(host, after, "update", Map.of());
    var reply = Json.object();
    if (warnings.isEmpty()) {
      reply.putNull("Warnings");
    } else {
      reply.set("Warnings", Json.array(warnings));
    }
    call.reply(200, reply);
  }

  /// Where the machine does not follow, the record goes back to what holds.
  private void limit(Container before, Container after) {
    try {
      host.processes().limit(after);
    } catch (RuntimeException e) {
      host.engine()
          .note(
              image ->
                  image
                      .container(before.id())
                      .map(c -> put(c.withSpec(before.spec(), before.document())))
                      .orElse(Decision.of(before)));
      throw new Refusal.Failed(cannot(before.id()) + e.getMessage());
    }
  }

  private static String cannot(ContainerId id) {
    return "Cannot update container " + id + ": ";
  }

  private static Decision<Container> put(Container container) {
    return Decision.of(container, new Change.ContainerPut(container));
  }

  private static void refuseSettled(ObjectNode asked) {
    var settled =
        SETTLED.stream().filter(f -> !Shape.Read.blank(asked.path(f))).map("HostConfig."::concat);
    var fields = String.join(", ", settled.toList());
    if (!fields.isEmpty()) {
      throw new Refusal.Unsupported(
          fields + " cannot be changed by an update: make a new container with it");
    }
  }

  private Decision<Container> updated(Container now, ObjectNode asked, List<String> warnings) {
    if (now.state().phase() == Phase.REMOVING) {
      throw new Refusal.Conflict(
          cannot(now.id()) + "Container is marked for removal and cannot be \"update\".");
    }
    var document = Document.of(now);
    warnings.clear(); // the rule may be asked again
    var limits = limits(now, asked, document.hostConfig(), warnings);
    var restart = restart(now, asked);
    show(document.hostConfig(), asked, limits, restart);
    return put(now.withSpec(now.spec().withBounds(limits, restart), document.text()));
  }

  private Limits limits(Container now, ObjectNode asked, ObjectNode before, List<String> warnings) {
    long memory = Shape.Read.number(asked, "Memory");
    long swap = Shape.Read.number(before, "MemorySwap");
    if (memory > swap && swap > 0 && Shape.Read.number(asked, "MemorySwap") == 0) {
      throw new Refusal.Conflict(
          cannot(now.id())
              + "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time");
    }
    var machine = Surroundings.of(host);
    var limits = ResourcePart.limits(asked, now.spec().limits(), machine);
    int weight = (int) FinePart.weight(asked, machine, warnings);
    if (weight > 0) {
      var fine = limits.fine();
      limits = limits.with(fine.withBlockIo(fine.blockIo().withWeight(weight)));
    }
    boolean unlimited =
        asked.path("PidsLimit").isNumber() && Shape.Read.number(asked, "PidsLimit") <= 0;
    return unlimited ? limits.withPids(0) : limits;
  }

  private static RestartPolicy restart(Container now, ObjectNode asked) {
    if (Shape.Read.blank(asked.path("RestartPolicy").path("Name"))) {
      return now.spec().restart();
    }
    var restart = HostPart.restart(asked);
    if (now.spec().autoRemove() && restart.when() != RestartPolicy.When.NO) {
      throw new Refusal.Invalid(
          cannot(now.id())
              + "Restart policy cannot be updated because AutoRemove is enabled for the container");
    }
    return restart;
  }

  private static void show(
      ObjectNode host, ObjectNode asked, Limits limits, RestartPolicy restart) {
    for (var field : NUMBERS) {
      if (Shape.Read.number(asked, field) != 0) {
        host.put(field, Shape.Read.number(asked, field));
      }
    }
    for (var field : TEXTS) {
      if (!Shape.Read.text(asked, field).isEmpty()) {
        host.put(field, Shape.Read.text(asked, field));
      }
    }
    if (limits.memorySwapBytes() == 0 && limits.memoryBytes() > 0) {
      host.put("MemorySwap", limits.memoryBytes() * 2);
    }
    if (limits.pids() > 0) {
      host.put("PidsLimit", limits.pids());
    } else {
      host.putNull("PidsLimit");
    }
    if (!Shape.Read.blank(asked.path("RestartPolicy").path("Name"))) {
      host.putObject("RestartPolicy")
          .put("Name", Shape.Read.text((ObjectNode) asked.path("RestartPolicy"), "Name"))
          .put("MaximumRetryCount", restart.maximumRetries());
    }
  }
}
