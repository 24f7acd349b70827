package vch.api.docker.container;

import static vch.api.docker.container.Shape.Leaf.ANY;
import static vch.api.docker.container.Shape.Leaf.ARGUMENTS;
import static vch.api.docker.container.Shape.Leaf.FLAG;
import static vch.api.docker.container.Shape.Leaf.MARK;
import static vch.api.docker.container.Shape.Leaf.NUMBER;
import static vch.api.docker.container.Shape.Leaf.TEXT;
import static vch.api.docker.container.Shape.field;
import static vch.api.docker.container.Shape.optional;
import static vch.api.docker.container.Shape.pointer;
import static vch.api.docker.container.Shape.struct;

import vch.api.docker.container.Shape.ListOf;
import vch.api.docker.container.Shape.MapOf;
import vch.api.docker.container.Shape.Struct;

/// The objects of container requests, field by field, in the order of `docker inspect` and with
/// what it shows where nothing was said (Engine API 1.50). Whether a field is offered is not said
/// here but in [NotOffered].
final class Shapes {
  private Shapes() {}

  private static final Shape TEXTS = new ListOf(TEXT);
  private static final Shape TEXT_MAP = new MapOf(TEXT);
  private static final Shape MARKS = new MapOf(MARK);

  /// How to find out whether a container is well; durations in nanoseconds.
  static final Struct HEALTHCHECK =
      struct(
          optional("Test", TEXTS),
          optional("Interval", NUMBER),
          optional("Timeout", NUMBER),
          optional("StartPeriod", NUMBER),
          optional("StartInterval", NUMBER),
          optional("Retries", NUMBER));

  static final Struct CONFIG =
      struct(
          field("Hostname", TEXT, "\"\""),
          field("Domainname", TEXT, "\"\""),
          field("User", TEXT, "\"\""),
          field("AttachStdin", FLAG, "false"),
          field("AttachStdout", FLAG, "false"),
          field("AttachStderr", FLAG, "false"),
          optional("ExposedPorts", MARKS),
          field("Tty", FLAG, "false"),
          field("OpenStdin", FLAG, "false"),
          field("StdinOnce", FLAG, "false"),
          field("Env", TEXTS, "null"),
          field("Cmd", ARGUMENTS, "null"),
          optional("Healthcheck", HEALTHCHECK),
          optional("ArgsEscaped", FLAG),
          field("Image", TEXT, "\"\""),
          field("Volumes", MARKS, "null"),
          field("WorkingDir", TEXT, "\"\""),
          field("Entrypoint", ARGUMENTS, "null"),
          optional("NetworkDisabled", FLAG),
          optional("MacAddress", TEXT),
          field("OnBuild", TEXTS, "null"),
          field("Labels", TEXT_MAP, "{}"),
          optional("StopSignal", TEXT),
          pointer("StopTimeout", NUMBER),
          optional("Shell", ARGUMENTS));

  /// One place of a mount, in `HostConfig.Mounts`.
  private static final Struct MOUNT =
      struct(
          optional("Type", TEXT),
          optional("Source", TEXT),
          optional("Target", TEXT),
          optional("ReadOnly", FLAG),
          optional("Consistency", TEXT),
          optional(
              "BindOptions",
              struct(
                  optional("Propagation", TEXT),
                  optional("NonRecursive", FLAG),
                  optional("CreateMountpoint", FLAG),
                  optional("ReadOnlyNonRecursive", FLAG),
                  optional("ReadOnlyForceRecursive", FLAG))),
          optional(
              "VolumeOptions",
              struct(
                  optional("NoCopy", FLAG),
                  optional("Labels", TEXT_MAP),
                  optional("Subpath", TEXT),
                  optional(
                      "DriverConfig",
                      struct(optional("Name", TEXT), optional("Options", TEXT_MAP))))),
          optional("ImageOptions", struct(optional("Subpath", TEXT))),
          optional(
              "TmpfsOptions",
              struct(
                  optional("SizeBytes", NUMBER),
                  optional("Mode", NUMBER),
                  optional("Options", ANY))),
          optional("ClusterOptions", ANY));

  private static final Shape RATES =
      new ListOf(struct(optional("Path", TEXT), optional("Rate", NUMBER)));

  private static final Struct DEVICE_REQUEST =
      struct(
          field("Driver", TEXT, "\"\""),
          field("Count", NUMBER, "0"),
          field("DeviceIDs", TEXTS, "null"),
          field("Capabilities", new ListOf(TEXTS), "null"),
          field("Options", TEXT_MAP, "{}"));

  private static final Struct BINDING =
      struct(field("HostIp", TEXT, "\"\""), field("HostPort", TEXT, "\"\""));

  static final Struct HOST_CONFIG =
      struct(
          field("Binds", TEXTS, "null"),
          field("ContainerIDFile", TEXT, "\"\""),
          field(
              "LogConfig",
              struct(field("Type", TEXT, "\"\""), field("Config", TEXT_MAP, "{}")),
              "{\"Type\":\"\",\"Config\":{}}"),
          field("NetworkMode", TEXT, "\"\""),
          field("PortBindings", new MapOf(new ListOf(BINDING)), "null"),
          field(
              "RestartPolicy",
              struct(field("Name", TEXT, "\"\""), field("MaximumRetryCount", NUMBER, "0")),
              "{\"Name\":\"\",\"MaximumRetryCount\":0}"),
          field("AutoRemove", FLAG, "false"),
          field("VolumeDriver", TEXT, "\"\""),
          field("VolumesFrom", TEXTS, "null"),
          field("ConsoleSize", new ListOf(NUMBER), "[0,0]"),
          optional("Annotations", TEXT_MAP),
          field("CapAdd", ARGUMENTS, "null"),
          field("CapDrop", ARGUMENTS, "null"),
          field("CgroupnsMode", TEXT, "\"\""),
          field("Dns", TEXTS, "null"),
          field("DnsOptions", TEXTS, "null"),
          field("DnsSearch", TEXTS, "null"),
          field("ExtraHosts", TEXTS, "null"),
          field("GroupAdd", TEXTS, "null"),
          field("IpcMode", TEXT, "\"\""),
          field("Cgroup", TEXT, "\"\""),
          field("Links", TEXTS, "null"),
          field("OomScoreAdj", NUMBER, "0"),
          field("PidMode", TEXT, "\"\""),
          field("Privileged", FLAG, "false"),
          field("PublishAllPorts", FLAG, "false"),
          field("ReadonlyRootfs", FLAG, "false"),
          field("SecurityOpt", TEXTS, "null"),
          optional("StorageOpt", TEXT_MAP),
          optional("Tmpfs", TEXT_MAP),
          field("UTSMode", TEXT, "\"\""),
          field("UsernsMode", TEXT, "\"\""),
          field("ShmSize", NUMBER, "0"),
          optional("Sysctls", TEXT_MAP),
          field("Runtime", TEXT, "\"\""),
          field("Isolation", TEXT, "\"\""),
          field("CpuShares", NUMBER, "0"),
          field("Memory", NUMBER, "0"),
          field("NanoCpus", NUMBER, "0"),
          field("CgroupParent", TEXT, "\"\""),
          field("BlkioWeight", NUMBER, "0"),
          field(
              "BlkioWeightDevice",
              new ListOf(struct(optional("Path", TEXT), optional("Weight", NUMBER))),
              "null"),
          field("BlkioDeviceReadBps", RATES, "null"),
          field("BlkioDeviceWriteBps", RATES, "null"),
          field("BlkioDeviceReadIOps", RATES, "null"),
          field("BlkioDeviceWriteIOps", RATES, "null"),
          field("CpuPeriod", NUMBER, "0"),
          field("CpuQuota", NUMBER, "0"),
          field("CpuRealtimePeriod", NUMBER, "0"),
          field("CpuRealtimeRuntime", NUMBER, "0"),
          field("CpusetCpus", TEXT, "\"\""),
          field("CpusetMems", TEXT, "\"\""),
          field(
              "Devices",
              new ListOf(
                  struct(
                      field("PathOnHost", TEXT, "\"\""),
                      field("PathInContainer", TEXT, "\"\""),
                      field("CgroupPermissions", TEXT, "\"\""))),
              "null"),
          field("DeviceCgroupRules", TEXTS, "null"),
          field("DeviceRequests", new ListOf(DEVICE_REQUEST), "null"),
          optional("KernelMemory", NUMBER),
          optional("KernelMemoryTCP", NUMBER),
          field("MemoryReservation", NUMBER, "0"),
          field("MemorySwap", NUMBER, "0"),
          field("MemorySwappiness", NUMBER, "null"),
          field("OomKillDisable", FLAG, "null"),
          field("PidsLimit", NUMBER, "null"),
          field(
              "Ulimits",
              new ListOf(
                  struct(
                      field("Name", TEXT, "\"\""),
                      field("Hard", NUMBER, "0"),
                      field("Soft", NUMBER, "0"))),
              "null"),
          field("CpuCount", NUMBER, "0"),
          field("CpuPercent", NUMBER, "0"),
          field("IOMaximumIOps", NUMBER, "0"),
          field("IOMaximumBandwidth", NUMBER, "0"),
          optional("Mounts", new ListOf(MOUNT)),
          field("MaskedPaths", TEXTS, "null"),
          field("ReadonlyPaths", TEXTS, "null"),
          pointer("Init", FLAG));

  /// What a user says of a place on a network; the fields that only answers carry are left out.
  static final Struct ENDPOINT =
      struct(
          field(
              "IPAMConfig",
              struct(
                  optional("IPv4Address", TEXT),
                  optional("IPv6Address", TEXT),
                  optional("LinkLocalIPs", TEXTS)),
              "null"),
          field("Links", TEXTS, "null"),
          field("Aliases", TEXTS, "null"),
          field("MacAddress", TEXT, "\"\""),
          field("DriverOpts", TEXT_MAP, "null"),
          field("GwPriority", NUMBER, "0"));

  static final Struct NETWORKING = struct(field("EndpointsConfig", new MapOf(ENDPOINT), "{}"));

  /// Of `POST /containers/{id}/exec`.
  static final Struct EXEC =
      struct(
          field("User", TEXT, "\"\""),
          field("Privileged", FLAG, "false"),
          field("Tty", FLAG, "false"),
          field("ConsoleSize", new ListOf(NUMBER), "null"),
          field("AttachStdin", FLAG, "false"),
          field("AttachStderr", FLAG, "false"),
          field("AttachStdout", FLAG, "false"),
          field("DetachKeys", TEXT, "\"\""),
          field("Env", TEXTS, "[]"),
          field("WorkingDir", TEXT, "\"\""),
          field("Cmd", TEXTS, "[]"));

  /// Of `POST /exec/{id}/start`.
  static final Struct EXEC_START =
      struct(
          field("Detach", FLAG, "false"),
          field("Tty", FLAG, "false"),
          field("ConsoleSize", new ListOf(NUMBER), "null"));
}
