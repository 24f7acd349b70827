package vch.engine.desired;

import vch.portlayer.address.Subnet;

/// Rules of a port group of kind nat, in the machine's namespace.
final class NatTable {
  private NatTable() {}

  static String text(String bridge, Subnet subnet) {
    return """
      # What leaves %2$s by another link takes the address of that link. Within the port group nothing is translated.
      chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr %2$s ip daddr != %2$s oifname != "%1$s" masquerade
      }
      """
        .formatted(bridge, subnet);
  }
}
