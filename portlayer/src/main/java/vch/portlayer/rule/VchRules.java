package vch.portlayer.rule;

import java.util.List;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;

/// Rules of virtual container hosts.
public final class VchRules {
  private VchRules() {}

  /// All problems are collected and refused together, one a line, with suggestions.
  public static Decision<Vch> create(Image image, CreateVch command) {
    throw new AssertionError("being written");
  }

  /// Removes the VCH with its scopes, tags and volumes. Live containers refuse it unless `force`, which removes them too.
  public static Decision<Vch> delete(Image image, VchId id, boolean force) {
    throw new AssertionError("being written");
  }

  /// By exact name, else exact id.
  public static Vch find(Image image, String nameOrId) {
    throw new AssertionError("being written");
  }

  /// The lines of create about roles that share a NIC: `Network role client is sharing NIC with public`.
  public static List<String> sharing(Vch vch) {
    throw new AssertionError("being written");
  }
}
