package vch.portlayer.state;

import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Volume;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;

/// The only motion of an [Image]: a thing is put (added, or replaced as a whole) or removed. Doing
/// one twice is the same as once.
public sealed interface Change {
  record PortGroupPut(PortGroup portGroup) implements Change {}

  record PortGroupRemoved(PortGroupId id) implements Change {}

  record VchPut(Vch vch) implements Change {}

  record VchRemoved(VchId id) implements Change {}

  record ScopePut(Scope scope) implements Change {}

  /// Its address cursors go with it.
  record ScopeRemoved(ScopeId id) implements Change {}

  /// Where allocation in a scope goes on, one a scope and family. Concerns no machine object.
  record AddressCursorPut(AddressCursor cursor) implements Change {}

  record ContainerPut(Container container) implements Change {}

  record ContainerRemoved(ContainerId id) implements Change {}

  record VolumePut(Volume volume) implements Change {}

  record VolumeRemoved(VchId vch, String name) implements Change {}

  /// A tag of a VCH names an image: `reference` is normalised, `docker.io/library/busybox:latest`.
  record TagPut(ImageTag tag) implements Change {}

  record TagRemoved(VchId vch, String reference) implements Change {}

  record ImageNotePut(ImageNote note) implements Change {}

  record ImageNoteRemoved(VchId vch, String image) implements Change {}
}
