package vch.app.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `vch create`: options, short names and values as `vic-machine create` had them (DESIGN section
/// 4).
@Command(
    name = "create",
    description = "Create a virtual container host: a Docker endpoint with networks of its own.")
final class Create implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private Help help = new Help();

  @Option(
      names = {"--name", "-n"},
      paramLabel = "NAME",
      description = "Name of the VCH (default: " + Addressed.DEFAULT_NAME + ").")
  private String name = Addressed.DEFAULT_NAME;

  @Option(
      names = {"--public-network", "-pn", "--external-network"},
      paramLabel = "PORTGROUP",
      description = "Where ports are published and the default route leaves (default: VM Network).")
  private Optional<String> publicNetwork = Optional.empty();

  @Option(
      names = "--public-network-ip",
      paramLabel = "CIDR",
      description = "Static address of the public role; a second one may be of the other family.")
  private List<String> publicIps = List.of();

  @Option(
      names = "--public-network-gateway",
      paramLabel = "IP",
      description = "Next hop of the default route; a second one may be of the other family.")
  private List<String> publicGateways = List.of();

  @Option(
      names = {"--client-network", "-cln"},
      paramLabel = "PORTGROUP",
      description = "Where the Docker API is offered (default: the public network).")
  private Optional<String> clientNetwork = Optional.empty();

  @Option(
      names = "--client-network-ip",
      paramLabel = "CIDR",
      description = "Static address of the client role; a second one may be of the other family.")
  private List<String> clientIps = List.of();

  @Option(
      names = "--client-network-gateway",
      paramLabel = "[DEST,..:]IP",
      description = "Destinations reached over the client network, and their next hop.")
  private List<String> clientGateways = List.of();

  @Option(
      names = {"--management-network", "-mn"},
      paramLabel = "PORTGROUP",
      description = "Network of the management role (default: the client network).")
  private Optional<String> managementNetwork = Optional.empty();

  @Option(
      names = "--management-network-ip",
      paramLabel = "CIDR",
      description =
          "Static address of the management role; a second one may be of the other family.")
  private List<String> managementIps = List.of();

  @Option(
      names = "--management-network-gateway",
      paramLabel = "[DEST,..:]IP",
      description = "Destinations reached over the management network, and their next hop.")
  private List<String> managementGateways = List.of();

  @Option(
      names = {"--bridge-network", "-b"},
      paramLabel = "PORTGROUP",
      description =
          "Port group of the bridge role: the name of a new one, or one that is there, with an uplink if need be, for"
              + " --bridge-isolation=shared (default: a new one with the name of the VCH).")
  private Optional<String> bridgeNetwork = Optional.empty();

  @Option(
      names = {"--bridge-network-range", "-bnr"},
      paramLabel = "CIDR",
      description = "Pool from which bridge subnets are cut (default: 172.16.0.0/12).")
  private Optional<String> bridgeRange = Optional.empty();

  @Option(
      names = {"--bridge-network-width", "-bnw"},
      paramLabel = "BITS",
      description = "Prefix length of each bridge subnet (default: 16).")
  private Optional<String> bridgeWidth = Optional.empty();

  @Option(
      names = "--bip",
      paramLabel = "CIDR",
      description =
          "Gateway and subnet of the default bridge, such as 192.168.5.1/24 (default: from the bridge network range).")
  private Optional<String> bip = Optional.empty();

  @Option(
      names = "--fixed-cidr",
      paramLabel = "CIDR",
      description =
          "Where addresses of containers on the default bridge come from (default: its whole subnet).")
  private Optional<String> fixedCidr = Optional.empty();

  @Option(
      names = "--ip",
      paramLabel = "IP",
      description =
          "Where ports are published from the default bridge, if -p names no address (default: all addresses).")
  private Optional<String> ip = Optional.empty();

  @Option(
      names = "--bridge-isolation",
      paramLabel = "own|shared",
      description =
          "Each bridge network has a segment of its own, or all share one and containers have one NIC for them (default: own).")
  private Optional<String> bridgeIsolation = Optional.empty();

  @Option(names = "--bridge-names", description = "Full name service on the default bridge too.")
  private boolean bridgeNames;

  @Option(
      names = "--icc",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "BOOL",
      description = "Members of the default bridge may talk to each other (default: true).")
  private Optional<String> icc = Optional.empty();

  @Option(
      names = "--mtu",
      paramLabel = "BYTES",
      description = "MTU of bridge networks (default: 1500).")
  private Optional<String> mtu = Optional.empty();

  @Option(
      names = "--dns-server",
      paramLabel = "IP",
      description = "Name server that is asked upstream; repeatable.")
  private List<String> dnsServers = new ArrayList<>();

  @Option(
      names = {"--insecure-registry", "-dir"},
      paramLabel = "HOST",
      description =
          "Registry (host, host:port or CIDR) that may be used without verified TLS; repeatable.")
  private List<String> insecureRegistries = new ArrayList<>();

  @Option(
      names = "--allow-net-admin",
      description =
          "Containers on a container network may have CAP_NET_ADMIN, with which they can lift their own firewall.")
  private boolean allowNetAdmin;

  @ArgGroup(
      validate = false,
      heading =
          "%nContainer networks; repeatable, in any order, keyed by port group or network name:%n")
  private ContainerNetworks containerNetworks = new ContainerNetworks();

  @Option(
      names = {"--no-tlsverify", "-kv"},
      description = "Offer the Docker API with TLS, but ask clients for no certificate.")
  private boolean noTlsVerify;

  @Option(
      names = {"--no-tls", "-k"},
      description = "Offer the Docker API as plain HTTP on 2375.")
  private boolean noTls;

  @Option(
      names = "--tls-cname",
      paramLabel = "NAME",
      description = "Further name in the server certificate.")
  private Optional<String> tlsCname = Optional.empty();

  @Option(
      names = "--tls-cert-path",
      paramLabel = "DIR",
      description = "Where to put copies of the client's certificates; must be empty or absent.")
  private Optional<Path> tlsCertPath = Optional.empty();

  @Option(
      names = "--organization",
      paramLabel = "NAME",
      description = "Organization in the certificates (default: the name).")
  private Optional<String> organization = Optional.empty();

  @Override
  public Integer call() {
    var given = new ArrayList<Map.Entry<String, String>>();
    given.add(Map.entry("name", name));
    add(given, "public-network", publicNetwork);
    addAll(given, "public-network-ip", publicIps);
    addAll(given, "public-network-gateway", publicGateways);
    add(given, "client-network", clientNetwork);
    addAll(given, "client-network-ip", clientIps);
    addAll(given, "client-network-gateway", clientGateways);
    add(given, "management-network", managementNetwork);
    addAll(given, "management-network-ip", managementIps);
    addAll(given, "management-network-gateway", managementGateways);
    add(given, "bridge-network", bridgeNetwork);
    add(given, "bridge-network-range", bridgeRange);
    add(given, "bridge-network-width", bridgeWidth);
    add(given, "bridge-isolation", bridgeIsolation);
    add(given, "bip", bip);
    add(given, "fixed-cidr", fixedCidr);
    add(given, "ip", ip);
    add(given, "icc", icc);
    add(given, "mtu", mtu);
    add(given, "tls-cname", tlsCname);
    add(given, "organization", organization);
    add(given, "tls-cert-path", tlsCertPath.map(p -> p.toAbsolutePath().toString()));
    addAll(given, "dns-server", dnsServers);
    addAll(given, "insecure-registry", insecureRegistries);
    given.addAll(containerNetworks.parameters());
    flag(given, "bridge-names", bridgeNames);
    flag(given, "allow-net-admin", allowNetAdmin);
    flag(given, "no-tls", noTls);
    flag(given, "no-tlsverify", noTlsVerify);
    Vch.daemon(spec).send("POST", "/v1/vchs", given, System.out);
    return 0;
  }

  private static void add(
      List<Map.Entry<String, String>> given, String key, Optional<String> value) {
    value.ifPresent(v -> given.add(Map.entry(key, v)));
  }

  private static void addAll(
      List<Map.Entry<String, String>> given, String key, List<String> values) {
    values.forEach(v -> given.add(Map.entry(key, v)));
  }

  private static void flag(List<Map.Entry<String, String>> given, String key, boolean set) {
    if (set) {
      given.add(Map.entry(key, "true"));
    }
  }
}
