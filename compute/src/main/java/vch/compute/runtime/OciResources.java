package vch.compute.runtime;

import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import vch.portlayer.container.BlockIo;
import vch.portlayer.container.ContainerSpec;
import vch.portlayer.container.Limits;

/// Bounds and devices in the OCI configuration.
final class OciResources {
  private static final long CPU_PERIOD_MICROS = 100_000;
  private static final long NANOS_PER_CPU = 1_000_000_000;
  private static final String EVERYTHING = "rwm";

  private OciResources() {}

  static ObjectNode of(ContainerSpec spec, SpecInputs in) {
    var json = bounds(spec.limits(), in.host(), in.blockDevices());
    var rules = json.putArray("devices");
    if (spec.privileged()) {
      rules.addObject().put("allow", true).put("access", EVERYTHING);
      return json;
    }
    rules.addObject().put("allow", false).put("access", EVERYTHING);
    // null, zero, full, random, urandom, tty, console; the runtime adds ptmx and pts.
    for (long[] node : new long[][] {{1, 3}, {1, 5}, {1, 7}, {1, 8}, {1, 9}, {5, 0}, {5, 1}}) {
      rule(rules, 'c', node[0], node[1], EVERYTHING);
    }
    for (var device : in.devices()) {
      rule(
          rules,
          device.node().type(),
          device.node().major(),
          device.node().minor(),
          device.access());
    }
    spec.limits().fine().deviceRules().forEach(r -> rule(rules, r));
    return json;
  }

  /// `c 10:* rwm`; what is `*` is left out, which means every number.
  private static void rule(ArrayNode rules, String text) {
    var parts = text.split("[ :]", 4);
    var rule = rules.addObject().put("allow", true).put("type", parts[0]);
    if (!parts[1].equals("*")) {
      rule.put("major", Long.parseLong(parts[1]));
    }
    if (!parts[2].equals("*")) {
      rule.put("minor", Long.parseLong(parts[2]));
    }
    rule.put("access", parts[3]);
  }

  private static void rule(ArrayNode rules, char type, long major, long minor, String access) {
    rules
        .addObject()
        .put("allow", true)
        .put("type", String.valueOf(type))
        .put("major", major)
        .put("minor", minor)
        .put("access", access);
  }

  /// The part that can be changed while the container runs.
  static ObjectNode bounds(Limits limits, Host host, Map<String, DeviceNode> blockDevices) {
    var json = JsonNodeFactory.instance.objectNode();
    memory(limits, host, json);
    cpu(limits, json);
    blockIo(limits.fine().blockIo(), blockDevices, json);
    if (limits.pids() != 0) {
      json.putObject("pids").put("limit", limits.pids());
    }
    return json;
  }

  private static void memory(Limits limits, Host host, ObjectNode json) {
    var memory = JsonNodeFactory.instance.objectNode();
    if (limits.memoryBytes() > 0) {
      memory.put("limit", limits.memoryBytes());
    }
    if (limits.memoryReservationBytes() > 0) {
      memory.put("reservation", limits.memoryReservationBytes());
    }
    if (host.swapAccounting()) {
      if (limits.memorySwapBytes() != 0) {
        memory.put("swap", limits.memorySwapBytes());
      } else if (limits.memoryBytes() > 0) {
        // Docker: as much swap as memory. What is more than there can be is no limit.
        memory.put(
            "swap",
            limits.memoryBytes()
                + Math.min(limits.memoryBytes(), Long.MAX_VALUE - limits.memoryBytes()));
      }
    }
    if (limits.fine().swappiness() >= 0) {
      memory.put("swappiness", limits.fine().swappiness());
    }
    if (limits.fine().oomKillDisabled()) {
      memory.put("disableOOMKiller", true);
    }
    if (!memory.isEmpty()) {
      json.set("memory", memory);
    }
  }

  private static void cpu(Limits limits, ObjectNode json) {
    var cpu = JsonNodeFactory.instance.objectNode();
    if (limits.cpuShares() > 0) {
      cpu.put("shares", limits.cpuShares());
    }
    if (limits.nanoCpus() > 0) {
      cpu.put("quota", limits.nanoCpus() * CPU_PERIOD_MICROS / NANOS_PER_CPU);
      cpu.put("period", CPU_PERIOD_MICROS);
    } else {
      if (limits.cpuQuotaMicros() != 0) {
        cpu.put("quota", limits.cpuQuotaMicros());
      }
      if (limits.cpuPeriodMicros() > 0) {
        cpu.put("period", limits.cpuPeriodMicros());
      }
    }
    if (!limits.cpusetCpus().isEmpty()) {
      cpu.put("cpus", limits.cpusetCpus());
    }
    if (!limits.cpusetMems().isEmpty()) {
      cpu.put("mems", limits.cpusetMems());
    }
    if (limits.fine().realtimeRuntimeMicros() > 0) {
      cpu.put("realtimeRuntime", limits.fine().realtimeRuntimeMicros());
    }
    if (limits.fine().realtimePeriodMicros() > 0) {
      cpu.put("realtimePeriod", limits.fine().realtimePeriodMicros());
    }
    if (!cpu.isEmpty()) {
      json.set("cpu", cpu);
    }
  }

  private static void blockIo(BlockIo bounds, Map<String, DeviceNode> devices, ObjectNode json) {
    if (bounds.equals(BlockIo.NONE)) {
      return;
    }
    var block = json.putObject("blockIO");
    if (bounds.weight() > 0) {
      block.put("weight", bounds.weight());
    }
    for (var each : bounds.weights()) {
      device(block, "weightDevice", devices, each.device()).put("weight", each.weight());
    }
    for (var each : bounds.rates()) {
      var field =
          switch (each.what()) {
            case READ_BYTES -> "throttleReadBpsDevice";
            case WRITE_BYTES -> "throttleWriteBpsDevice";
            case READ_OPERATIONS -> "throttleReadIOPSDevice";
            case WRITE_OPERATIONS -> "throttleWriteIOPSDevice";
          };
      device(block, field, devices, each.device()).put("rate", each.perSecond());
    }
  }

  private static ObjectNode device(
      ObjectNode block, String field, Map<String, DeviceNode> devices, String path) {
    var node =
        Optional.ofNullable(devices.get(path))
            .orElseThrow(() -> new IllegalArgumentException("no node was looked up for " + path));
    return block
        .withArrayProperty(field)
        .addObject()
        .put("major", node.major())
        .put("minor", node.minor());
  }

  /// Nodes to make in /dev.
  static ArrayNode nodes(ContainerSpec spec, SpecInputs in) {
    var list = JsonNodeFactory.instance.arrayNode();
    if (spec.privileged()) {
      in.machineDevices().forEach(d -> node(list, d));
    }
    in.devices().forEach(d -> node(list, d.node()));
    return list;
  }

  private static void node(ArrayNode list, DeviceNode device) {
    list.addObject()
        .put("path", device.path())
        .put("type", String.valueOf(device.type()))
        .put("major", device.major())
        .put("minor", device.minor())
        .put("fileMode", device.mode())
        .put("uid", device.uid())
        .put("gid", device.gid());
  }
}
