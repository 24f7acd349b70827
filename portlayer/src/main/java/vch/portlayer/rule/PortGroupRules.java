package vch.portlayer.rule;

import java.util.List;
import vch.portlayer.address.Subnet;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;

/// Rules of port groups.
public final class PortGroupRules {
  private PortGroupRules() {}

  public static Decision<PortGroup> create(Image image, CreatePortGroup command) {
    throw new AssertionError("being written");
  }

  /// Refused for a group in use, and for one that belongs to a VCH.
  public static Decision<PortGroup> remove(Image image, String name) {
    throw new AssertionError("being written");
  }

  /// 192.168.218.0/24, or the next /24 that overlaps neither a route nor a port group.
  public static Subnet vmNetworkSubnet(Image image, List<Subnet> machineRoutes) {
    throw new AssertionError("being written");
  }
}
