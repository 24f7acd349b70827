package vch.portlayer.reach;

import vch.portlayer.address.Ip;
import vch.portlayer.container.ContainerId;
import vch.portlayer.portgroup.PortGroupId;

/// Who asks.
public sealed interface From {
  /// A program in a container.
  record OfContainer(ContainerId id) implements From {}

  /// A program of the machine, in the namespace that the daemon was started in.
  record Machine() implements From {}

  /// A host that is not ours, on the segment of a port group or behind a router of it.
  record Stranger(PortGroupId group, Ip address) implements From {}
}
