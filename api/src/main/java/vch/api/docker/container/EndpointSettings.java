package vch.api.docker.container;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Json;
import vch.portlayer.address.Family;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.NameLink;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.EndpointRequest;

/// `EndpointSettings` of a request: what a user says of one place on a network. Addresses, aliases
/// and names of links are checked by the rule.
public final class EndpointSettings {
  private static final String LINK_NAME = "com.docker.network.endpoint.ifname";
  private static final String SYSCTLS = "com.docker.network.endpoint.sysctls";

  private EndpointSettings() {}

  /// How settings are read.
  ///
  /// @param macOffered whether `MacAddress` counts
  /// @param heading what a refusal begins with
  record Reading(boolean macOffered, String heading) {}

  /// For a connect below API 1.54: there Docker ignores `MacAddress`, and clients rely on it when
  /// they send back what inspect showed them.
  ///
  /// @param network name, id or id prefix
  /// @throws Refusal.Invalid when a member has the wrong shape
  public static EndpointRequest forConnect(
      ObjectNode settings, String network, String id, long seed) {
    return of(
        network,
        (ObjectNode) Shapes.ENDPOINT.read(settings, "EndpointConfig"),
        new Reading(false, ""),
        id,
        seed);
  }

  /// @param settings as [Shapes#ENDPOINT] returned it
  static EndpointRequest of(
      String network, ObjectNode settings, Reading reading, String id, long seed) {
    var ipam = settings.path("IPAMConfig") instanceof ObjectNode o ? o : Json.object();
    var addresses = new ArrayList<String>();
    for (var family : Family.values()) {
      var text = Shape.Read.text(ipam, name(family) + "Address");
      if (!text.isEmpty()) {
        addresses.add(address(text, family, reading.heading()));
      }
    }
    var mac =
        Optional.of(Shape.Read.text(settings, "MacAddress"))
            .filter(m -> reading.macOffered() && !m.isEmpty());
    var options = Shape.Read.map(settings, "DriverOpts");
    var linkName = Optional.ofNullable(options.get(LINK_NAME)).filter(n -> !n.isEmpty());
    for (var option : options.keySet()) {
      if (!option.equals(LINK_NAME) && !option.equals(SYSCTLS)) {
        throw new Refusal.Unsupported(
            "driver option "
                + option
                + " for network "
                + network
                + " is not offered: leave it out; "
                + LINK_NAME
                + " and "
                + SYSCTLS
                + " are");
      }
    }
    long priority = Shape.Read.number(settings, "GwPriority");
    if (priority != (int) priority) {
      throw new Refusal.Invalid(
          "invalid config for network "
              + network
              + ": gateway priority "
              + priority
              + " is too large");
    }
    return new EndpointRequest(
        new EndpointId(id),
        network,
        addresses,
        Shape.Read.texts(ipam, "LinkLocalIPs"),
        mac,
        Shape.Read.texts(settings, "Aliases"),
        links(Shape.Read.texts(settings, "Links")),
        (int) priority,
        linkName,
        options,
        Optional.ofNullable(options.get(SYSCTLS)),
        seed);
  }

  private static String name(Family family) {
    return family == Family.IPV4 ? "IPv4" : "IPv6";
  }

  /// The rule tells families by the address; what stands in the field of the other one is refused
  /// here.
  private static String address(String text, Family family, String heading) {
    if ((text.indexOf(':') < 0) != (family == Family.IPV4)) {
      throw new Refusal.Invalid(
          heading + "invalid endpoint settings:\ninvalid " + name(family) + " address: " + text);
    }
    return text;
  }

  /// `name:alias`, `name`, or `/name:/parent/alias` as inspect writes it.
  static List<NameLink> links(List<String> given) {
    var out = new LinkedHashMap<String, NameLink>();
    for (var text : given) {
      var link = link(text);
      out.put(link.alias(), link);
    }
    return List.copyOf(out.values());
  }

  private static NameLink link(String text) {
    if (text.isEmpty()) {
      throw new Refusal.Invalid("empty string specified for links");
    }
    var parts = text.split(":", -1);
    if (parts.length > 2 || parts[0].isEmpty() || parts[parts.length - 1].isEmpty()) {
      throw new Refusal.Invalid("invalid format for links: " + text);
    }
    if (parts.length == 1) {
      return new NameLink(text, text);
    }
    return parts[0].startsWith("/")
        ? new NameLink(parts[0].substring(1), parts[1].substring(parts[1].lastIndexOf('/') + 1))
        : new NameLink(parts[0], parts[1]);
  }
}
