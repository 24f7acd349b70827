package vch.api.docker.network;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import vch.api.docker.Call;
import vch.api.docker.Fields;
import vch.portlayer.address.Family;
import vch.portlayer.address.Subnet;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.CreateScope;
import vch.portlayer.rule.ScopeRules;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetRequest;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// Reads the body of POST /networks/create.
final class NetworkRequest {
  private static final String NO_MANAGER =
      "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and"
          + " try again.";

  private NetworkRequest() {}

  /// @param warning empty if there is nothing to say
  record Read(CreateScope command, String warning) {}

  /// @param image where a configuration that the body names is looked up
  static Read read(
      Call call, Fields body, Image image, ScopeId id, VchId vch, List<Subnet> routes, Instant at) {
    if (body.text("Driver").equals("external")) {
      return external(body, id, vch, at);
    }
    var from = body.object("ConfigFrom").text("Network");
    if (body.flag("ConfigOnly")) {
      return configuration(call, body, from, id, vch, at);
    }
    refuseSwarm(body);
    checkDriver(body.text("Driver"));
    var ipam = body.object("IPAM");
    checkIpamDriver(ipam.text("Driver"));
    var own = Said.of(call, body);
    var said = from.isEmpty() ? own : Said.of(configuration(own, image, vch, from));
    var options = BridgeOptions.read(said.options());
    var command =
        new CreateScope(
            id,
            vch,
            body.text("Name"),
            options.kind(body.flag("Internal")),
            said.subnets(),
            options.mtu().filter(m -> m > 0),
            said.families(),
            body.flag("Attachable"),
            said.labels(),
            said.options(),
            Optional.of(from).filter(name -> !name.isEmpty()),
            routes,
            at);
    return new Read(command, options.warning());
  }

  /// What a configuration may say, and so what a network says that is made from none.
  ///
  /// @param options of the driver, with those of the address management beside them
  private record Said(
      List<SubnetRequest> subnets,
      Set<Family> families,
      Map<String, String> labels,
      Map<String, String> options) {
    static Said of(Call call, Fields body) {
      var ipam = body.object("IPAM");
      var given = body.textMap("Options");
      return new Said(
          ipam.objects("Config").stream()
              .map(NetworkRequest::subnet)
              .filter(NetworkRequest::says)
              .toList(),
          NetworkRequest.families(call, body, given),
          body.textMap("Labels"),
          NetworkJson.withIpamOptions(given, ipam));
    }

    static Said of(Scope configuration) {
      return configuration.kind() instanceof ScopeKind.Configuration kind
          ? new Said(
              kind.subnets(), kind.families(), configuration.labels(), configuration.options())
          : new Said(List.of(), Set.of(), Map.of(), Map.of());
    }
  }

  /// A network of this kind is none that anybody can be on, so it has no driver, whichever is
  /// named.
  private static Read configuration(
      Call call, Fields body, String from, ScopeId id, VchId vch, Instant at) {
    if (body.flag("Ingress")
        || body.flag("Internal")
        || body.flag("Attachable")
        || !body.text("Scope").isEmpty()) {
      throw new Refusal.Forbidden(
          "configuration network can only contain network specific fields. Network operator fields like"
              + " [ ingress | internal | attachable | scope ] are not supported.");
    }
    if (!from.isEmpty()) {
      throw new Refusal.Forbidden(
          "a configuration network cannot depend on another configuration network");
    }
    checkIpamDriver(body.object("IPAM").text("Driver"));
    var said = Said.of(call, body);
    return new Read(
        new CreateScope(
            id,
            vch,
            body.text("Name"),
            new ScopeKind.Configuration(said.subnets(), said.families()),
            List.of(),
            Optional.empty(),
            Set.of(),
            false,
            said.labels(),
            said.options(),
            Optional.empty(),
            List.of(),
            at),
        "");
  }

  /// The configuration of this name, for a network that says nothing of its own.
  private static Scope configuration(Said own, Image image, VchId vch, String name) {
    if (!own.families().equals(Set.of(Family.IPV4))
        || !own.subnets().isEmpty()
        || !own.labels().isEmpty()
        || NetworkJson.hasIpamOptions(own.options())) {
      throw new Refusal.Forbidden(
          "user specified configurations are not supported if the network depends on a configuration network");
    }
    if (!NetworkJson.driverOptions(own.options()).isEmpty()) {
      throw new Refusal.Forbidden(
          "network driver options are not supported if the network depends on a configuration network");
    }
    return ScopeRules.configurationNamed(image, vch, name);
  }

  /// A container network, which the rule refuses with the reason, whatever else the body says.
  private static Read external(Fields body, ScopeId id, VchId vch, Instant at) {
    var kind =
        new ScopeKind.External(
            new PortGroupId(""), TrustLevel.PUBLISHED, List.of(), List.of(), false);
    return new Read(
        new CreateScope(
            id,
            vch,
            body.text("Name"),
            kind,
            List.of(),
            Optional.empty(),
            Set.of(Family.IPV4),
            false,
            Map.of(),
            Map.of(),
            Optional.empty(),
            List.of(),
            at),
        "");
  }

  private static void refuseSwarm(Fields body) {
    switch (body.text("Scope")) {
      case "", "local" -> {}
      case "swarm" ->
          throw new Refusal.Forbidden(
              "cannot create a swarm scoped network when swarm is not active");
      case String other ->
          throw new Refusal.Invalid(
              "invalid network scope \"" + other + "\": only local is offered");
    }
    if (body.flag("Ingress")) {
      throw new Refusal.Forbidden(NO_MANAGER);
    }
  }

  private static void checkDriver(String driver) {
    switch (driver) {
      case "", "bridge", "default" -> {}
      case "host", "null" ->
          throw new Refusal.Forbidden("only one instance of \"" + driver + "\" network is allowed");
      case "overlay" -> throw new Refusal.Forbidden(NO_MANAGER);
      case String other -> throw new Refusal.NotFound("plugin \"" + other + "\" not found");
    }
  }

  /// The field of the body counts, else the driver option.
  private static Set<Family> families(Call call, Fields body, Map<String, String> options) {
    var out = EnumSet.noneOf(Family.class);
    var asked = call.since(48) ? body.optionalFlag("EnableIPv4") : Optional.<Boolean>empty();
    if (asked.orElseGet(() -> BridgeOptions.enabled(options, BridgeOptions.ENABLE_4, true))) {
      out.add(Family.IPV4);
    }
    if (body.optionalFlag("EnableIPv6")
        .orElseGet(() -> BridgeOptions.enabled(options, BridgeOptions.ENABLE_6, false))) {
      out.add(Family.IPV6);
    }
    return out;
  }

  private static void checkIpamDriver(String driver) {
    if (!driver.isEmpty() && !driver.equals("default")) {
      throw new Refusal.Invalid("invalid ipam driver: \"" + driver + "\"");
    }
  }

  private static SubnetRequest subnet(Fields config) {
    return new SubnetRequest(
        config.optionalText("Subnet").filter(s -> !s.isBlank()),
        config.optionalText("IPRange").filter(s -> !s.isBlank()),
        config.optionalText("Gateway").filter(s -> !s.isBlank()),
        config.textMap("AuxiliaryAddresses"));
  }

  /// Clients send empty configurations; they ask for nothing.
  private static boolean says(SubnetRequest request) {
    return !request.equals(
        new SubnetRequest(Optional.empty(), Optional.empty(), Optional.empty(), Map.of()));
  }
}
