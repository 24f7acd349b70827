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
  private static final String SYSCTLS = "com.docker.network.endpoint.sysctls";

  private EndpointSettings() {}

  /// For a connect below API 1.54: there Docker ignores `MacAddress`, and clients rely on it when they send back what
  /// inspect showed them.
  static EndpointRequest forConnect(Fields settings, String network, EndpointId id, long seed) {
    var ipam = settings.object("IPAMConfig");
    if (ipam.texts("LinkLocalIPs").stream().anyMatch(a -> !a.isBlank())) {
      throw new Refusal.Unsupported("link-local addresses (--link-local-ip) are not offered: leave them out");
    }
    var options = settings.textMap("DriverOpts");
    if (options.containsKey(SYSCTLS)) {
      throw new Refusal.Unsupported(SYSCTLS + " is not offered: sysctls of one interface cannot be set");
    }
    var addresses = new ArrayList<String>();
    ipam.optionalText("IPv4Address").filter(a -> !a.isBlank()).ifPresent(addresses::add);
    ipam.optionalText("IPv6Address").filter(a -> !a.isBlank()).ifPresent(addresses::add);
    return new EndpointRequest(
        id, network, addresses, Optional.empty(), settings.texts("Aliases"), links(settings.texts("Links")),
        settings.smallNumber("GwPriority"), Optional.ofNullable(options.get(LINK_NAME)), options, seed);
  }

  /// `name:alias`, or `name` for both.
  private static List<NameLink> links(List<String> texts) {
    return texts.stream()
        .map(
            text -> {
              int colon = text.lastIndexOf(':');
              return colon < 0
                  ? new NameLink(text, text)
                  : new NameLink(text.substring(0, colon), text.substring(colon + 1));
            })
        .toList();
  }
}
