package vch.services.dhcp;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Lease;

/// What the script of a client wrote. Much of it are words of a server that nobody knows: what
/// cannot be is left out, and the lease stands without it.
sealed interface LeaseNote {
  /// Least MTU of IPv4, RFC 791, and the greatest of a datagram.
  int MTU_MIN = 68;

  int MTU_MAX = 65_535;
  Pattern DOMAIN = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})");

  /// @param lease is on the link
  record Leased(Lease lease) implements LeaseNote {}

  /// The client has none.
  ///
  /// @param why `unusable`, `nak`, `conflict` or `ended`
  /// @param detail rest of the sentence, in the script's words
  record None(String why, String detail) implements LeaseNote {}

  /// Not what our script writes.
  record Damaged(String what) implements LeaseNote {}

  /// Why there is no lease any more, as a clause.
  default String loss() {
    return switch (this) {
      case Leased _ -> "it ended and no server renewed it";
      case None(var why, var detail) ->
          switch (why) {
            case "nak" ->
                "the DHCP server took it back (NAK)" + (detail.isEmpty() ? "" : ": " + detail);
            case "conflict" -> "another host uses its address";
            case "unusable" -> "what the DHCP server said last " + detail;
            default -> "the client gave it up";
          };
      case Damaged(var what) -> "its file is damaged: " + what;
    };
  }

  /// The lease, as long as it lasts.
  default Optional<Lease> lease(Instant now) {
    return this instanceof Leased(var lease) && now.isBefore(lease.expires())
        ? Optional.of(lease)
        : Optional.empty();
  }

  /// @param text of the file
  static LeaseNote parse(String text) {
    if (text.startsWith("none ")) {
      var words = text.lines().findFirst().orElseThrow().split(" ", 3);
      return new None(words[1], words.length < 3 ? "" : words[2].strip());
    }
    var lines = new HashMap<String, String>();
    text.lines()
        .forEach(
            line -> {
              int blank = line.indexOf(' ');
              if (blank > 0) {
                lines.putIfAbsent(line.substring(0, blank), line.substring(blank + 1).strip());
              }
            });
    try {
      return new Leased(lease(lines));
    } catch (IllegalArgumentException e) {
      return new Damaged(String.valueOf(e.getMessage()));
    }
  }

  private static Lease lease(Map<String, String> lines) {
    var address = Cidr.parse(lines.getOrDefault("address", ""));
    if (!address.address().isIpv4()) {
      throw new IllegalArgumentException(address + " is no IPv4 address");
    }
    var obtained = Instant.ofEpochSecond(number(lines, "obtained"));
    var routes = routes(words(lines, "routes"));
    var routers = words(lines, "routers");
    if (!words(lines, "routes").isEmpty()) { // RFC 3442: then option 3 does not count
      routers = routes.stream().filter(LeaseNote::isDefault).map(r -> r.via().toString()).toList();
    }
    return new Lease(
        address,
        ips(words(lines, "server")).stream().findFirst().orElse(Ip.parse("0.0.0.0")),
        ips(routers),
        ips(words(lines, "dns")),
        routes.stream().filter(r -> !isDefault(r)).toList(),
        words(lines, "mtu").stream().findFirst().flatMap(LeaseNote::mtu),
        Optional.ofNullable(lines.get("domain")).filter(d -> DOMAIN.matcher(d).matches()),
        obtained,
        obtained.plusSeconds(number(lines, "lease")));
  }

  private static boolean isDefault(Lease.StaticRoute route) {
    return route.to().length() == 0;
  }

  private static List<String> words(Map<String, String> lines, String key) {
    var text = lines.getOrDefault(key, "");
    return text.isEmpty() ? List.of() : List.of(text.split(" +"));
  }

  private static long number(Map<String, String> lines, String key) {
    var text = lines.getOrDefault(key, "");
    if (!text.matches("[0-9]{1,11}")) {
      throw new IllegalArgumentException(key + " is '" + text + "'");
    }
    return Long.parseLong(text);
  }

  /// Those of hosts, each once, in the order of the server.
  private static List<Ip> ips(List<String> words) {
    return words.stream()
        .flatMap(w -> Ip.tryParse(w).stream())
        .filter(ip -> ip.isIpv4() && !ip.isUnspecified() && !ip.isMulticast())
        .distinct()
        .toList();
  }

  /// Pairs of subnet and router. Without one (0.0.0.0) the subnet is on the link itself.
  private static List<Lease.StaticRoute> routes(List<String> words) {
    var routes = new ArrayList<Lease.StaticRoute>();
    for (int i = 0; i + 1 < words.size(); i += 2) {
      var via = Ip.tryParse(words.get(i + 1)).filter(Ip::isIpv4);
      // One with bits after its prefix is left out; the kernel refused it too.
      Subnet.tryParse(words.get(i))
          .filter(to -> to.first().isIpv4())
          .ifPresent(to -> via.ifPresent(ip -> routes.add(new Lease.StaticRoute(to, ip))));
    }
    return routes;
  }

  private static Optional<Integer> mtu(String word) {
    return word.matches("[0-9]{1,5}")
        ? Optional.of(Integer.valueOf(word)).filter(m -> m >= MTU_MIN && m <= MTU_MAX)
        : Optional.empty();
  }
}
