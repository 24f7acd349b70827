package vch.api.docker.network;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.DerivedId;
import vch.api.docker.Fields;
import vch.api.docker.Json;
import vch.api.docker.Timestamps;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Container;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.scope.SubnetRequest;
import vch.portlayer.state.Image;

/// A scope as Docker shows a network (NetworkInspect of API 1.50).
public final class NetworkJson {
  /// Among the options of a scope: what the user said of `IPAM.Options`, as JSON. Absent where
  /// nothing was said, which Docker shows as null. The built-in address management has no options,
  /// so they are only shown.
  private static final String IPAM_OPTIONS = "vch.ipam.options";

  /// Among the options of a container network, in the words of `vch create --container-network-…`.
  private static final String OF_LAN = "vch.container-network.";

  private NetworkJson() {}

  /// The driver's name.
  public static String driver(Scope scope) {
    return switch (scope.kind()) {
      case ScopeKind.Bridge _ -> "bridge";
      case ScopeKind.External _ -> "external";
      case ScopeKind.Configuration _, ScopeKind.None _ -> "null";
    };
  }

  /// How far the network reaches: `external` is that of container networks.
  static String level(Scope scope) {
    return scope.kind() instanceof ScopeKind.External ? "external" : "local";
  }

  /// @param members show the containers with a live endpoint; else an empty object stands for them
  static ObjectNode of(Image image, Scope scope, boolean members) {
    var out = Json.object();
    out.put("Name", scope.name());
    out.put("Id", scope.id().value());
    out.put("Created", Timestamps.rfc3339(scope.created()));
    out.put("Scope", level(scope));
    out.put("Driver", driver(scope));
    out.put("EnableIPv4", scope.ipv4());
    out.put("EnableIPv6", scope.ipv6());
    out.set("IPAM", ipam(scope));
    out.put("Internal", scope.internal());
    out.put("Attachable", scope.attachable());
    out.put("Ingress", false);
    out.putObject("ConfigFrom").put("Network", scope.madeFrom().orElse(""));
    out.put("ConfigOnly", scope.kind() instanceof ScopeKind.Configuration);
    var containers = out.putObject("Containers");
    if (members) {
      members(image, scope).forEach(c -> containers.set(c.id().value(), member(c, scope)));
    }
    out.set("Options", Json.object(options(image, scope)));
    out.set("Labels", Json.object(scope.labels()));
    return out;
  }

  /// Containers that Docker counts as attached: those with a live endpoint.
  static Stream<Container> members(Image image, Scope scope) {
    return switch (scope.kind()) {
      case ScopeKind.Bridge _, ScopeKind.External _ ->
          image.members(scope.id()).filter(Container::live);
      case ScopeKind.Configuration _ -> Stream.empty();
      case ScopeKind.None _ ->
          image
              .containers(scope.vch())
              .filter(c -> c.live() && c.mode() instanceof NetworkMode.None);
    };
  }

  private static ObjectNode ipam(Scope scope) {
    var out = Json.object();
    out.put("Driver", scope.leased() ? "dhcp" : "default");
    Optional.ofNullable(scope.options().get(IPAM_OPTIONS))
        .ifPresentOrElse(
            text -> out.set("Options", Json.read(text).raw()), () -> out.putNull("Options"));
    switch (scope.kind()) {
      case ScopeKind.Bridge _ -> {
        var config = out.putArray("Config");
        scope.subnets().forEach(s -> config.add(subnet(scope, s, s.range())));
      }
      case ScopeKind.External kind -> {
        var config = out.putArray("Config");
        scope.subnets().forEach(s -> config.add(subnet(scope, s, block(kind, s))));
      }
      case ScopeKind.Configuration kind -> {
        var config = out.putArray("Config");
        kind.subnets().forEach(s -> config.add(subnet(s)));
      }
      case ScopeKind.None _ -> out.putNull("Config");
    }
    return out;
  }

  /// The pool of the subnet, where there is one and it is a block: Docker has no other ranges.
  private static Optional<Subnet> block(ScopeKind.External kind, SubnetConfig config) {
    var pools = kind.pools(config.subnet().family());
    return pools.size() == 1 ? pools.getFirst().subnet() : Optional.empty();
  }

  /// The driver options, with what was said of the address management kept beside them.
  static Map<String, String> withIpamOptions(Map<String, String> options, Fields ipam) {
    var out = new TreeMap<>(options);
    out.remove(IPAM_OPTIONS);
    if (ipam.has("Options")) {
      out.put(IPAM_OPTIONS, Json.text(Json.object(ipam.textMap("Options"))));
    }
    return out;
  }

  static boolean hasIpamOptions(Map<String, String> options) {
    return Optional.ofNullable(options.get(IPAM_OPTIONS))
        .filter(text -> !Json.read(text).raw().isEmpty())
        .isPresent();
  }

  /// Without what was said of the address management.
  static Map<String, String> driverOptions(Map<String, String> options) {
    var out = new TreeMap<>(options);
    out.remove(IPAM_OPTIONS);
    return out;
  }

  /// As it was asked for.
  private static ObjectNode subnet(SubnetRequest request) {
    var out = Json.object();
    request.subnet().ifPresent(s -> out.put("Subnet", s));
    request.range().ifPresent(r -> out.put("IPRange", r));
    request.gateway().ifPresent(g -> out.put("Gateway", g));
    if (!request.reserved().isEmpty()) {
      var reserved = out.putObject("AuxiliaryAddresses");
      new TreeMap<>(request.reserved()).forEach(reserved::put);
    }
    return out;
  }

  private static ObjectNode subnet(Scope scope, SubnetConfig config, Optional<Subnet> range) {
    var out = Json.object();
    out.put("Subnet", config.subnet().toString());
    range.ifPresent(r -> out.put("IPRange", r.toString()));
    if (config.gatewayChosen() || scope.isGateway(config.gateway())) {
      out.put("Gateway", config.gateway().toString());
    }
    if (!config.reserved().isEmpty()) {
      var reserved = out.putObject("AuxiliaryAddresses");
      new TreeMap<>(config.reserved()).forEach((name, ip) -> reserved.put(name, ip.toString()));
    }
    return out;
  }

  private static ObjectNode member(Container container, Scope scope) {
    var endpoint = container.on(scope.id());
    var out = Json.object();
    out.put("Name", container.name());
    out.put(
        "EndpointID",
        endpoint.map(e -> e.id().value()).orElseGet(() -> DerivedId.endpointOnNone(container)));
    out.put("MacAddress", endpoint.map(e -> e.mac().toString()).orElse(""));
    out.put(
        "IPv4Address",
        endpoint.flatMap(e -> e.address(Family.IPV4)).map(Cidr::toString).orElse(""));
    out.put(
        "IPv6Address",
        endpoint.flatMap(e -> e.address(Family.IPV6)).map(Cidr::toString).orElse(""));
    return out;
  }

  /// What the user said; for networks that nobody made by Docker, what holds there.
  private static Map<String, String> options(Image image, Scope scope) {
    var out = driverOptions(scope.options());
    switch (scope.kind()) {
      case ScopeKind.Bridge bridge -> {
        if (scope.isDefault()) {
          out.put("com.docker.network.bridge.default_bridge", "true");
          out.put(BridgeOptions.ICC, Boolean.toString(bridge.interContainer()));
          out.put(BridgeOptions.MASQUERADE, Boolean.toString(bridge.masquerade()));
          out.put(BridgeOptions.HOST_IP, bridge.hostIp().map(Ip::toString).orElse("0.0.0.0"));
          out.put(BridgeOptions.MTU, Integer.toString(scope.mtu()));
        }
      }
      case ScopeKind.External kind -> {
        out.put(
            OF_LAN + "port-group",
            image
                .portGroup(kind.portGroup())
                .map(PortGroup::name)
                .orElse(kind.portGroup().value()));
        out.put(OF_LAN + "firewall", kind.trust().word());
        listed(out, "ip-range", kind.pools());
        listed(out, "dns", kind.dns());
        out.put(OF_LAN + "routers", kind.acceptRouters() ? "accept" : "refuse");
        out.put(BridgeOptions.MTU, Integer.toString(scope.mtu()));
      }
      case ScopeKind.Configuration _, ScopeKind.None _ -> {}
    }
    return out;
  }

  private static void listed(Map<String, String> out, String word, List<?> values) {
    if (!values.isEmpty()) {
      out.put(
          OF_LAN + word, values.stream().map(Object::toString).collect(Collectors.joining(",")));
    }
  }
}
