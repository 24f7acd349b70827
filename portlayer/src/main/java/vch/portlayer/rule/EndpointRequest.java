package vch.portlayer.rule;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.NameLink;

/// A place on a scope as the user asked for it.
///
/// @param network name, id or id prefix
/// @param addresses texts as given; parsed by the rule
/// @param linkLocal texts as given; further addresses on the link
/// @param mac text as given
/// @param sysctls settings of the link, text as given: `net.ipv4.conf.IFNAME.NAME=VALUE,…`
/// @param seed chance, for the Ethernet address and random ports
public record EndpointRequest(
    EndpointId id,
    String network,
    List<String> addresses,
    List<String> linkLocal,
    Optional<String> mac,
    List<String> aliases,
    List<NameLink> links,
    int gatewayPriority,
    Optional<String> linkName,
    Map<String, String> options,
    Optional<String> sysctls,
    long seed) {}
