package vch.app.daemon;

import java.security.SecureRandom;
import java.util.HexFormat;
import vch.api.admin.Ids;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.vch.VchId;

/// Ids from the machine's chance.
final class RandomIds implements Ids {
  private final SecureRandom chance;

  RandomIds(SecureRandom chance) {
    this.chance = chance;
  }

  private String hex(int bytes) {
    var out = new byte[bytes];
    chance.nextBytes(out);
    return HexFormat.of().formatHex(out);
  }

  @Override
  public VchId vch() {
    return new VchId(hex(6));
  }

  @Override
  public PortGroupId portGroup() {
    return new PortGroupId(hex(6));
  }

  @Override
  public String bridgeLink() {
    return "pl" + hex(5);
  }

  @Override
  public ScopeId scope() {
    return new ScopeId(hex(32));
  }

  @Override
  public long seed() {
    return chance.nextLong();
  }
}
