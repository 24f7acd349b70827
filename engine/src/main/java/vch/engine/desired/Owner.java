package vch.engine.desired;

import vch.portlayer.container.ContainerId;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.vch.VchId;

/// The entity because of which a machine object is wanted. A change set makes only the owners that
/// it touches new.
public sealed interface Owner {
  /// A port group: its bridge on the machine.
  record OfPortGroup(PortGroupId id) implements Owner {
    @Override
    public String toString() {
      return "port group " + id;
    }
  }

  /// A VCH: its endpoint namespace and NICs.
  record OfVch(VchId id) implements Owner {
    @Override
    public String toString() {
      return "vch " + id;
    }
  }

  /// A scope: its segment.
  record OfScope(ScopeId id) implements Owner {
    @Override
    public String toString() {
      return "scope " + id.brief();
    }
  }

  /// A container: its namespace, its places on scopes, its publications.
  record OfContainer(ContainerId id) implements Owner {
    @Override
    public String toString() {
      return "container " + id.brief();
    }
  }
}
