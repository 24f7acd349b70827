package vch.portlayer.container;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.portlayer.port.PortSet;
import vch.portlayer.port.Publication;
import vch.portlayer.port.PublishRequest;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.vch.VchId;

/// A container: its identity, its places on scopes, its publications, what it runs, and how its
/// life goes.
///
/// @param endpoints in the order of attachment
/// @param publish what the user asked for
/// @param exposed ports of the image and of `--expose`
/// @param publications what is bound: set at the first start, stable over restarts (random ports
///   too), dropped at removal. They are in force only while the container is live
/// @param links `--link` on the default bridge
/// @param document text that the personality wrote at create and alone reads, to show the request
///   again
public record Container(
    ContainerId id,
    VchId vch,
    String name,
    Instant created,
    String hostname,
    String domainname,
    NetworkMode mode,
    List<Endpoint> endpoints,
    List<PublishRequest> publish,
    PortSet exposed,
    boolean publishAll,
    List<Publication> publications,
    List<NameLink> links,
    Resolver resolver,
    Map<String, String> labels,
    ContainerSpec spec,
    ContainerState state,
    String document) {
  public Container {
    endpoints = List.copyOf(endpoints);
    publish = List.copyOf(publish);
    publications = List.copyOf(publications);
    links = List.copyOf(links);
    labels = Map.copyOf(labels);
  }

  public Optional<Endpoint> on(ScopeId scope) {
    return endpoints.stream().filter(e -> e.scope().equals(Optional.of(scope))).findFirst();
  }

  public Optional<Endpoint> place(EndpointId place) {
    return endpoints.stream().filter(e -> e.id().equals(place)).findFirst();
  }

  public boolean live() {
    return state.phase().live();
  }

  public Container with(ContainerState next) {
    return copy(name, endpoints, publications, links, spec, next, document);
  }

  public Container withEndpoints(List<Endpoint> next) {
    return copy(name, next, publications, links, spec, state, document);
  }

  public Container withPublications(List<Publication> next) {
    return copy(name, endpoints, next, links, spec, state, document);
  }

  public Container withLinks(List<NameLink> next) {
    return copy(name, endpoints, publications, next, spec, state, document);
  }

  public Container withName(String next) {
    return copy(next, endpoints, publications, links, spec, state, document);
  }

  public Container withSpec(ContainerSpec next, String nextDocument) {
    return copy(name, endpoints, publications, links, next, state, nextDocument);
  }

  private Container copy(
      String nextName,
      List<Endpoint> nextEndpoints,
      List<Publication> nextPublications,
      List<NameLink> nextLinks,
      ContainerSpec nextSpec,
      ContainerState nextState,
      String nextDocument) {
    return new Container(
        id,
        vch,
        nextName,
        created,
        hostname,
        domainname,
        mode,
        nextEndpoints,
        publish,
        exposed,
        publishAll,
        nextPublications,
        nextLinks,
        resolver,
        labels,
        nextSpec,
        nextState,
        nextDocument);
  }
}
