package vch.portlayer.name;

import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// Looks names up as a container of a VCH sees them.
public final class Names {
  private Names() {}

  /// Which addresses of `family` `name` (without the trailing dot, any case) has for the container that asks from
  /// address `asker`. Order: links private to the asker, then names of the scopes that it is on, `name.scope` too.
  public static Answer addresses(Image image, VchId vch, Ip asker, String name, Family family) {
    throw new AssertionError("being written");
  }

  /// Which names the address has for who asks.
  public static Answer names(Image image, VchId vch, Ip asker, Ip address) {
    throw new AssertionError("being written");
  }
}
