package vch.api.admin;

import java.time.Instant;
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
  private final Problems problems = new Problems();

  ConfigureParameters(Query query) {
    this.query = query;
  }

  /// @throws Refusal.Invalid every problem on a line of its own
  ConfigureVch read(Engine engine, Ids ids, Instant at) {
    problems.addUnknown(query, KNOWN);
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
    problems.refuse(() -> VchRules.configure(engine.image(), command));
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
    return Optional.of(given.equals(List.of("")) ? List.of() : problems.dnsServers(given));
  }
}
