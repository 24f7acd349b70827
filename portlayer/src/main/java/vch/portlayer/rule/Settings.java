package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Endpoint;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;

/// Reads what the user asked of an endpoint. All that is wrong with it is refused together, one a
/// line.
final class Settings {
  /// IFNAMSIZ of linux/if.h without the closing NUL; `%`, `:` and `/` mean something to the kernel.
  private static final Pattern LINK_NAME = Pattern.compile("[^\\s/:%\\p{Cntrl}]{1,15}");

  /// The link that is there already, parts of paths, and what /proc/sys calls settings of all links
  /// and of new ones.
  private static final Set<String> RESERVED = Set.of("lo", ".", "..", "all", "default");

  /// RFC 3927, RFC 4291 section 2.5.6.
  private static final List<Subnet> LINK_LOCAL =
      List.of(Subnet.parse("169.254.0.0/16"), Subnet.parse("fe80::/64"));

  private Settings() {}

  /// The endpoint without addresses.
  ///
  /// @param others endpoints that the container has already
  /// @param heading what the refusal begins with
  /// @param plainDefault the scope is a default bridge without name service
  static Endpoint read(
      EndpointRequest request,
      Optional<Scope> scope,
      boolean plainDefault,
      List<Endpoint> others,
      String heading) {
    var problems = new ArrayList<String>();
    var addresses = addresses(request, problems);
    var linkLocal = linkLocal(request, problems);
    var mac = request.mac().filter(m -> !m.isBlank()).flatMap(m -> mac(m, problems));
    if (scope.isPresent() && scope.get().isDefault() && !addresses.isEmpty()) {
      problems.add("user-specified IP address is supported on user-defined networks only");
    }
    if (plainDefault && !request.aliases().isEmpty()) {
      problems.add("network-scoped aliases are only supported for user-defined networks");
    }
    for (var alias : request.aliases()) {
      if (!Texts.alias(alias)) {
        problems.add(
            "invalid network alias \"" + alias + "\": a name without spaces and slashes is needed");
      }
    }
    var asked = request.linkName().filter(n -> !n.isEmpty());
    asked.ifPresent(n -> linkName(n, others, problems));
    var linkName = asked.or(() -> scope.flatMap(Settings::prefix).map(p -> numbered(p, others)));
    var sysctls = LinkSettings.read(request.sysctls(), scope, problems);
    if (!problems.isEmpty()) {
      throw invalid(heading, problems);
    }
    return new Endpoint(
        request.id(),
        scope.map(Scope::name).orElse(request.network()),
        scope.map(Scope::id),
        addresses,
        linkLocal,
        List.of(),
        mac.orElseGet(() -> Mac.local(request.seed())),
        mac.isPresent(),
        request.aliases(),
        request.links(),
        request.gatewayPriority(),
        ordinal(linkName.isPresent(), others),
        linkName,
        request.options(),
        sysctls,
        scope.filter(s -> s.kind() instanceof ScopeKind.External).isEmpty(),
        Optional.empty());
  }

  static Refusal invalid(String heading, List<String> problems) {
    return new Refusal.Invalid(
        heading + "invalid endpoint settings:\n" + String.join("\n", problems));
  }

  private static List<Ip> addresses(EndpointRequest request, List<String> problems) {
    var out = new ArrayList<Ip>();
    for (var text : request.addresses()) {
      if (text.isBlank()) {
        continue;
      }
      var ip =
          Ip.tryParse(text).filter(a -> !a.isUnspecified() && !a.isMulticast() && !a.isLoopback());
      var word = text.indexOf(':') >= 0 ? "IPv6" : "IPv4";
      if (ip.isEmpty()) {
        problems.add("invalid " + word + " address: " + text);
      } else if (out.stream().anyMatch(a -> a.family() == ip.get().family())) {
        problems.add("only one " + word + " address can be asked for, not " + text + " as well");
      } else {
        out.add(ip.get());
      }
    }
    return out;
  }

  private static List<Ip> linkLocal(EndpointRequest request, List<String> problems) {
    var out = new LinkedHashSet<Ip>();
    for (var text : request.linkLocal()) {
      var ip = Ip.tryParse(text);
      if (ip.isEmpty()) {
        problems.add("invalid link-local IP address: " + text);
      } else if (LINK_LOCAL.stream().noneMatch(s -> s.contains(ip.get()) && s.isHost(ip.get()))) {
        problems.add(
            "invalid link-local IP address: "
                + text
                + " (one of 169.254.0.0/16 or fe80::/64 is needed)");
      } else {
        out.add(ip.get());
      }
    }
    return List.copyOf(out);
  }

  private static Optional<Mac> mac(String text, List<String> problems) {
    var mac = Mac.tryParse(text);
    if (mac.isEmpty()) {
      problems.add("invalid MAC address: " + text);
    } else if (mac.get().isMulticast() || mac.get().number() == 0) {
      problems.add("invalid MAC address: " + text + " is not the address of one host");
      return Optional.empty();
    }
    return mac;
  }

  private static void linkName(String name, List<Endpoint> others, List<String> problems) {
    if (RESERVED.contains(name)) {
      problems.add("invalid interface name \"" + name + "\": the kernel keeps it for itself");
    } else if (!LINK_NAME.matcher(name).matches()) {
      problems.add(
          "invalid interface name \""
              + name
              + "\": 1 to 15 characters without spaces, '/', ':' and '%' are needed");
    }
    for (var other : others) {
      if (other.link().equals(name)) {
        problems.add("interface name \"" + name + "\" is in use for network " + other.network());
      }
    }
  }

  private static Optional<String> prefix(Scope scope) {
    return scope.kind() instanceof ScopeKind.Bridge kind ? kind.linkPrefix() : Optional.empty();
  }

  private static String numbered(String prefix, List<Endpoint> others) {
    int number = 0;
    while (linkTaken(prefix + number, others)) {
      number++;
    }
    return prefix + number;
  }

  /// After all others; a number whose link name is taken by a name that the user chose is left out.
  private static int ordinal(boolean named, List<Endpoint> others) {
    int next = others.stream().mapToInt(Endpoint::ordinal).max().orElse(-1) + 1;
    while (!named && linkTaken("eth" + next, others)) {
      next++;
    }
    return next;
  }

  private static boolean linkTaken(String name, List<Endpoint> others) {
    return others.stream().anyMatch(e -> e.link().equals(name));
  }
}
