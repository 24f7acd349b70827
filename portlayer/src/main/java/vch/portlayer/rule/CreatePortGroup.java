package vch.portlayer.rule;

import java.time.Instant;
import java.util.List;
import vch.portlayer.address.Subnet;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;

/// A port group as the user asked for it.
///
/// @param link the Linux bridge to make, or the one to adopt, or the uplink
/// @param machineBridges Linux bridges that the machine has; one of them can be adopted
/// @param machineUplinks links of the machine that a NIC can be put on as macvlan
/// @param machineRoutes subnets that the machine routes already; a nat subnet must overlap none
public record CreatePortGroup(
    PortGroupId id,
    String name,
    PortGroupKind kind,
    String link,
    List<String> machineBridges,
    List<String> machineUplinks,
    List<Subnet> machineRoutes,
    Instant at) {}
