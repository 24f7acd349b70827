package vch.portlayer.rule;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import vch.portlayer.container.Endpoint;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;

/// Reads settings of a container's link, as Docker has them written:
/// `net.ipv4.conf.IFNAME.log_martians=1,net.ipv6.neigh.IFNAME.retrans_time_ms=500`.
final class LinkSettings {
  /// `ifname` as well: the docker CLI writes options of `--network name=…` in lower case.
  private static final Pattern FORM =
      Pattern.compile(
          "net\\.(ipv4|ipv6|mpls)\\.([a-z0-9_]+)\\.(?:IFNAME|ifname)\\.([a-zA-Z0-9_]+)=(.*)",
          Pattern.DOTALL);

  private static final Pattern NUMBER = Pattern.compile("-?0*([0-9]{1,18})");

  private static final int VALUE_LENGTH_MAX = 1000;

  private static final String OF_IPV6 = "net/ipv6/conf/" + Endpoint.LINK + "/";

  /// What follows from the network that the link is on.
  private static final Set<String> OURS =
      Set.of(OF_IPV6 + "disable_ipv6", OF_IPV6 + "addr_gen_mode");

  private static final Set<String> OURS_ON_CONTAINER_NETWORKS =
      Set.of(OF_IPV6 + "accept_ra", OF_IPV6 + "accept_dad");

  private LinkSettings() {}

  /// @param text as given; none asks for nothing
  /// @param problems gets a line for each setting that cannot be
  /// @return values by paths below /proc/sys, with [Endpoint#LINK] in the place of the link's name
  static Map<String, String> read(
      Optional<String> text, Optional<Scope> scope, List<String> problems) {
    var out = new TreeMap<String, String>();
    for (var setting : text.map(t -> t.split(",", -1)).orElse(new String[0])) {
      var form = FORM.matcher(setting);
      if (!form.matches() || !isValue(form.group(4))) {
        problems.add(
            "unrecognised network interface sysctl '"
                + setting
                + "'; represent 'net.X.Y.ethN.Z=V' as 'net.X.Y.IFNAME.Z=V', 'X' must be 'ipv4', 'ipv6' or 'mpls'");
        continue;
      }
      var path =
          String.join("/", "net", form.group(1), form.group(2), Endpoint.LINK, form.group(3));
      if (isOurs(path, scope)) {
        problems.add(ours(setting));
      }
      out.put(path, value(form.group(4)));
    }
    return out;
  }

  /// A scope that was not there when the settings were read has its say when the container starts.
  static void check(Endpoint endpoint, Scope scope) {
    var problems =
        endpoint.sysctls().entrySet().stream()
            .filter(e -> isOurs(e.getKey(), Optional.of(scope)))
            .map(e -> ours(e.getKey().replace('/', '.') + "=" + e.getValue()))
            .sorted()
            .toList();
    if (!problems.isEmpty()) {
      throw Settings.invalid("invalid config for network " + scope.name() + ": ", problems);
    }
  }

  private static String ours(String setting) {
    return "network interface sysctl '"
        + setting
        + "' cannot be set: it follows from the network; leave it out";
  }

  private static boolean isValue(String text) {
    return !text.isBlank()
        && text.length() <= VALUE_LENGTH_MAX
        && text.chars().noneMatch(Character::isISOControl);
  }

  private static boolean isOurs(String path, Optional<Scope> scope) {
    boolean external = scope.filter(s -> s.kind() instanceof ScopeKind.External).isPresent();
    return OURS.contains(path) || (external && OURS_ON_CONTAINER_NETWORKS.contains(path));
  }

  /// As the kernel shows it, so that what is there is compared with what is wanted.
  private static String value(String text) {
    var stripped = text.strip().replaceAll("\\s+", " ");
    return NUMBER.matcher(stripped).matches() ? Long.toString(Long.parseLong(stripped)) : stripped;
  }
}
