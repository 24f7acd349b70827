package vch.api.docker.system;

import java.io.IOException;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;
import vch.api.docker.Timestamps;
import vch.portlayer.container.Container;
import vch.portlayer.container.Phase;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;

/// GET /info
final class SystemInfo {
  private final DockerHost host;

  SystemInfo(DockerHost host) {
    this.host = host;
  }

  void run(Call call) throws IOException {
    var image = host.image();
    var vch = host.self();
    var s = host.settings();
    var phases = image.containers(host.vch()).map(Container::state).map(c -> c.phase()).toList();
    long running =
        phases.stream()
            .filter(p -> p == Phase.RUNNING || p == Phase.RESTARTING || p == Phase.STARTING)
            .count();
    long paused = phases.stream().filter(p -> p == Phase.PAUSED).count();
    var out = Json.object();
    out.put("ID", vch.id().value());
    out.put("Containers", phases.size());
    out.put("ContainersRunning", running);
    out.put("ContainersPaused", paused);
    out.put("ContainersStopped", phases.size() - running - paused);
    out.put("Images", image.tags(host.vch()).map(t -> t.image()).distinct().count());
    out.put("Driver", "overlay2");
    var status = out.putArray("DriverStatus");
    out.putNull("SystemStatus");
    roles(vch, status);
    plugins(out, host);
    capabilities(out, call);
    out.put("NFd", 0);
    out.put("OomKillDisable", false);
    out.put("NGoroutines", 0);
    out.put("SystemTime", Timestamps.rfc3339(host.clock().instant()));
    out.put("LoggingDriver", "json-file");
    out.put("CgroupDriver", s.cgroupDriver());
    out.put("CgroupVersion", s.cgroupVersion());
    out.put("NEventsListener", 0);
    out.put("KernelVersion", s.kernelVersion());
    out.put("OperatingSystem", s.operatingSystem());
    out.put("OSVersion", s.osVersion());
    out.put("OSType", "linux");
    out.put("Architecture", s.architecture());
    out.put("IndexServerAddress", "https://index.docker.io/v1/");
    registries(out, vch);
    out.put("NCPU", s.cpus());
    out.put("MemTotal", s.memoryBytes());
    out.putNull("GenericResources");
    out.put("DockerRootDir", s.root().toString());
    out.put("HttpProxy", "");
    out.put("HttpsProxy", "");
    out.put("NoProxy", "");
    out.put("Name", vch.name());
    out.putArray("Labels");
    out.put("ExperimentalBuild", false);
    out.put("ServerVersion", s.engineVersion());
    runtimes(out);
    out.putObject("Swarm")
        .put("NodeID", "")
        .put("NodeAddr", "")
        .put("LocalNodeState", "inactive")
        .put("ControlAvailable", false)
        .put("Error", "")
        .putNull("RemoteManagers");
    out.put("LiveRestoreEnabled", true);
    out.put("Isolation", "");
    out.put("InitBinary", "docker-init");
    for (var commit : new String[] {"ContainerdCommit", "RuncCommit", "InitCommit"}) {
      out.putObject(commit).put("ID", "").put("Expected", "");
    }
    out.putArray("SecurityOptions")
        .add(call.since(25) ? "name=seccomp,profile=builtin" : "seccomp");
    if (!call.since(25)) {
      out.put("ExecutionDriver", "<not supported>");
    }
    if (call.since(41)) {
      out.putArray("DefaultAddressPools")
          .addObject()
          .put("Base", vch.bridge().range().toString())
          .put("Size", vch.bridge().width());
    }
    if (call.since(49)) {
      out.putObject("FirewallBackend").put("Driver", "nftables");
    }
    out.putArray("CDISpecDirs");
    out.putNull("Warnings");
    call.reply(200, out);
  }

  /// Shown by `docker info` below the driver: what the VCH is on the network.
  private static void roles(Vch vch, tools.jackson.databind.node.ArrayNode status) {
    status.addArray().add("Virtual container host").add(vch.name());
    for (var role : Role.values()) {
      vch.address(role)
          .ifPresent(a -> status.addArray().add("Role " + role.word()).add(a.toString()));
    }
    status
        .addArray()
        .add("Bridge network range")
        .add(vch.bridge().range() + " cut to /" + vch.bridge().width());
  }

  private static void plugins(ObjectNode out, DockerHost host) {
    var plugins = out.putObject("Plugins");
    plugins.putArray("Volume").add("local");
    var networks = plugins.putArray("Network").add("bridge");
    if (host.image().scopes(host.vch()).anyMatch(s -> s.kind() instanceof ScopeKind.External)) {
      networks.add("external");
    }
    networks.add("null");
    plugins.putNull("Authorization");
    plugins.putArray("Log").add("json-file").add("local");
  }

  private static void capabilities(ObjectNode out, Call call) {
    out.put("MemoryLimit", true);
    out.put("SwapLimit", true);
    if (!call.since(42)) {
      out.put("KernelMemory", false);
    }
    out.put("CpuCfsPeriod", true);
    out.put("CpuCfsQuota", true);
    out.put("CPUShares", true);
    out.put("CPUSet", true);
    out.put("PidsLimit", true);
    out.put("IPv4Forwarding", true);
    if (!call.since(50)) {
      out.put("BridgeNfIptables", false);
      out.put("BridgeNfIp6tables", false);
    }
    out.put("Debug", false);
  }

  private static void registries(ObjectNode out, Vch vch) {
    var config = out.putObject("RegistryConfig");
    config.putArray("AllowNondistributableArtifactsCIDRs");
    config.putArray("AllowNondistributableArtifactsHostnames");
    var cidrs = config.putArray("InsecureRegistryCIDRs");
    var indexes = config.putObject("IndexConfigs");
    var hub = indexes.putObject("docker.io").put("Name", "docker.io");
    hub.putArray("Mirrors");
    hub.put("Secure", true).put("Official", true);
    for (var registry : vch.insecureRegistries()) {
      if (registry.contains("/")) {
        cidrs.add(registry);
      } else {
        var index = indexes.putObject(registry).put("Name", registry);
        index.putArray("Mirrors");
        index.put("Secure", false).put("Official", false);
      }
    }
    config.putArray("Mirrors");
  }

  private void runtimes(ObjectNode out) {
    var runtimes = out.putObject("Runtimes");
    host.settings().runtimes().forEach(r -> runtimes.putObject(r).put("path", r));
    out.put("DefaultRuntime", host.settings().runtime());
  }
}
