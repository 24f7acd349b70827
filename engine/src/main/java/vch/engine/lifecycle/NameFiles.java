package vch.engine.lifecycle;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import vch.engine.compute.Processes.Files;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.Lease;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.name.NameServers;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Role;

/// What stands in resolv.conf(5), hosts(5) and hostname(5) of a container. Pure.
final class NameFiles {
  /// The word that stands for the machine's address in `--add-host name:host-gateway`.
  static final String HOST_GATEWAY = "host-gateway";

  /// Servers that C libraries read at the most (MAXNS in resolv.h).
  private static final int SERVERS_MAX = 3;

  /// As dockerd writes them.
  private static final String HOSTS_HEAD =
      """
      127.0.0.1\tlocalhost
      ::1\tlocalhost ip6-localhost ip6-loopback
      fe00::\tip6-localnet
      ff00::\tip6-mcastprefix
      ff02::1\tip6-allnodes
      ff02::2\tip6-allrouters
      """;

  private NameFiles() {}

  /// The files of a container; where it shares another's network, that one's.
  ///
  /// @throws Refusal.Failed when `host-gateway` is asked for and the VCH has none
  static Files of(Image image, Container container) {
    var owner = Sharing.owner(image, container).orElse(container);
    return new Files(resolvConf(image, owner), hosts(image, owner), owner.hostname() + "\n");
  }

  private static String resolvConf(Image image, Container container) {
    var out = new StringBuilder();
    for (var server : servers(image, container)) {
      out.append("nameserver ").append(server).append('\n');
    }
    var search = search(image, container);
    if (!search.isEmpty() && !search.equals(List.of("."))) {
      out.append("search ").append(String.join(" ", search)).append('\n');
    }
    var options = new ArrayList<>(container.resolver().options());
    if (options.stream().noneMatch(o -> o.startsWith("ndots:"))) {
      options.add("ndots:0"); // our name service knows single words: they need no search list first
    }
    return out.append("options ").append(String.join(" ", options)).append('\n').toString();
  }

  /// The gateway of the first segment that the container is on, whatever it is: the name service
  /// listens there, for internal scopes too. On container networks only, the name service within
  /// the container's own namespace, and then the servers of the network: its names resolve while
  /// there is no daemon, as a port of the loopback link that nobody has answers at once. Without
  /// any place what the user named, or else what the VCH asks.
  private static List<Ip> servers(Image image, Container container) {
    if (NameServers.own(image, container)) {
      return Stream.concat(
              Stream.of(NameServers.OWN), NameServers.ofNetworks(image, container).stream())
          .distinct()
          .limit(SERVERS_MAX)
          .toList();
    }
    var own =
        placed(image, container)
            .flatMap(e -> image.scope(e.scope().orElseThrow()).stream())
            .filter(s -> s.kind() instanceof ScopeKind.Bridge)
            .flatMap(s -> s.gateway(Family.IPV4).or(() -> s.gateway(Family.IPV6)).stream())
            .findFirst();
    if (own.isPresent()) {
      return List.of(own.get());
    }
    return container.resolver().servers().isEmpty()
        ? image.vch(container.vch()).map(v -> v.dnsServers()).orElse(List.of())
        : container.resolver().servers();
  }

  /// What the user said, else the domains that DHCP gave.
  private static List<String> search(Image image, Container container) {
    var own = container.resolver().search();
    return own.isEmpty()
        ? placed(image, container)
            .flatMap(e -> e.lease().flatMap(Lease::domain).stream())
            .distinct()
            .toList()
        : own;
  }

  private static String hosts(Image image, Container container) {
    var out = new StringBuilder(HOSTS_HEAD);
    for (var extra : container.resolver().extraHosts()) {
      int colon = extra.indexOf(':');
      if (colon > 0) {
        line(out, address(image, container, extra.substring(colon + 1)), extra.substring(0, colon));
      }
    }
    links(image, container, out);
    var full =
        container.domainname().isEmpty()
            ? container.hostname()
            : container.hostname() + "." + container.domainname();
    int dot = full.indexOf('.');
    var names = dot > 0 ? full + " " + full.substring(0, dot) : full;
    placed(image, container)
        .flatMap(e -> e.addresses().stream())
        .forEach(a -> line(out, a.address().toString(), names));
    return out.toString();
  }

  /// `--link` on the default bridge: the other one by alias, hostname and name.
  private static void links(Image image, Container container, StringBuilder out) {
    for (var link : container.links()) {
      var target = Sharing.named(image, container, link.target());
      if (target.isEmpty()) {
        continue;
      }
      var names =
          new LinkedHashSet<>(List.of(link.alias(), target.get().hostname(), target.get().name()));
      placed(image, target.get())
          .filter(e -> e.scope().flatMap(image::scope).filter(Scope::isDefault).isPresent())
          .flatMap(e -> e.addresses().stream())
          .forEach(a -> line(out, a.address().toString(), String.join(" ", names)));
    }
  }

  private static String address(Image image, Container container, String text) {
    if (!text.equals(HOST_GATEWAY)) {
      return text.startsWith("[") && text.endsWith("]")
          ? text.substring(1, text.length() - 1)
          : text;
    }
    return hostGateway(image, container)
        .map(Ip::toString)
        .orElseThrow(() -> new Refusal.Failed("unable to derive the IP value for host-gateway"));
  }

  /// The machine as the containers see it: its address on the public port group, else what is
  /// behind the public role, else the gateway of the default bridge.
  static Optional<Ip> hostGateway(Image image, Container container) {
    var nic = image.vch(container.vch()).flatMap(v -> v.nic(Role.PUBLIC));
    var machine =
        nic.flatMap(n -> image.portGroup(n.portGroup()))
            .flatMap(
                g ->
                    g.kind() instanceof PortGroupKind.Nat nat
                        ? nat.machine(Family.IPV4).map(Cidr::address)
                        : Optional.empty());
    return machine
        .or(() -> nic.flatMap(n -> n.gateway(Family.IPV4)))
        .or(
            () ->
                image
                    .scopes(container.vch())
                    .filter(Scope::isDefault)
                    .flatMap(s -> s.subnet(Family.IPV4).stream())
                    .map(s -> s.gateway())
                    .findFirst());
  }

  /// Places on segments and container networks, in the order of attachment.
  private static Stream<Endpoint> placed(Image image, Container container) {
    return container.mode() instanceof NetworkMode.Shared
        ? Stream.empty()
        : EndpointRules.ordered(container).stream()
            .filter(e -> e.scope().flatMap(image::scope).isPresent());
  }

  private static void line(StringBuilder out, String address, String names) {
    out.append(address).append('\t').append(names).append('\n');
  }
}
