package vch.portlayer.portgroup;

import java.time.Instant;
import java.util.Optional;
import vch.portlayer.vch.VchId;

/// An L2 segment of the machine that NICs plug into.
///
/// @param owner set when the group was made for one VCH's bridge role: then its segments are Linux
///   bridges inside that VCH's endpoint namespace, and it goes with the VCH (docs/decisions/0003)
/// @param link the Linux bridge or NIC that NICs of this group plug into
public record PortGroup(
    PortGroupId id,
    String name,
    PortGroupKind kind,
    String link,
    Optional<VchId> owner,
    Instant created) {
  /// MTU of ports that we plug in, and of the bridges that we make, bytes.
  public static final int MTU = 1500;

  /// The built-in group of kind nat, made on first use.
  public static final String VM_NETWORK = "VM Network";

  /// The machine's link on the segment: the Linux bridge, or the NIC itself.
  public String segmentLink() {
    return kind instanceof PortGroupKind.Nic(var uplink, _) ? uplink : link;
  }
}
