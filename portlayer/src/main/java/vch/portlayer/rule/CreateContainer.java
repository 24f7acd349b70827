package vch.portlayer.rule;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.ContainerSpec;
import vch.portlayer.container.NameLink;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Resolver;
import vch.portlayer.port.PortSet;
import vch.portlayer.port.PublishRequest;
import vch.portlayer.vch.VchId;

/// A container as the user asked for it.
///
/// @param name empty: the rule takes the first free one of `nameIdeas`
/// @param hostname empty: the first 12 digits of the id
/// @param networks first that of `mode`, then further ones, in the order of attachment; empty for
///   modes without
public record CreateContainer(
    ContainerId id,
    VchId vch,
    Optional<String> name,
    List<String> nameIdeas,
    String hostname,
    String domainname,
    NetworkMode mode,
    List<EndpointRequest> networks,
    List<PublishRequest> publish,
    PortSet exposed,
    boolean publishAll,
    List<NameLink> links,
    Resolver resolver,
    Map<String, String> labels,
    ContainerSpec spec,
    String document,
    Instant at) {
  /// What create answers: the container, and warnings for the user.
  public record Created(ContainerId id, List<String> warnings) {}

  /// Names tried where the user gave none, at the most.
  public static final int NAME_IDEAS_MAX = 8;

  public CreateContainer withSpec(ContainerSpec next) {
    return new CreateContainer(
        id,
        vch,
        name,
        nameIdeas,
        hostname,
        domainname,
        mode,
        networks,
        publish,
        exposed,
        publishAll,
        links,
        resolver,
        labels,
        next,
        document,
        at);
  }
}
