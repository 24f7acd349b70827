package vch.api.docker.container;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;
import vch.portlayer.refusal.Refusal;

/// Fields of a create request that Docker knows and that are not offered: refused where they say
/// something, never ignored.
final class NotOffered {
  private NotOffered() {}

  private static final Map<String, String> HOST =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("Annotations", "annotations (--annotation)"),
              Map.entry("Cgroup", "joining the cgroup of another container"),
              Map.entry("StorageOpt", "storage options (--storage-opt)"),
              Map.entry("CgroupParent", "a parent cgroup (--cgroup-parent)"),
              Map.entry("BlkioWeight", "block IO weights (--blkio-weight)"),
              Map.entry("BlkioWeightDevice", "block IO weights (--blkio-weight-device)"),
              Map.entry("BlkioDeviceReadBps", "bounds of block IO (--device-read-bps)"),
              Map.entry("BlkioDeviceWriteBps", "bounds of block IO (--device-write-bps)"),
              Map.entry("BlkioDeviceReadIOps", "bounds of block IO (--device-read-iops)"),
              Map.entry("BlkioDeviceWriteIOps", "bounds of block IO (--device-write-iops)"),
              Map.entry("CpuRealtimePeriod", "real-time scheduling (--cpu-rt-period)"),
              Map.entry("CpuRealtimeRuntime", "real-time scheduling (--cpu-rt-runtime)"),
              Map.entry("DeviceCgroupRules", "device rules (--device-cgroup-rule)"),
              Map.entry("DeviceRequests", "device requests (--gpus)"),
              Map.entry("KernelMemory", "a bound of kernel memory (--kernel-memory)"),
              Map.entry("KernelMemoryTCP", "a bound of kernel memory for TCP"),
              Map.entry("OomKillDisable", "switching the OOM killer off (--oom-kill-disable)"),
              Map.entry("CpuCount", "a CPU count, which is an option of Windows containers"),
              Map.entry("CpuPercent", "a CPU percentage, which is an option of Windows containers"),
              Map.entry("IOMaximumIOps", "an IO bound, which is an option of Windows containers"),
              Map.entry(
                  "IOMaximumBandwidth", "an IO bound, which is an option of Windows containers")));

  /// @throws Refusal.Unsupported naming every field that asks for something
  static void refuse(ObjectNode hostConfig) {
    var asked = HOST.keySet().stream().filter(f -> !Shape.Read.blank(hostConfig.path(f))).toList();
    if (!asked.isEmpty()) {
      throw unsupported(asked);
    }
    long swappiness = hostConfig.path("MemorySwappiness").asLong(-1);
    if (swappiness != -1) {
      throw new Refusal.Unsupported(
          "HostConfig.MemorySwappiness is "
              + swappiness
              + ", but swappiness of one container (--memory-swappiness) is not"
              + " offered: leave it out");
    }
  }

  private static Refusal.Unsupported unsupported(List<String> fields) {
    var first = fields.getFirst();
    return new Refusal.Unsupported(
        "HostConfig."
            + String.join(", HostConfig.", fields)
            + " given, but "
            + HOST.getOrDefault(first, first)
            + (fields.size() > 1 ? " and the like are" : " is")
            + " not offered: leave "
            + (fields.size() > 1 ? "them" : "it")
            + " out");
  }
}
