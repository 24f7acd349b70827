package vch.portlayer.reach;

import vch.portlayer.container.ContainerId;
import vch.portlayer.vch.VchId;

/// Who answers.
public sealed interface Node {
  /// A program in the container's namespace.
  record OfContainer(ContainerId id) implements Node {}

  /// A service of a VCH, in its endpoint namespace.
  record OfVch(VchId id) implements Node {}

  /// A program of the machine.
  record Machine() implements Node {}

  /// A host that is not ours. What is on the way to it outside is not known here.
  record Outside() implements Node {}
}
