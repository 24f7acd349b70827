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
import vch.portlayer.rule.SubnetRequest;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.vch.VchId;

/// Reads the body of POST /networks/create.
final class NetworkRequest {
  private static final String NO_MANAGER =
      "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and"
          + " try again.";

  private NetworkRequest() {}

  /// @param warning empty if there is nothing to say
  record Read(CreateScope command, String warning) {}

  static Read read(
      Call call, Fields body, ScopeId id, VchId vch, List<Subnet> endpointRoutes, Instant at) {
    if (body.text("Driver").equals("external")) {
      return external(body, id, vch, at);
    }
    refuseSwarm(body);
    checkDriver(body.text("Driver"));
    checkConfiguration(body);
    var ipam = body.object("IPAM");
    checkIpamDriver(ipam.text("Driver"));
    var given = body.textMap("Options");
    var families = families(call, body, given);
    var options = BridgeOptions.read(given);
    var subnets =
        ipam.objects("Config").stream()
            .map(NetworkRequest::subnet)
            .filter(NetworkRequest::says)
            .toList();
    var command =
        new CreateScope(
            id,
            vch,
            body.text("Name"),
            new ScopeKind.Bridge(
                body.flag("Internal"), options.interContainer(), options.masquerade()),
            subnets,
            options.mtu().filter(m -> m > 0),
            families,
            body.flag("Attachable"),
            body.textMap("Labels"),
            NetworkJson.withIpamOptions(given, ipam),
            endpointRoutes,
            at);
    return new Read(command, options.warning());
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

  private static void checkConfiguration(Fields body) {
    if (body.flag("ConfigOnly")) {
      throw new Refusal.Unsupported(
          "configuration-only networks are not offered: give the driver options and subnets with each network");
    }
    var from = body.object("ConfigFrom").text("Network");
    if (!from.isEmpty()) {
      throw new Refusal.NotFound("configuration network \"" + from + "\" does not exist");
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
