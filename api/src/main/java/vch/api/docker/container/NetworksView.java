package vch.api.docker.container;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.ApiVersion;
import vch.api.docker.DerivedId;
import vch.api.docker.Json;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.NameLink;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;

/// The networks of a container as inspect and list show them.
record NetworksView(Image image, Container container) {
  /// `NetworkSettings.Networks` of inspect.
  ObjectNode inspect(ApiVersion version) {
    var out = Json.object();
    for (var endpoint : byName()) {
      var json = asked(endpoint, version);
      actual(json, endpoint, version);
      if (version.atLeast(44)) {
        texts(json, "DNSNames", dnsNames(endpoint));
      }
      out.set(endpoint.network(), json);
    }
    none(version).ifPresent(json -> out.set("none", json));
    return out;
  }

  /// `NetworkSettings.Networks` of the list: without names.
  ObjectNode list(ApiVersion version) {
    var out = Json.object();
    for (var endpoint : byName()) {
      var json = Json.object();
      json.set("IPAMConfig", ipam(endpoint));
      json.putNull("Links")
          .putNull("Aliases")
          .put("MacAddress", mac(endpoint))
          .putNull("DriverOpts");
      actual(json, endpoint, version);
      if (version.atLeast(44)) {
        json.putNull("DNSNames");
      }
      out.set(endpoint.network(), json);
    }
    none(version).ifPresent(json -> out.set("none", json));
    return out;
  }

  private List<Endpoint> byName() {
    return container.endpoints().stream().sorted(Comparator.comparing(Endpoint::network)).toList();
  }

  private ObjectNode asked(Endpoint endpoint, ApiVersion version) {
    var json = Json.object();
    json.set("IPAMConfig", ipam(endpoint));
    texts(json, "Links", endpoint.links().stream().map(NetworksView::link).toList());
    var aliases = new ArrayList<>(endpoint.aliases()); // as given, twice where given twice
    if (!version.atLeast(45) && !isDefault(endpoint)) {
      for (var own : List.of(container.id().brief(), container.hostname())) {
        if (!own.isEmpty() && !aliases.contains(own)) {
          aliases.add(own);
        }
      }
    }
    texts(json, "Aliases", aliases);
    json.put("MacAddress", mac(endpoint));
    if (endpoint.options().isEmpty()) {
      json.putNull("DriverOpts");
    } else {
      json.set("DriverOpts", Json.object(endpoint.options()));
    }
    return json;
  }

  private void actual(ObjectNode json, Endpoint endpoint, ApiVersion version) {
    if (version.atLeast(48)) {
      json.put("GwPriority", endpoint.gatewayPriority());
    }
    boolean live = container.live();
    var v4 = live ? endpoint.address(Family.IPV4) : Optional.<Cidr>empty();
    var v6 = live ? endpoint.address(Family.IPV6) : Optional.<Cidr>empty();
    boolean joined = container.state().run() > 0; // before, nobody has looked the network up
    json.put("NetworkID", endpoint.scope().filter(_ -> joined).map(s -> s.value()).orElse(""))
        .put("EndpointID", live ? endpoint.id().value() : "")
        .put("Gateway", v4.isPresent() ? gateway(endpoint, Family.IPV4) : "")
        .put("IPAddress", v4.map(a -> a.address().toString()).orElse(""))
        .put("IPPrefixLen", v4.map(Cidr::length).orElse(0))
        .put("IPv6Gateway", v6.isPresent() ? gateway(endpoint, Family.IPV6) : "")
        .put("GlobalIPv6Address", v6.map(a -> a.address().toString()).orElse(""))
        .put("GlobalIPv6PrefixLen", v6.map(Cidr::length).orElse(0));
  }

  private String gateway(Endpoint endpoint, Family family) {
    return endpoint
        .lease()
        .filter(l -> l.address().address().family() == family)
        .map(l -> l.routers().stream().map(Ip::toString).findFirst().orElse(""))
        .orElseGet(
            () ->
                scope(endpoint)
                    .filter(s -> !s.internal())
                    .flatMap(s -> s.subnet(family))
                    .map(s -> s.gateway().toString())
                    .orElse(""));
  }

  private Optional<Scope> scope(Endpoint endpoint) {
    return endpoint.scope().flatMap(image::scope);
  }

  private boolean isDefault(Endpoint endpoint) {
    return scope(endpoint)
        .map(Scope::isDefault)
        .orElse(endpoint.network().equals(Scope.DEFAULT_NAME));
  }

  private static JsonNode ipam(Endpoint endpoint) {
    if (endpoint.requested().isEmpty() && endpoint.linkLocal().isEmpty()) {
      return NullNode.getInstance();
    }
    var json = Json.object();
    for (Ip address : endpoint.requested()) {
      json.put(address.isIpv4() ? "IPv4Address" : "IPv6Address", address.toString());
    }
    if (!endpoint.linkLocal().isEmpty()) {
      json.set(
          "LinkLocalIPs", Json.array(endpoint.linkLocal().stream().map(Ip::toString).toList()));
    }
    return json;
  }

  private String mac(Endpoint endpoint) {
    return container.live() || endpoint.macRequested() ? endpoint.mac().toString() : "";
  }

  private static String link(NameLink link) {
    return link.target() + ":" + link.alias();
  }

  /// Name, aliases, id, hostname; none on the default bridge.
  private List<String> dnsNames(Endpoint endpoint) {
    if (isDefault(endpoint)) {
      return List.of();
    }
    var names = new LinkedHashSet<String>();
    names.add(container.name());
    names.addAll(endpoint.aliases());
    names.add(container.id().brief());
    names.add(container.hostname());
    return List.copyOf(names);
  }

  /// A list, or null in place of an empty one, as Go writes a slice that was never filled.
  static void texts(ObjectNode json, String name, List<String> texts) {
    if (texts.isEmpty()) {
      json.putNull(name);
    } else {
      json.set(name, Json.array(texts));
    }
  }

  private Optional<ObjectNode> none(ApiVersion version) {
    return switch (container.mode()) {
      case NetworkMode.Scoped _, NetworkMode.Shared _ -> Optional.empty();
      case NetworkMode.None _ -> Optional.of(noneJson(version));
    };
  }

  private ObjectNode noneJson(ApiVersion version) {
    var id =
        image
            .scopes(container.vch())
            .filter(s -> s.kind() instanceof ScopeKind.None)
            .map(s -> s.id().value())
            .findFirst()
            .orElse("");
    var json = Json.object();
    json.putNull("IPAMConfig")
        .putNull("Links")
        .putNull("Aliases")
        .put("MacAddress", "")
        .putNull("DriverOpts");
    if (version.atLeast(48)) {
      json.put("GwPriority", 0);
    }
    json.put("NetworkID", container.state().run() > 0 ? id : "")
        .put("EndpointID", container.live() ? DerivedId.endpointOnNone(container) : "")
        .put("Gateway", "")
        .put("IPAddress", "")
        .put("IPPrefixLen", 0)
        .put("IPv6Gateway", "")
        .put("GlobalIPv6Address", "")
        .put("GlobalIPv6PrefixLen", 0);
    if (version.atLeast(44)) {
      json.putNull("DNSNames");
    }
    return json;
  }

  /// The address fields that stand beside `Networks`: those of the default bridge.
  void legacy(ObjectNode json, ApiVersion version) {
    var source = Json.object();
    container.endpoints().stream()
        .filter(this::isDefault)
        .findFirst()
        .ifPresent(
            e -> {
              source.put("MacAddress", mac(e));
              actual(source, e, version);
            });
    for (var field : List.of("EndpointID", "Gateway", "GlobalIPv6Address")) {
      json.put(field, Shape.Read.text(source, field));
    }
    json.put("GlobalIPv6PrefixLen", Shape.Read.number(source, "GlobalIPv6PrefixLen"));
    json.put("IPAddress", Shape.Read.text(source, "IPAddress"));
    json.put("IPPrefixLen", Shape.Read.number(source, "IPPrefixLen"));
    json.put("IPv6Gateway", Shape.Read.text(source, "IPv6Gateway"));
    json.put("MacAddress", Shape.Read.text(source, "MacAddress"));
  }
}
