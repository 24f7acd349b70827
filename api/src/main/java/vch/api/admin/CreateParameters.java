package vch.api.admin;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import vch.api.http.Query;
import vch.engine.Engine;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.CreateVch;
import vch.portlayer.rule.DefaultBridge;
import vch.portlayer.rule.RoleRequest;
import vch.portlayer.rule.VchRules;
import vch.portlayer.scope.SubnetRequest;
import vch.portlayer.vch.BridgeSettings;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.TlsMode;

/// Reads the options of `vch create`. All problems are collected, those of the rule too, and
/// refused together.
final class CreateParameters {
  private static final Set<String> KNOWN =
      ContainerNetworkParameters.with(
          "name",
          "public-network",
          "public-network-ip",
          "public-network-gateway",
          "client-network",
          "client-network-ip",
          "client-network-gateway",
          "management-network",
          "management-network-ip",
          "management-network-gateway",
          "bridge-network",
          "bridge-network-range",
          "bridge-network-width",
          "bridge-isolation",
          "bip",
          "fixed-cidr",
          "ip",
          "bridge-names",
          "icc",
          "mtu",
          "dns-server",
          "insecure-registry",
          "allow-net-admin",
          "no-tls",
          "no-tlsverify",
          "tls-cname",
          "tls-cert-path",
          "organization");

  /// Smallest MTU of IPv4 (RFC 791) and the largest that a bridge takes, bytes.
  private static final int MTU_BYTES_MIN = 68;

  private static final int MTU_BYTES_MAX = 65535;

  private final Query query;
  private final Problems problems = new Problems();

  CreateParameters(Query query) {
    this.query = query;
  }

  /// @throws Refusal.Invalid every problem on a line of its own
  CreateVch read(Engine engine, Ids ids, Instant at, Hosting hosting) {
    problems.addUnknown(query, KNOWN);
    var roles = new ArrayList<RoleRequest>();
    for (var role : List.of(Role.PUBLIC, Role.CLIENT, Role.MANAGEMENT)) {
      roles.add(role(role));
    }
    roles.add(
        new RoleRequest(Role.BRIDGE, query.get("bridge-network"), List.of(), List.of(), List.of()));
    var bridge = bridge();
    var dns = problems.dnsServers(query.all("dns-server"));
    if (query.flag("no-tls") && query.flag("no-tlsverify")) {
      problems.add("--no-tls and --no-tlsverify exclude each other");
    }
    var tls =
        query.flag("no-tls")
            ? TlsMode.NONE
            : query.flag("no-tlsverify") ? TlsMode.NO_VERIFY : TlsMode.VERIFY;
    certificateTarget()
        .ifPresent(
            target -> {
              if (tls == TlsMode.NONE) {
                problems.add("--tls-cert-path needs TLS; leave out --no-tls");
              }
              try {
                hosting.checkCertificateTarget(target);
              } catch (Refusal e) {
                problems.add(e.getMessage());
              }
            });
    hosting.reserved(query.text("name")).ifPresent(problems::add);
    var command =
        new CreateVch(
            ids.vch(),
            query.text("name"),
            roles,
            bridge,
            new DefaultBridge(defaultSubnet(), hostIp()),
            dns,
            tls,
            query.all("insecure-registry"),
            query.flag("allow-net-admin"),
            ContainerNetworkParameters.read(query),
            List.of(ids.portGroup(), ids.portGroup()),
            List.of(ids.bridgeLink(), ids.bridgeLink()),
            Stream.generate(ids::scope)
                .limit(2L + query.all(ContainerNetworkParameters.NETWORK).size())
                .toList(),
            ids.seed(),
            engine.machine().routes(NamespaceName.MACHINE),
            at);
    problems.refuse(() -> VchRules.create(engine.image(), command));
    return command;
  }

  /// Further names of the server's certificate.
  List<String> serverNames() {
    return query.all("tls-cname");
  }

  Optional<String> organization() {
    return query.get("organization");
  }

  Optional<Path> certificateTarget() {
    return query.get("tls-cert-path").map(Path::of);
  }

  private RoleRequest role(Role role) {
    var option = role.word() + "-network";
    var addresses = new ArrayList<Cidr>();
    for (var text : query.all(option + "-ip")) {
      Cidr.tryParse(text)
          .ifPresentOrElse(
              addresses::add,
              () ->
                  problems.add(
                      "Failed to parse the provided "
                          + role.word()
                          + " network IP address "
                          + text
                          + ": an address with its prefix length is wanted, such as 10.0.0.2/24"));
    }
    var destinations = new ArrayList<Subnet>();
    var gateways = new ArrayList<Ip>();
    for (var text : query.all(option + "-gateway")) {
      gateway(role, text, destinations).ifPresent(gateways::add);
    }
    return new RoleRequest(role, query.get(option), addresses, gateways, destinations);
  }

  /// `dest[,dest...]:gw` or `gw`; an IPv6 gateway stands alone.
  private Optional<Ip> gateway(Role role, String text, List<Subnet> destinations) {
    var alone = Ip.tryParse(text);
    if (alone.isPresent()) {
      return alone;
    }
    var parts = text.split(":", -1);
    if (parts.length > 2) {
      problems.add(
          "Invalid "
              + role.word()
              + " network gateway: gateway "
              + text
              + " specified incorrectly");
      return Optional.empty();
    }
    if (parts.length == 2) {
      for (var destination : parts[0].split(",", -1)) {
        Cidr.tryParse(destination)
            .ifPresentOrElse(
                c -> destinations.add(c.subnet()),
                () ->
                    problems.add(
                        "Invalid "
                            + role.word()
                            + " network gateway: invalid CIDR in gateway specification: "
                            + destination));
      }
    }
    var last = parts[parts.length - 1];
    int slash = last.indexOf('/');
    var gateway = Ip.tryParse(slash < 0 ? last : last.substring(0, slash));
    if (gateway.isEmpty()) {
      problems.add("Provided gateway IP address is not valid: " + last);
    }
    return gateway;
  }

  private BridgeSettings bridge() {
    var defaults = BridgeSettings.DEFAULT;
    var range = defaults.range();
    var givenRange = query.get("bridge-network-range");
    if (givenRange.isPresent()) {
      var parsed = Cidr.tryParse(givenRange.get()).filter(c -> c.address().isIpv4());
      if (parsed.isEmpty()) {
        problems.add(
            "Error parsing bridge network ip range: "
                + givenRange.get()
                + ". Range must be in CIDR format, e.g., 172.16.0.0/12");
      } else {
        range = parsed.get().subnet();
      }
    }
    int width =
        number("bridge-network-width", defaults.width(), 1, 30)
            .orElseGet(
                () -> {
                  problems.add(
                      "Error parsing bridge network width: "
                          + query.text("bridge-network-width")
                          + ". Width must be an integer less than 31.");
                  return defaults.width();
                });
    if (width < range.length() && !query.has("bridge-network-width")) {
      width = Math.min(30, range.length()); // a range smaller than the default width is one subnet
    }
    int mtu =
        number("mtu", defaults.mtu(), MTU_BYTES_MIN, MTU_BYTES_MAX)
            .orElseGet(
                () -> {
                  problems.add(
                      "Invalid --mtu "
                          + query.text("mtu")
                          + ": a number from "
                          + MTU_BYTES_MIN
                          + " to "
                          + MTU_BYTES_MAX
                          + " is wanted");
                  return defaults.mtu();
                });
    boolean icc = !query.has("icc") || query.flag("icc");
    if (width < range.length()) {
      problems.add(
          "Error specifying bridge network width: "
              + width
              + ". Width must be larger than prefix of bridge network ip range.");
      return defaults;
    }
    return new BridgeSettings(range, width, query.flag("bridge-names"), icc, mtu, shared());
  }

  /// `--bip` and `--fixed-cidr`, as dockerd has them: without the first the subnet is that of the
  /// second.
  private Optional<SubnetRequest> defaultSubnet() {
    var bip = ipv4("bip", "192.168.5.1/24, the address of the gateway and its subnet");
    var range = ipv4("fixed-cidr", "192.168.5.0/25, where addresses of containers come from");
    return bip.or(() -> range)
        .map(
            c ->
                new SubnetRequest(
                    Optional.of(c.subnet().toString()),
                    range.map(Cidr::toString),
                    bip.map(b -> b.address().toString()),
                    Map.of()));
  }

  /// `--ip`.
  private Optional<Ip> hostIp() {
    var text = query.get("ip");
    var ip = text.flatMap(Ip::tryParse).filter(Ip::isIpv4);
    if (text.isPresent() && ip.isEmpty()) {
      problems.add("Invalid --ip " + text.get() + ": an IPv4 address is wanted");
    }
    return ip.filter(a -> !a.isUnspecified());
  }

  private Optional<Cidr> ipv4(String name, String example) {
    var text = query.get(name);
    var cidr = text.flatMap(Cidr::tryParse).filter(c -> c.address().isIpv4());
    if (text.isPresent() && cidr.isEmpty()) {
      problems.add(
          "Invalid --" + name + " " + text.get() + ": CIDR format is wanted, e.g., " + example);
    }
    return cidr;
  }

  /// `--bridge-isolation`: own segments for bridge networks, or one that they share.
  private boolean shared() {
    var isolation = query.get("bridge-isolation").orElse("own");
    if (!isolation.equals("own") && !isolation.equals("shared")) {
      problems.add(
          "Invalid --bridge-isolation "
              + isolation
              + ": own (each bridge network has a segment of its own) or shared (all are on one) is wanted");
    }
    return isolation.equals("shared");
  }

  private Optional<Integer> number(String name, int absent, int least, int greatest) {
    var text = query.get(name);
    if (text.isEmpty()) {
      return Optional.of(absent);
    }
    return text.filter(t -> t.matches("[0-9]{1,6}"))
        .map(Integer::valueOf)
        .filter(n -> n >= least && n <= greatest);
  }
}
