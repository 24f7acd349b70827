package vch.api.admin;

import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.vch.VchId;

/// Where new ids come from: chance, given from outside.
public interface Ids {
  VchId vch();

  PortGroupId portGroup();

  /// Name of a new Linux bridge of the machine, recognisable as this daemon's.
  String bridgeLink();

  ScopeId scope();

  long seed();
}
