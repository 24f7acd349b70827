package vch.api.docker.container;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.ApiVersion;
import vch.portlayer.refusal.Refusal;

/// What Docker knows in a create request and is not offered: refused where it says something, never
/// ignored.
final class NotOffered {
  private NotOffered() {}

  private static final List<String> WINDOWS =
      List.of("CpuCount", "CpuPercent", "IOMaximumIOps", "IOMaximumBandwidth");

  /// @throws Refusal.Unsupported naming what was asked for
  static void refuse(ObjectNode hostConfig, ApiVersion version) {
    for (var field : WINDOWS) {
      if (!Shape.Read.blank(hostConfig.path(field))) {
        throw new Refusal.Unsupported(
            "HostConfig." + field + " is an option of Windows containers: leave it out");
      }
    }
    for (var request : Shape.Read.objects(hostConfig, "DeviceRequests")) {
      var driver = Shape.Read.text(request, "Driver");
      throw new Refusal.Unsupported(
          "could not select device driver \""
              + driver
              + "\" with capabilities: "
              + capabilities(request)
              + " (GPUs, --gpus, are not offered: give device nodes by --device)");
    }
    if (!Shape.Read.blank(hostConfig.path("StorageOpt"))) {
      throw new Refusal.Unsupported(
          "--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
    }
    if (!Shape.Read.blank(hostConfig.path("Cgroup"))) {
      throw new Refusal.Unsupported(
          "HostConfig.Cgroup given, but joining the cgroup of another container is not offered: use --cgroup-parent");
    }
    // API 1.42 took it away: what newer clients send is dropped, as by Docker.
    if (!version.atLeast(42)
        && (Shape.Read.number(hostConfig, "KernelMemory") > 0
            || Shape.Read.number(hostConfig, "KernelMemoryTCP") > 0)) {
      throw new Refusal.Unsupported(
          "a bound of kernel memory (--kernel-memory) is not offered: Linux counts kernel memory as memory since 5.4; use --memory");
    }
    if (hostConfig.path("Annotations").propertyNames().contains("")) {
      throw new Refusal.Invalid(
          "invalid Annotations: the empty string is not permitted as an annotation key");
    }
  }

  private static String capabilities(ObjectNode request) {
    var out = new ArrayList<String>();
    for (var all : request.path("Capabilities")) {
      var names = new ArrayList<String>();
      all.forEach(name -> names.add(name.asString("")));
      out.add("[" + String.join(" ", names) + "]");
    }
    return "[" + String.join(" ", out) + "]";
  }
}
