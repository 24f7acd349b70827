package vch.api.docker.container;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.refusal.Refusal;

/// The execs of a VCH, by id. Not durable: an exec is a matter of the client that made it. Guarded
/// by this.
final class Execs {
  /// Execs remembered; the oldest that have ended (or else never ran) are forgotten first.
  static final int KEPT_MAX = 1024;

  private final Map<String, ExecInstance> byId = new LinkedHashMap<>();

  synchronized void add(ExecInstance exec) {
    if (byId.size() >= KEPT_MAX) {
      byId.values().stream()
          .filter(e -> e.exitCode().isPresent())
          .findFirst()
          .or(() -> byId.values().stream().filter(e -> !e.running()).findFirst())
          .ifPresent(e -> byId.remove(e.id()));
    }
    byId.put(exec.id(), exec);
  }

  synchronized ExecInstance get(String id) {
    return Optional.ofNullable(byId.get(id)).orElseThrow(() -> noSuch(id));
  }

  /// Ids of those that have not ended, in the order of creation.
  synchronized List<String> of(Container container) {
    return byId.values().stream()
        .filter(e -> e.container().equals(container.id()) && e.exitCode().isEmpty())
        .filter(e -> e.belongsTo(container))
        .map(ExecInstance::id)
        .toList();
  }

  /// The container is gone.
  synchronized void forget(ContainerId container) {
    byId.values().removeIf(e -> e.container().equals(container));
  }

  static Refusal noSuch(String id) {
    return new Refusal.NotFound("No such exec instance: " + id);
  }
}
