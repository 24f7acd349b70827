package vch.api.admin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import vch.api.http.Query;
import vch.engine.Engine;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Ip;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ConfigureVch;
import vch.portlayer.rule.VchRules;

/// Reads the options of `vch configure`. All problems are collected, those of the rule too, and
/// refused together.
final class ConfigureParameters {
  private static final Set<String> KNOWN =
      ContainerNetworkParameters.with("vch", "dns-server", "remove-container-network", "dry-run");

  private final Query query;
  private final List<String> problems = new ArrayList<>();

  ConfigureParameters(Query query) {
    this.query = query;
  }

  /// @throws Refusal.Invalid every problem on a line of its own
  ConfigureVch read(Engine engine, Ids ids, Instant at) {
    query.names().stream()
        .filter(n -> !KNOWN.contains(n))
        .forEach(n -> problems.add("Unknown option --" + n));
    var command =
        new ConfigureVch(
            VchRules.find(engine.image(), query.text("vch")).id(),
            dnsServers(),
            ContainerNetworkParameters.read(query),
            query.all("remove-container-network"),
            List.of(ids.portGroup()),
            List.of(ids.bridgeLink()),
            Stream.generate(ids::scope)
                .limit(query.all(ContainerNetworkParameters.NETWORK).size())
                .toList(),
            engine.machine().routes(NamespaceName.MACHINE),
            at);
    if (!problems.isEmpty()) {
      try {
        VchRules.configure(engine.image(), command); // for its problems only
      } catch (Refusal e) {
        problems.addAll(e.getMessage().lines().toList());
      }
      throw new Refusal.Invalid(String.join("\n", problems));
    }
    return command;
  }

  boolean dryRun() {
    return query.flag("dry-run");
  }

  /// One empty text takes back what was set.
  private Optional<List<Ip>> dnsServers() {
    var given = query.all("dns-server");
    if (given.isEmpty()) {
      return Optional.empty();
    }
    if (given.equals(List.of(""))) {
      return Optional.of(List.of());
    }
    var out = new ArrayList<Ip>();
    for (var text : given) {
      Ip.tryParse(text)
          .ifPresentOrElse(out::add, () -> problems.add("Invalid DNS server specified: " + text));
    }
    return Optional.of(out);
  }
}
