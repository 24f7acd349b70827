package vch.api.docker.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.api.docker.Fields;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.NameLink;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.EndpointRequest;

/// Reads Docker's EndpointSettings.
final class EndpointSettings {
  private static final String LINK_NAME = "com.docker.network.endpoint.ifname";

  private EndpointSettings() {}

  /// For a connect below API 1.54: there Docker ignores `MacAddress`, and clients rely on it when they send back what
  /// inspect showed them.
  static EndpointRequest forConnect(Fields settings, String network, EndpointId id, long seed) {
    var ipam = settings.object("IPAMConfig");
    if (ipam.texts("LinkLocalIPs").stream().anyMatch(a -> !a.isBlank())) {
      throw new Refusal.Unsupported("link-local addresses (--link-local-ip) are not offered: leave them out");
    }
    var options = settings.textMap("DriverOpts");
    for (var option : options.keySet()) {
      if (!option.equals(LINK_NAME)) {
        throw new Refusal.Unsupported("driver option " + option + " for network " + network + " is not offered: leave it out");
      }
    }
    var addresses = new ArrayList<String>();
    ipam.optionalText("IPv4Address").filter(a -> !a.isBlank()).ifPresent(addresses::add);
    ipam.optionalText("IPv6Address").filter(a -> !a.isBlank()).ifPresent(addresses::add);
    return new EndpointRequest(
        id, network, addresses, Optional.empty(), settings.texts("Aliases"), links(settings.texts("Links")),
        settings.smallNumber("GwPriority"), Optional.ofNullable(options.get(LINK_NAME)), options, seed);
  }

  private static List<NameLink> links(List<String> texts) {
    return texts.stream().map(EndpointSettings::link).toList();
  }

  /// `name:alias`, `name` for both, or `/name:/parent/alias` as inspect writes it.
  private static NameLink link(String text) {
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
