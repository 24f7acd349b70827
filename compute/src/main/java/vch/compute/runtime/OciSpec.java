package vch.compute.runtime;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerSpec;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Ulimit;
import vch.portlayer.refusal.Refusal;

/// The OCI runtime configuration of a container (runtime-spec 1.0.2), with Docker's defaults. A
/// pure function.
final class OciSpec {
  static final String INIT_TARGET = "/sbin/docker-init";

  private static final String OCI_VERSION = "1.0.2";
  private static final String PATH_DEFAULT =
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final BigInteger RLIMIT_UNLIMITED =
      BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
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

  private final Seccomp seccomp;

  OciSpec(Seccomp seccomp) {
    this.seccomp = seccomp;
  }

  /// @throws Refusal.Invalid where a wish of the record cannot be expressed; the message says which
  ObjectNode of(Container container, SpecInputs in) {
    var spec = container.spec();
    var capabilities =
        Capabilities.granted(
            spec.capAdd(), spec.capDrop(), spec.privileged(), in.host().capabilities());
    var json = JsonNodeFactory.instance.objectNode();
    json.put("ociVersion", OCI_VERSION);
    json.set("process", process(container, in, capabilities));
    json.putObject("root").put("path", in.root().toString()).put("readonly", spec.readOnlyRoot());
    if (Modes.own(spec, "uts")) {
      json.put("hostname", container.hostname());
    }
    json.set("mounts", OciMounts.of(container, in));
    if (!spec.annotations().isEmpty()) {
      var annotations = json.putObject("annotations");
      new TreeMap<>(spec.annotations()).forEach(annotations::put);
    }
    var linux = json.putObject("linux");
    linux.put("cgroupsPath", in.cgroupsPath());
    linux.set("namespaces", namespaces(spec, in));
    linux.set("resources", OciResources.of(spec, in));
    linux.set("devices", OciResources.nodes(spec, in));
    sysctls(container, linux);
    rootPropagation(spec).ifPresent(p -> linux.put("rootfsPropagation", p));
    seccomp(spec, in, capabilities).ifPresent(filter -> linux.set("seccomp", filter));
    if (!spec.privileged() || spec.maskedPaths().isPresent()) {
      strings(linux.putArray("maskedPaths"), spec.maskedPaths().orElse(MASKED));
    }
    if (!spec.privileged() || spec.readOnlyPaths().isPresent()) {
      strings(linux.putArray("readonlyPaths"), spec.readOnlyPaths().orElse(READ_ONLY));
    }
    return json;
  }

  /// `process` of the configuration, for the first process.
  private static ObjectNode process(Container container, SpecInputs in, List<String> capabilities) {
    var spec = container.spec();
    var arguments = new ArrayList<String>();
    if (spec.initProcess()) {
      if (in.init().isEmpty()) {
        throw new Refusal.Invalid(
            "an init process was asked for, but the machine has none to offer (docker-init, tini-static or catatonit; on"
                + " Debian: apt-get install tini)");
      }
      arguments.addAll(List.of(INIT_TARGET, "--"));
    }
    arguments.addAll(spec.arguments());
    var process =
        process(
            spec.tty(),
            in.identity(),
            arguments,
            environment(container, List.of(), spec.tty()),
            spec.workingDirectory(),
            capabilities,
            spec.noNewPrivileges());
    process.put("oomScoreAdj", spec.limits().oomScoreAdj());
    var limits = process.putArray("rlimits");
    for (Ulimit limit : spec.ulimits()) {
      limits
          .addObject()
          .put("type", "RLIMIT_" + limit.name().toUpperCase(Locale.ROOT))
          .put("hard", rlimit(limit.hard()))
          .put("soft", rlimit(limit.soft()));
    }
    return process;
  }

  /// `process` of the configuration, or the process of an exec.
  static ObjectNode process(
      boolean tty,
      Identity who,
      List<String> arguments,
      List<String> environment,
      String workingDirectory,
      List<String> capabilities,
      boolean noNewPrivileges) {
    var process = JsonNodeFactory.instance.objectNode();
    process.put("terminal", tty);
    var user = process.putObject("user").put("uid", who.uid()).put("gid", who.gid());
    var groups = user.putArray("additionalGids");
    who.groups().forEach(groups::add);
    strings(process.putArray("args"), arguments);
    strings(process.putArray("env"), environment);
    process.put("cwd", workingDirectory.isEmpty() ? "/" : workingDirectory);
    var caps = process.putObject("capabilities");
    strings(caps.putArray("bounding"), capabilities);
    // A user other than root holds none at first, and gets none of the bounding set but by a
    // set-uid program.
    var held = who.uid() == 0 ? capabilities : List.<String>of();
    strings(caps.putArray("effective"), held);
    strings(caps.putArray("permitted"), held);
    process.put("noNewPrivileges", noNewPrivileges);
    return process;
  }

  /// Docker's own variables, then the container's, then `more`; the later wins, in the place of the
  /// earlier.
  static List<String> environment(Container container, List<String> more, boolean tty) {
    var values = new LinkedHashMap<String, String>();
    var all = new ArrayList<String>();
    all.add(PATH_DEFAULT);
    all.add("HOSTNAME=" + container.hostname());
    if (tty) {
      all.add("TERM=xterm");
    }
    all.addAll(container.spec().environment());
    all.addAll(more);
    for (var each : all) {
      int equals = each.indexOf('=');
      if (equals > 0) {
        values.put(each.substring(0, equals), each);
      } else {
        values.remove(each); // `-e NAME` without a value takes it away
      }
    }
    return List.copyOf(values.values());
  }

  private static ArrayNode namespaces(ContainerSpec spec, SpecInputs in) {
    var list = JsonNodeFactory.instance.arrayNode();
    list.addObject().put("type", "mount");
    list.addObject().put("type", "network").put("path", in.network().toString());
    for (var kind : List.of("uts", "pid", "ipc")) {
      if (Modes.host(spec, kind)) {
        continue;
      }
      var entry = list.addObject().put("type", kind);
      Modes.container(spec, kind)
          .ifPresent(
              other -> entry.put("path", "/proc/" + Modes.pid(in, kind, other) + "/ns/" + kind));
    }
    // As Docker does: a namespace of its own on cgroup v2, the machine's view on v1, unless asked
    // otherwise.
    var cgroup = spec.namespaces().getOrDefault("cgroup", "");
    if (cgroup.equals("private")
        || (cgroup.isEmpty() && in.host().unifiedCgroups() && !spec.privileged())) {
      list.addObject().put("type", "cgroup");
    }
    return list;
  }

  private static void sysctls(Container container, ObjectNode linux) {
    Map<String, String> all = new TreeMap<>();
    if (!(container.mode() instanceof NetworkMode.Shared)) {
      // The namespace is the container's alone, so low ports and ping need no privilege in it.
      all.put("net.ipv4.ip_unprivileged_port_start", "0");
      all.put("net.ipv4.ping_group_range", "0 2147483647");
    }
    if (!container.domainname().isEmpty() && Modes.own(container.spec(), "uts")) {
      all.put("kernel.domainname", container.domainname());
    }
    all.putAll(container.spec().sysctls());
    if (!all.isEmpty()) {
      var json = linux.putObject("sysctl");
      all.forEach(json::put);
    }
  }

  private Optional<ObjectNode> seccomp(
      ContainerSpec spec, SpecInputs in, List<String> capabilities) {
    var wanted = spec.seccomp().orElse("");
    if ((spec.privileged() && wanted.isEmpty()) || wanted.equals("unconfined")) {
      return Optional.empty();
    }
    if (!in.host().seccomp()) {
      if (!wanted.isEmpty() && !wanted.equals("builtin")) {
        throw new Refusal.Invalid(
            "seccomp is not enabled in your kernel, cannot run a custom seccomp profile");
      }
      return Optional.empty();
    }
    return Optional.of(
        wanted.isEmpty() || wanted.equals("builtin")
            ? seccomp.compile(capabilities, in.host().architecture(), in.guarded())
            : SeccompProfile.compile(wanted, capabilities, in.host().architecture()));
  }

  /// A bind mount that shares with the machine needs a root that does, too.
  private static Optional<String> rootPropagation(ContainerSpec spec) {
    var options = spec.mounts().stream().flatMap(m -> m.options().stream()).toList();
    if (options.contains("shared") || options.contains("rshared")) {
      return Optional.of("shared");
    }
    return options.contains("slave") || options.contains("rslave")
        ? Optional.of("slave")
        : Optional.empty();
  }

  private static BigInteger rlimit(long value) {
    return value < 0 ? RLIMIT_UNLIMITED : BigInteger.valueOf(value);
  }

  static void strings(ArrayNode to, List<String> values) {
    values.forEach(to::add);
  }
}
