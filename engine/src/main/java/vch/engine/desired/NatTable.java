package vch.engine.desired;

import java.util.List;
import vch.portlayer.address.Subnet;

/// Rules of a port group of kind nat, in the machine's namespace.
final class NatTable {
  private NatTable() {}

  static String text(String bridge, List<Subnet> subnets) {
    var out =
        new StringBuilder(
            """
            # What leaves the port group's subnets by another link takes the address of that link. Within the port group
            # nothing is translated.
            chain postrouting {
              type nat hook postrouting priority srcnat; policy accept;
            """);
    for (var subnet : subnets) {
      out.append(
          "  %1$s saddr %2$s %1$s daddr != %2$s oifname != \"%3$s\" masquerade\n"
              .formatted(
                  switch (subnet.family()) {
                    case IPV4 -> "ip";
                    case IPV6 -> "ip6";
                  },
                  subnet,
                  bridge));
    }
    return out.append("}\n").toString();
  }
}
