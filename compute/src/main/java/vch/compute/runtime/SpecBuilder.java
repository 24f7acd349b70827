package vch.compute.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;
import vch.compute.rootfs.RootPath;
import vch.engine.compute.Processes;
import vch.engine.compute.Processes.ExecSpec;
import vch.engine.compute.Volumes;
import vch.portlayer.container.BlockIo;
import vch.portlayer.container.Container;
import vch.portlayer.container.Mount;
import vch.portlayer.refusal.Refusal;

/// Looks up on the machine what [OciSpec] needs: accounts, devices, directories of volumes, pids of
/// other containers. Holds no state.
final class SpecBuilder {
  private static final long ACCOUNTS_BYTES_MAX = 4 << 20;
  private static final List<String> JOINABLE = List.of("ipc", "pid", "uts");

  private final Host host;
  private final Cgroups cgroups;
  private final Volumes volumes;
  private final Optional<Path> init;
  private final Function<String, Optional<Run>> runOf;
  private final OciSpec spec = new OciSpec(Seccomp.standard());

  /// @param runOf another container's run, by id; empty when it does not run
  SpecBuilder(
      Host host,
      Cgroups cgroups,
      Volumes volumes,
      Optional<Path> init,
      Function<String, Optional<Run>> runOf) {
    this.host = host;
    this.cgroups = cgroups;
    this.volumes = volumes;
    this.init = init;
    this.runOf = runOf;
  }

  ObjectNode config(
      Container container, Path root, Processes.Network network, Bundle bundle, StagedMounts staged)
      throws IOException {
    return spec.of(
        container,
        new SpecInputs(
            root,
            network.path(),
            network.guarded(),
            bundle.resolvConf(),
            bundle.hosts(),
            bundle.hostname(),
            directories(container),
            staged.paths(),
            identity(root, container.spec().user(), container.spec().groupAdd()),
            devices(container),
            blockDevices(container.spec().limits().fine().blockIo()),
            container.spec().privileged() ? HostProbe.below(Path.of("/dev"), "/dev") : List.of(),
            shm(container, bundle),
            joined(container),
            init,
            cgroups.path(container.id(), container.spec().limits().fine().cgroupParent()),
            host));
  }

  ObjectNode process(Container container, Path root, ExecSpec exec) throws IOException {
    var spec = container.spec();
    var user = exec.user().isEmpty() ? spec.user() : exec.user();
    var directory =
        exec.workingDirectory().isEmpty() ? spec.workingDirectory() : exec.workingDirectory();
    return OciSpec.process(
        exec.tty(),
        identity(root, user, spec.groupAdd()),
        exec.arguments(),
        OciSpec.environment(container, exec.environment(), exec.tty()),
        directory,
        Capabilities.granted(
            spec.capAdd(),
            spec.capDrop(),
            spec.privileged() || exec.privileged(),
            host.capabilities()),
        spec.noNewPrivileges());
  }

  ObjectNode bounds(Container container) throws IOException {
    var limits = container.spec().limits();
    return OciResources.bounds(limits, host, blockDevices(limits.fine().blockIo()));
  }

  private static Map<String, DeviceNode> blockDevices(BlockIo bounds) throws IOException {
    var paths = new TreeSet<String>();
    bounds.weights().forEach(w -> paths.add(w.device()));
    bounds.rates().forEach(r -> paths.add(r.device()));
    var nodes = new HashMap<String, DeviceNode>();
    for (var path : paths) {
      var node = HostProbe.node(Path.of(path), path);
      nodes.put(
          path,
          node.orElseThrow(
              () ->
                  new Refusal.Invalid(
                      "bounds of block IO for " + path + ": there is no such device node")));
    }
    return nodes;
  }

  private static Identity identity(Path root, String user, List<String> groups) throws IOException {
    return Accounts.parse(
            RootPath.text(root, "/etc/passwd", ACCOUNTS_BYTES_MAX),
            RootPath.text(root, "/etc/group", ACCOUNTS_BYTES_MAX))
        .resolve(user, groups);
  }

  private Map<String, Path> directories(Container container) {
    var directories = new HashMap<String, Path>();
    for (var mount : container.spec().mounts()) {
      if (mount.kind() == Mount.Kind.VOLUME) {
        volumes.mount(container.vch(), mount.source());
        directories.put(mount.source(), volumes.mountpoint(container.vch(), mount.source()));
      }
    }
    return directories;
  }

  private Optional<Path> shm(Container container, Bundle own) {
    if (Modes.shareable(container.spec())) {
      return Optional.of(own.shm());
    }
    var other = Modes.container(container.spec(), "ipc");
    if (other.isEmpty()) {
      return Optional.empty();
    }
    var shm = runOf.apply(other.get()).map(r -> r.bundle().shm());
    if (shm.isPresent() && !Files.isDirectory(shm.get())) {
      throw new Refusal.Invalid(
          "can't join IPC of container "
              + other.get()
              + ": non-shareable IPC (hint: use IpcMode:shareable for the donor container)");
    }
    return shm;
  }

  private Map<String, Long> joined(Container container) {
    var pids = new HashMap<String, Long>();
    for (var kind : JOINABLE) {
      Modes.container(container.spec(), kind)
          .ifPresent(other -> pids.put(other, runOf.apply(other).map(Run::pid).orElse(0L)));
    }
    return pids;
  }

  private static List<SpecInputs.GrantedDevice> devices(Container container) throws IOException {
    var granted = new ArrayList<SpecInputs.GrantedDevice>();
    for (var device : container.spec().devices()) {
      var source = Path.of(device.source());
      var target = device.target().isEmpty() ? device.source() : device.target();
      var access = device.permissions().isEmpty() ? "rwm" : device.permissions();
      var nodes =
          Files.isDirectory(source)
              ? HostProbe.below(source, target)
              : HostProbe.node(source, target).stream().toList();
      if (nodes.isEmpty()) {
        throw new Refusal.Invalid(
            "error gathering device information while adding custom device \""
                + device.source()
                + "\": "
                + (Files.exists(source) ? "not a device node" : "no such file or directory"));
      }
      nodes.forEach(n -> granted.add(new SpecInputs.GrantedDevice(n, access)));
    }
    return granted;
  }
}
