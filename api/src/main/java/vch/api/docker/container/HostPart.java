package vch.api.docker.container;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Json;
import vch.portlayer.container.RestartPolicy;
import vch.portlayer.refusal.Refusal;

/// The rest of `HostConfig`: restart policy, shared memory; and `HostConfig` as inspect shows it.
final class HostPart {
  /// Size of `/dev/shm` where the user says nothing, bytes.
  static final long SHM_BYTES = 64L * 1024 * 1024;

  private static final List<String> MASKED =
      List.of(
          "/proc/acpi",
          "/proc/asound",
          "/proc/interrupts",
          "/proc/kcore",
          "/proc/keys",
          "/proc/latency_stats",
          "/proc/sched_debug",
          "/proc/scsi",
          "/proc/timer_list",
          "/proc/timer_stats",
          "/sys/devices/virtual/powercap",
          "/sys/firmware");
  private static final List<String> READ_ONLY =
      List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

  private HostPart() {}

  static RestartPolicy restart(ObjectNode host) {
    var policy = host.path("RestartPolicy") instanceof ObjectNode o ? o : Json.object();
    var name = Shape.Read.text(policy, "Name");
    long retries = Shape.Read.number(policy, "MaximumRetryCount");
    var when =
        switch (name) {
          case "", "no" -> RestartPolicy.When.NO;
          case "always" -> RestartPolicy.When.ALWAYS;
          case "unless-stopped" -> RestartPolicy.When.UNLESS_STOPPED;
          case "on-failure" -> RestartPolicy.When.ON_FAILURE;
          default ->
              throw new Refusal.Invalid(
                  "invalid restart policy: unknown policy '"
                      + name
                      + "'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'");
        };
    if (when == RestartPolicy.When.ON_FAILURE) {
      if (retries < 0) {
        throw new Refusal.Invalid("invalid restart policy: maximum retry count cannot be negative");
      }
    } else if (retries != 0 && !name.isEmpty()) {
      throw new Refusal.Invalid(
          "invalid restart policy: maximum retry count can only be used with 'on-failure'"
              + (retries < 0 ? " and cannot be negative" : ""));
    }
    return new RestartPolicy(
        when,
        when == RestartPolicy.When.ON_FAILURE ? (int) Math.min(retries, Integer.MAX_VALUE) : 0);
  }

  static long shmBytes(ObjectNode host) {
    long size = Shape.Read.number(host, "ShmSize");
    if (size < 0) {
      throw new Refusal.Invalid("SHM size can not be less than 0");
    }
    return size == 0 ? SHM_BYTES : size;
  }

  static void checkRuntime(ObjectNode host, String runtime) {
    var asked = Shape.Read.text(host, "Runtime");
    boolean same =
        asked.equals(runtime) || (runtime.equals("runc") && asked.equals("io.containerd.runc.v2"));
    if (!asked.isEmpty() && !same) {
      throw new Refusal.Invalid(
          "unknown or invalid runtime name: "
              + asked
              + " (containers of this virtual container host run by "
              + runtime
              + ")");
    }
    var isolation = Shape.Read.text(host, "Isolation");
    if (!isolation.isEmpty() && !isolation.equals("default")) {
      throw new Refusal.Invalid("invalid isolation \"" + isolation + "\" on linux");
    }
  }

  /// Fills in what the user left to us.
  static void complete(
      ObjectNode host, Surroundings machine, String networkMode, boolean privateIpc) {
    host.put("NetworkMode", networkMode);
    fill(host, "IpcMode", privateIpc ? "private" : "shareable");
    boolean privileged = Shape.Read.flag(host, "Privileged");
    fill(host, "CgroupnsMode", machine.cgroup2() && !privileged ? "private" : "host");
    fill(host, "Runtime", machine.runtime());
    unlabelled(host, privileged);
    if (host.path("LogConfig") instanceof ObjectNode log) {
      fill(log, "Type", "json-file");
    }
    if (host.path("RestartPolicy") instanceof ObjectNode restart) {
      fill(restart, "Name", "no");
    }
    host.remove("KernelMemory"); // refused, or of an API that has it no more
    host.remove("KernelMemoryTCP");
    host.put("ShmSize", shmBytes(host));
    if (Shape.Read.number(host, "PidsLimit") <= 0) {
      host.putNull("PidsLimit");
    }
    if (machine.cgroup2() || host.path("MemorySwappiness").asLong(-1) == -1) {
      host.putNull("MemorySwappiness"); // -1 says the same
    }
    if (machine.cgroup2()) {
      host.putNull("OomKillDisable");
    } else {
      host.put("OomKillDisable", Shape.Read.flag(host, "OomKillDisable"));
    }
    if (!machine.blockWeights()) {
      host.put("BlkioWeight", 0);
      host.set("BlkioWeightDevice", Json.array());
    }
    long memory = Shape.Read.number(host, "Memory");
    if (memory > 0 && Shape.Read.number(host, "MemorySwap") == 0) {
      host.put("MemorySwap", memory * 2);
    }
    if (!privileged) {
      paths(host, "MaskedPaths", MASKED);
      paths(host, "ReadonlyPaths", READ_ONLY);
    }
  }

  /// As Docker says of containers that see more of the machine; there are no labels here.
  private static void unlabelled(ObjectNode host, boolean privileged) {
    var options = Shape.Read.texts(host, "SecurityOpt");
    boolean open =
        privileged
            || Shape.Read.text(host, "IpcMode").equals("host")
            || Shape.Read.text(host, "PidMode").equals("host");
    if (open && options.stream().noneMatch(o -> o.startsWith("label="))) {
      var shown = Json.array(options);
      host.set("SecurityOpt", shown.add("label=disable"));
    }
  }

  private static void fill(ObjectNode host, String field, String value) {
    if (Shape.Read.text(host, field).isEmpty()) {
      host.put(field, value);
    }
  }

  private static void paths(ObjectNode host, String field, List<String> value) {
    if (!host.path(field).isArray()) {
      host.set(field, Json.array(value));
    }
  }
}
