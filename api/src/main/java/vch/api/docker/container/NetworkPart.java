package vch.api.docker.container;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.ApiVersion;
import vch.api.docker.Json;
import vch.portlayer.address.Ip;
import vch.portlayer.container.NameLink;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Resolver;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.rule.EndpointRequest;
import vch.portlayer.rule.ScopeRules;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// Where a new container is on networks, and what it knows of names.
///
/// @param modeText what inspect shows as `NetworkMode`
record NetworkPart(
    NetworkMode mode,
    String modeText,
    List<EndpointRequest> networks,
    List<NameLink> links,
    Resolver resolver,
    List<String> warnings) {
  private static final String DEFAULT = "bridge";
  private static final String CONTAINER = "container:";

  /// @param endpoints what the request said of each network, read by [Shapes#ENDPOINT]; null for
  ///   nothing
  record Request(
      ObjectNode config, ObjectNode host, Map<String, JsonNode> endpoints, ApiVersion version) {}

  /// @param id makes ids
  /// @param seed makes seeds for Ethernet addresses
  static NetworkPart of(
      Request request, Image image, VchId vch, Supplier<String> id, Supplier<Long> seed) {
    return new Reading(request, image, vch, id, seed).read();
  }

  private static final class Reading {
    private final ObjectNode config;
    private final ObjectNode host;
    private final ApiVersion version;
    private final Image image;
    private final VchId vch;
    private final Supplier<String> id;
    private final Supplier<Long> seed;
    private final Map<String, ObjectNode> endpoints = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();
    private final String asked;

    Reading(Request request, Image image, VchId vch, Supplier<String> id, Supplier<Long> seed) {
      this.config = request.config();
      this.host = request.host();
      this.version = request.version();
      this.image = image;
      this.vch = vch;
      this.id = id;
      this.seed = seed;
      this.asked = Shape.Read.text(host, "NetworkMode");
      boolean byDefault = asked.isEmpty() || asked.equals("default");
      request
          .endpoints()
          .forEach(
              (network, settings) -> {
                if (!(settings instanceof ObjectNode object)) {
                  throw new Refusal.Invalid(
                      "invalid config for network " + network + ": EndpointsConfig is nil");
                }
                endpoints.put(byDefault && network.equals("default") ? DEFAULT : network, object);
              });
    }

    NetworkPart read() {
      if (!version.atLeast(44) && endpoints.size() > 1) {
        throw new Refusal.Invalid(
            "Container cannot be created with multiple network endpoints: "
                + String.join(", ", endpoints.keySet().stream().sorted().toList()));
      }
      if (Shape.Read.flag(config, "NetworkDisabled") || asked.equals("none")) {
        return without("none", new NetworkMode.None());
      }
      if (asked.startsWith(CONTAINER) || asked.equals("container")) {
        return shared();
      }
      var network = asked.isEmpty() || asked.equals("default") ? DEFAULT : asked;
      mac(network);
      var links = new ArrayList<>(EndpointSettings.links(Shape.Read.texts(host, "Links")));
      if (!isDefault(network) && !links.isEmpty()) { // network-scoped there
        var settings = endpoints.computeIfAbsent(key(network).orElse(network), _ -> blank());
        if (Shape.Read.texts(settings, "Links").isEmpty()) {
          settings.set("Links", Json.array(Shape.Read.texts(host, "Links")));
        }
        links.clear();
      }
      links.forEach(this::checkLink);
      return new NetworkPart(
          new NetworkMode.Scoped(network),
          network,
          requests(network),
          List.copyOf(links),
          resolver(),
          warnings);
    }

    private List<EndpointRequest> requests(String network) {
      var out = new ArrayList<EndpointRequest>();
      var main = key(network);
      out.add(request(network, main.map(endpoints::get).orElseGet(NetworkPart::blank)));
      endpoints.forEach(
          (other, settings) -> {
            if (main.isEmpty() || !main.get().equals(other)) {
              out.add(request(other, settings));
            }
          });
      return out;
    }

    private EndpointRequest request(String network, ObjectNode settings) {
      return EndpointSettings.of(
          network,
          settings,
          new EndpointSettings.Reading(true, "invalid config for network " + network + ": "),
          id.get(),
          seed.get());
    }

    /// The endpoint that means the network: by its name as written, or by another name of the same.
    private Optional<String> key(String network) {
      if (endpoints.containsKey(network)) {
        return Optional.of(network);
      }
      var scope = scope(network);
      return endpoints.keySet().stream()
          .filter(k -> scope.isPresent() && scope(k).equals(scope))
          .findFirst();
    }

    private Optional<String> scope(String term) {
      try {
        return Optional.of(ScopeRules.find(image, vch, term).id().value());
      } catch (Refusal _) { // start will say so
        return Optional.empty();
      }
    }

    private boolean isDefault(String network) {
      return network.equals(DEFAULT)
          || scope(network)
              .equals(
                  image
                      .scopes(vch)
                      .filter(s -> s.isDefault())
                      .map(s -> s.id().value())
                      .findFirst());
    }

    /// The address for the whole container belongs to its main network.
    private void mac(String network) {
      var wide = Shape.Read.text(config, "MacAddress");
      if (!version.atLeast(44)) {
        endpoints.values().forEach(e -> e.put("MacAddress", ""));
      }
      if (wide.isEmpty()) {
        return;
      }
      var key = key(network);
      if (key.isEmpty() && !endpoints.isEmpty()) {
        throw new Refusal.Invalid(
            "unable to migrate container-wide MAC address to a specific network: HostConfig.NetworkMode must match the identity"
                + " of a network in NetworkSettings.Networks");
      }
      var settings = endpoints.computeIfAbsent(key.orElse(network), _ -> blank());
      var own = Shape.Read.text(settings, "MacAddress");
      if (!own.isEmpty() && !own.equals(wide)) {
        throw new Refusal.Invalid(
            "the container-wide MAC address must match the endpoint-specific MAC address for the main network, or be left empty");
      }
      settings.put("MacAddress", wide);
      if (version.atLeast(44)) {
        warnings.add(
            "The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead.");
      }
    }

    private void checkLink(NameLink link) {
      try {
        ContainerRules.find(image, vch, link.target());
      } catch (Refusal.NotFound e) { // 404 would make clients say that the image is missing
        throw new Refusal.Invalid(
            "could not get container for " + link.target() + ": " + e.getMessage());
      }
    }

    /// The rule refuses what has no meaning for a container without networks of its own.
    private NetworkPart shared() {
      var target = asked.equals("container") ? "" : asked.substring(CONTAINER.length());
      boolean publishes =
          !host.path("PortBindings").isEmpty()
              || Shape.Read.flag(host, "PublishAllPorts"); // the rule says so
      conflict(
          !publishes && !config.path("ExposedPorts").isEmpty(),
          "port exposing and the container type network mode");
      String found;
      try {
        found = ContainerRules.find(image, vch, target).id().value();
      } catch (Refusal.NotFound _) { // start will say so
        found = target;
      }
      return without(CONTAINER + found, new NetworkMode.Shared(found));
    }

    private static void conflict(boolean is, String options) {
      if (is) {
        throw new Refusal.Invalid("conflicting options: " + options);
      }
    }

    private NetworkPart without(String text, NetworkMode mode) {
      conflict(
          !Shape.Read.text(config, "MacAddress").isEmpty(), "mac-address and the network mode");
      var networks = new ArrayList<EndpointRequest>();
      endpoints.forEach(
          (network, settings) -> {
            boolean itself =
                network.equals(asked)
                    && List.copyOf(settings.values()).stream().allMatch(Shape.Read::blank);
            if (!itself) { // clients may name the mode itself, with nothing said
              networks.add(request(network, settings));
            }
          });
      return new NetworkPart(
          mode,
          text,
          networks,
          EndpointSettings.links(Shape.Read.texts(host, "Links")),
          resolver(),
          List.of());
    }

    private Resolver resolver() {
      var servers = new ArrayList<Ip>();
      for (var text : Shape.Read.texts(host, "Dns")) {
        servers.add(
            Ip.tryParse(text)
                .orElseThrow(
                    () ->
                        new Refusal.Invalid(
                            "invalid DNS server \""
                                + text
                                + "\" in HostConfig.Dns: an IP address is needed")));
      }
      var extra = Shape.Read.texts(host, "ExtraHosts");
      extra.forEach(NetworkPart::checkExtraHost);
      var search = Shape.Read.texts(host, "DnsSearch");
      search.forEach(s -> word("search domain", s));
      var options = Shape.Read.texts(host, "DnsOptions");
      options.forEach(o -> word("DNS option", o));
      return new Resolver(servers, search, options, extra);
    }
  }

  private static ObjectNode blank() {
    return Json.object();
  }

  /// One word of resolv.conf(5).
  private static void word(String what, String text) {
    if (!text.matches("[^\\s\\p{Cntrl}]{1,255}")) {
      throw new Refusal.Invalid(
          "invalid " + what + " \"" + text + "\": one word of at most 255 characters is needed");
    }
  }

  private static void checkExtraHost(String text) {
    int colon = text.indexOf(':');
    if (colon <= 0) {
      throw new Refusal.Invalid("bad format for add-host: \"" + text + "\"");
    }
    word("name in add-host", text.substring(0, colon));
    var value = text.substring(colon + 1);
    boolean bracketed = value.startsWith("[") && value.endsWith("]");
    var address = bracketed ? value.substring(1, value.length() - 1) : value;
    if (!value.equals("host-gateway") && Ip.tryParse(address).isEmpty()) {
      throw new Refusal.Invalid("invalid IP address in add-host: \"" + value + "\"");
    }
  }
}
