package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.scope.SubnetRequest;

/// Reads subnets as the user wrote them. All that is wrong with them is refused together, one a
/// line, in the words of Docker Engine API 1.50.
final class Subnets {
  /// Longer prefixes have no room for a gateway and a container.
  private static final int LENGTH_MAX_IPV4 = 30;

  private static final int LENGTH_MAX_IPV6 = 126;

  private final List<String> problems = new ArrayList<>();

  private Subnets() {}

  static List<SubnetConfig> read(List<SubnetRequest> requests) {
    var reader = new Subnets();
    var out = new ArrayList<SubnetConfig>();
    for (var request : requests) {
      reader.read(request).ifPresent(out::add);
    }
    if (!reader.problems.isEmpty()) {
      throw new Refusal.Invalid("invalid network config:\n" + String.join("\n", reader.problems));
    }
    return out;
  }

  /// Longest prefix that leaves room for a gateway and a container.
  static int lengthMax(Family family) {
    return family == Family.IPV4 ? LENGTH_MAX_IPV4 : LENGTH_MAX_IPV6;
  }

  /// The subnet with what follows from it: its first free host as gateway.
  static SubnetConfig automatic(Subnet subnet) {
    return new SubnetConfig(
        subnet, subnet.first().plus(1), Optional.empty(), Map.of(), false, false);
  }

  private Optional<SubnetConfig> read(SubnetRequest request) {
    var given = request.subnet().filter(s -> !s.isBlank());
    var range = request.range().filter(s -> !s.isBlank());
    var gateway = request.gateway().filter(s -> !s.isBlank());
    if (given.isEmpty()) {
      if (range.isPresent() || gateway.isPresent() || !request.reserved().isEmpty()) {
        problems.add(
            "every ip-range or gateway or auxiliary address must have a corresponding subnet");
      }
      return Optional.empty();
    }
    var cidr = Cidr.tryParse(given.get());
    if (cidr.isEmpty()) {
      problems.add("invalid subnet " + given.get() + ": invalid CIDR block notation");
      return Optional.empty();
    }
    var subnet = cidr.get().subnet();
    if (!cidr.get().address().equals(subnet.first())) {
      problems.add("invalid subnet " + given.get() + ": it should be " + subnet);
    }
    int most = lengthMax(subnet.family());
    if (subnet.length() > most) {
      problems.add(
          "invalid subnet "
              + given.get()
              + ": it has no room for a gateway and a container, /"
              + most
              + " is the smallest");
    }
    var pool = range.flatMap(r -> range(r, subnet));
    var reserved = new TreeMap<String, Ip>();
    for (var aux : new TreeMap<>(request.reserved()).entrySet()) {
      address("auxiliary address " + aux.getKey(), aux.getValue(), subnet)
          .ifPresent(ip -> reserved.put(aux.getKey(), ip));
    }
    var asked = gateway.flatMap(g -> gateway(g, subnet));
    if (!problems.isEmpty()) {
      return Optional.empty();
    }
    var twice = reserved.values().stream().filter(a -> asked.equals(Optional.of(a))).findFirst();
    if (twice.isPresent()) {
      throw new Refusal.Failed(
          "failed to allocate gateway (" + twice.get() + "): Address already in use");
    }
    var chosen = asked.orElseGet(() -> firstFree(subnet, reserved));
    return Optional.of(new SubnetConfig(subnet, chosen, pool, reserved, true, asked.isPresent()));
  }

  private Optional<Subnet> range(String text, Subnet subnet) {
    var cidr = Cidr.tryParse(text);
    if (cidr.isEmpty()) {
      problems.add("invalid ip-range " + text + ": invalid CIDR block notation");
      return Optional.empty();
    }
    var range = cidr.get().subnet();
    if (range.family() != subnet.family()) {
      problems.add("invalid ip-range " + text + ": parent subnet is an " + word(subnet) + " block");
      return Optional.empty();
    }
    if (range.length() < subnet.length()) {
      problems.add(
          "invalid ip-range " + text + ": CIDR block is bigger than its parent subnet " + subnet);
    }
    if (!cidr.get().address().equals(range.first())) {
      problems.add("invalid ip-range " + text + ": it should be " + range);
    }
    if (!range.overlaps(subnet)) {
      problems.add(
          "invalid ip-range " + text + ": parent subnet " + subnet + " doesn't contain ip-range");
    }
    return Optional.of(range);
  }

  private Optional<Ip> gateway(String text, Subnet subnet) {
    var ip = address("gateway", text, subnet);
    if (ip.isPresent() && !subnet.isHost(ip.get())) {
      problems.add(
          "invalid gateway "
              + text
              + ": it is the "
              + (ip.get().equals(subnet.first()) ? "network" : "broadcast")
              + " address of subnet "
              + subnet);
      return Optional.empty();
    }
    return ip;
  }

  private Optional<Ip> address(String what, String text, Subnet subnet) {
    var ip = Ip.tryParse(text);
    var subject = "invalid " + what + (what.equals("gateway") ? " " + text : "");
    if (ip.isEmpty()) {
      problems.add(subject + ": invalid address" + (what.equals("gateway") ? "" : " " + text));
    } else if (ip.get().family() != subnet.family()) {
      problems.add(subject + ": parent subnet is an " + word(subnet) + " block");
      return Optional.empty();
    } else if (!subnet.contains(ip.get())) {
      problems.add(subject + ": parent subnet " + subnet + " doesn't contain this address");
      return Optional.empty();
    }
    return ip;
  }

  private static Ip firstFree(Subnet subnet, Map<String, Ip> reserved) {
    var at = subnet.first().plus(1);
    while (reserved.containsValue(at) && subnet.isHost(at)) {
      at = at.plus(1);
    }
    return at;
  }

  private static String word(Subnet subnet) {
    return subnet.family() == Family.IPV4 ? "IPv4" : "IPv6";
  }
}
