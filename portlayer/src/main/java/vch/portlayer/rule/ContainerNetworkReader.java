package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Range;
import vch.portlayer.scope.TrustLevel;

/// Reads the options about container networks. Problems are collected, in the words of vic-machine
/// where it has them.
final class ContainerNetworkReader {
  /// An option about a network that is named before the first colon.
  private enum Option {
    GATEWAY("gateway", "PORTGROUP:IP/MASK"),
    RANGE("ip range", "PORTGROUP:CIDR, PORTGROUP:FIRST-LAST or PORTGROUP:FIRST-<last octet>"),
    DNS("dns", "PORTGROUP:IP"),
    FIREWALL("firewall", "PORTGROUP:LEVEL"),
    ROUTERS("routers", "PORTGROUP:accept or PORTGROUP:refuse");

    final String word;
    final String form;

    Option(String word, String form) {
      this.word = word;
      this.form = form;
    }

    String text() {
      return "--container-network-" + word.replace(' ', '-');
    }

    /// True where an empty value takes back what was set.
    boolean resets() {
      return this == GATEWAY || this == RANGE || this == DNS;
    }
  }

  private final boolean resets;
  private final List<String> problems;

  /// Port group by the name of its network.
  private final Map<String, String> groups = new LinkedHashMap<>();

  /// Networks whose gateways are unknown since something is wrong with them.
  private final Set<String> unknown = new HashSet<>();

  private boolean inconsistent;

  private ContainerNetworkReader(boolean resets, List<String> problems) {
    this.resets = resets;
    this.problems = problems;
  }

  /// One wish for each network named, after those that are there already.
  ///
  /// @param there networks of the VCH: the name of the port group by the name of the network
  /// @param resets an empty value takes back what was set
  static List<ContainerNetworkWish> read(
      ContainerNetworkOptions options,
      Map<String, String> there,
      boolean resets,
      List<String> problems) {
    var reader = new ContainerNetworkReader(resets, problems);
    reader.groups.putAll(there);
    options.networks().forEach(reader::network);
    return reader.wishes(options);
  }

  private void network(String text) {
    int colon = text.indexOf(':');
    var group = colon < 0 ? text : text.substring(0, colon);
    var alias = colon < 0 ? "" : text.substring(colon + 1);
    if (group.isBlank()) {
      problems.add("Container network not specified in parameter \"" + text + '"');
      return;
    }
    if (alias.indexOf(':') >= 0) {
      problems.add(
          "Invalid value for parameter \""
              + text
              + "\": --container-network takes PORTGROUP or PORTGROUP:NAME");
      return;
    }
    if (alias.isEmpty() && group.contains(" ")) {
      problems.add(
          "A network alias must be supplied when network name \"" + group + "\" contains spaces.");
    } else if (alias.contains(" ")) {
      problems.add("The network alias supplied in \"" + text + "\" cannot contain spaces.");
    }
    var name = alias.isEmpty() ? group : alias;
    checkName(name);
    if (group.equals(groups.get(name))) {
      return; // said again
    }
    var twin = groups.entrySet().stream().filter(e -> e.getValue().equals(group)).findFirst();
    if (twin.isPresent()) {
      problems.add(
          "Port group \""
              + group
              + "\" cannot be container network "
              + name
              + ": it is container network "
              + twin.get().getKey()
              + " of this VCH already");
    } else if (groups.containsKey(name)) {
      problems.add(
          "Duplicate container network name "
              + name
              + ": port groups \""
              + groups.get(name)
              + "\" and \""
              + group
              + "\" need different names");
    } else {
      groups.put(name, group);
    }
  }

  private void checkName(String name) {
    if (ScopeRules.PREDEFINED.contains(name)) {
      problems.add("Cannot use reserved name \"" + name + "\" for container network");
    }
    if (name.length() > ScopeRules.NAME_LENGTH_MAX
        || name.chars().anyMatch(c -> c == '/' || Character.isISOControl(c))) {
      problems.add(
          "Invalid container network name \""
              + name
              + "\": at most "
              + ScopeRules.NAME_LENGTH_MAX
              + " characters without '/' and control characters are needed");
    }
  }

  private List<ContainerNetworkWish> wishes(ContainerNetworkOptions options) {
    var gateways = read(Option.GATEWAY, options.gateways(), this::gateway);
    var ranges = read(Option.RANGE, options.ranges(), this::range);
    var dns = read(Option.DNS, options.dns(), this::server);
    var levels = single(Option.FIREWALL, read(Option.FIREWALL, options.firewalls(), this::level));
    var routers = single(Option.ROUTERS, read(Option.ROUTERS, options.routers(), this::routers));
    gateways.forEach(this::oneOfEachFamily);
    if (inconsistent) {
      problems.add("Inconsistent container network configuration.");
    }
    return groups.entrySet().stream()
        .map(
            e ->
                new ContainerNetworkWish(
                    e.getValue(),
                    e.getKey(),
                    known(gateways, e.getKey()),
                    known(ranges, e.getKey()),
                    Optional.ofNullable(dns.get(e.getKey()))
                        .map(l -> l.stream().distinct().toList()),
                    Optional.ofNullable(levels.get(e.getKey())),
                    Optional.ofNullable(routers.get(e.getKey()))))
        .toList();
  }

  /// Ranges are held against gateways, so they are as unknown as these.
  private <T> Optional<List<T>> known(Map<String, List<T>> values, String name) {
    return Optional.ofNullable(values.get(name)).filter(_ -> !unknown.contains(name));
  }

  /// Values by the name of the network that they are for; an empty list where they were taken back.
  private <T> Map<String, List<T>> read(
      Option option, List<String> texts, BiFunction<String, String, Optional<T>> parse) {
    var out = new LinkedHashMap<String, List<T>>();
    var left = new ArrayList<String>();
    for (var text : texts) {
      int colon = text.indexOf(':');
      if (colon == 0 || text.isBlank()) {
        problems.add("Container network not specified in parameter \"" + text + '"');
        continue;
      }
      if (colon < 0) {
        problems.add(
            "Invalid value for parameter \""
                + text
                + "\": "
                + option.text()
                + " takes "
                + option.form);
        continue;
      }
      var key = text.substring(0, colon);
      var value = text.substring(colon + 1).strip();
      var name = find(key);
      if (name.isEmpty()) {
        left.add(key + ":" + value + ", \"" + key + "\" should be a port group or its alias");
        continue;
      }
      var list = out.computeIfAbsent(name.get(), _ -> new ArrayList<>());
      if (!value.isEmpty() || !resets || !option.resets()) {
        parse.apply(name.get(), value).ifPresent(list::add);
      }
    }
    if (!left.isEmpty()) {
      inconsistent = true;
      problems.add(
          "The following container network "
              + option.word
              + " is set, but CONTAINER-NETWORK cannot be found. Please check the --container-network and "
              + option.text()
              + " settings: "
              + String.join("; ", left));
    }
    return out;
  }

  /// The name of the network that is meant by the name of its port group or by its own.
  private Optional<String> find(String key) {
    return groups.entrySet().stream()
        .filter(e -> e.getValue().equals(key))
        .map(Map.Entry::getKey)
        .findFirst()
        .or(() -> Optional.of(key).filter(groups::containsKey));
  }

  private <T> Map<String, T> single(Option option, Map<String, List<T>> values) {
    var out = new LinkedHashMap<String, T>();
    values.forEach(
        (name, list) -> {
          if (list.size() > 1) {
            problems.add("Duplicate " + option.word + " specified for container network " + name);
          } else {
            list.forEach(v -> out.put(name, v));
          }
        });
    return out;
  }

  private void oneOfEachFamily(String name, List<Cidr> gateways) {
    if (gateways.stream().map(g -> g.address().family()).distinct().count() < gateways.size()) {
      problems.add("Duplicate gateway specified for container network " + name);
      unknown.add(name);
    }
  }

  private Optional<Cidr> gateway(String name, String text) {
    var gateway = Cidr.tryParse(text);
    if (gateway.isEmpty()) {
      unknown.add(name);
      problems.add(
          "Invalid gateway specified for container network "
              + name
              + ": \""
              + text
              + "\" is not an address with its prefix length, such as 10.2.0.1/16");
    }
    return gateway;
  }

  private Optional<Range> range(String name, String text) {
    var range = range(text);
    if (range.isEmpty()) {
      problems.add(
          "Invalid IP range specified for container network "
              + name
              + ": \""
              + text
              + "\" is neither a subnet nor FIRST-LAST, such as 10.2.1.0/24, 10.2.1.10-10.2.1.99 or 10.2.1.10-99");
    }
    return range;
  }

  private static Optional<Range> range(String text) {
    int dash = text.indexOf('-');
    if (dash < 0) {
      return Cidr.tryParse(text).map(c -> c.subnet().range());
    }
    var first = Ip.tryParse(text.substring(0, dash));
    var end = text.substring(dash + 1);
    boolean octet = end.matches("[0-9]{1,3}") && first.filter(Ip::isIpv4).isPresent();
    var last =
        octet
            ? Ip.tryParse(text.substring(0, text.lastIndexOf('.', dash) + 1) + end)
            : Ip.tryParse(end);
    return first
        .filter(a -> last.filter(b -> a.family() == b.family() && a.compareTo(b) <= 0).isPresent())
        .map(a -> new Range(a, last.orElseThrow()));
  }

  private Optional<Ip> server(String name, String text) {
    if (text.isEmpty()) {
      problems.add("DNS IP not specified for container network " + name);
      return Optional.empty();
    }
    var server =
        Ip.tryParse(text).filter(a -> !a.isUnspecified() && !a.isMulticast() && !a.isLoopback());
    if (server.isEmpty()) {
      problems.add("Invalid DNS IP specified for container network " + name + ": " + text);
    }
    return server;
  }

  private Optional<TrustLevel> level(String name, String text) {
    var level = TrustLevel.tryParse(text);
    if (level.isEmpty()) {
      problems.add(
          "Unrecognized container trust level "
              + text
              + ". Container network "
              + name
              + " can have one of "
              + String.join(", ", TrustLevel.words()));
    }
    return level;
  }

  private Optional<Boolean> routers(String name, String text) {
    var known = Map.of("accept", true, "refuse", false);
    if (!known.containsKey(text)) {
      problems.add(
          "Invalid value for --container-network-routers of container network "
              + name
              + ": \""
              + text
              + "\" should be "
              + known.keySet().stream().sorted().collect(Collectors.joining(" or ")));
    }
    return Optional.ofNullable(known.get(text));
  }
}
