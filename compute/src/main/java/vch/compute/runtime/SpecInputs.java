package vch.compute.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the OCI configuration needs beside the container's record: paths, and what was looked up on
/// the machine.
///
/// @param root the merged root file system, absolute, without symbolic links
/// @param network the network namespace to join
/// @param guarded frames are held to the container's addresses inside that namespace
/// @param resolvConf file to show as /etc/resolv.conf; likewise `hosts` and `hostname`
/// @param volumes directories behind volume names
/// @param staged what is mounted of images, and where only a part of a volume is: that part, by
///   target
/// @param devices the nodes that the record's devices name, in the record's order; a directory
///   gives several
/// @param blockDevices the nodes behind the paths of the record's bounds of block IO
/// @param machineDevices all nodes of the machine's /dev, for a privileged container; else empty
/// @param shm directory of the machine to show as /dev/shm, where it is shared with others
/// @param joined pids of the containers whose namespaces are joined, by the text behind
///   `container:`
/// @param init a static init program of the machine
record SpecInputs(
    Path root,
    Path network,
    boolean guarded,
    Path resolvConf,
    Path hosts,
    Path hostname,
    Map<String, Path> volumes,
    Map<String, Path> staged,
    Identity identity,
    List<GrantedDevice> devices,
    Map<String, DeviceNode> blockDevices,
    List<DeviceNode> machineDevices,
    Optional<Path> shm,
    Map<String, Long> joined,
    Optional<Path> init,
    String cgroupsPath,
    Host host) {
  SpecInputs {
    volumes = Map.copyOf(volumes);
    staged = Map.copyOf(staged);
    devices = List.copyOf(devices);
    blockDevices = Map.copyOf(blockDevices);
    machineDevices = List.copyOf(machineDevices);
    joined = Map.copyOf(joined);
  }

  /// @param access of `rwm`
  record GrantedDevice(DeviceNode node, String access) {}
}
