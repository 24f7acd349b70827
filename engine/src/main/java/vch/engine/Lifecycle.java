package vch.engine;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import vch.engine.health.Health;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.EndpointId;
import vch.portlayer.rule.ConfigureVch;
import vch.portlayer.rule.CreateContainer;
import vch.portlayer.vch.VchId;

/// Leads containers through their lives: network first, then the process; on the way down the other
/// way round. Watches for processes that end, keeps restart policies, adopts what runs when the
/// daemon starts. Publishes the events.
public interface Lifecycle extends AutoCloseable {
  CreateContainer.Created create(CreateContainer command);

  /// @return false when it already runs
  boolean start(ContainerId id);

  /// Sends `signal` (empty: the container's stop signal), then KILL after `timeoutSeconds`
  /// (negative: never).
  ///
  /// @return false when it does not run
  boolean stop(ContainerId id, Optional<Integer> timeoutSeconds, String signal);

  /// Sends a signal by name or number; refuses when it does not run.
  void kill(ContainerId id, String signal);

  void restart(ContainerId id, Optional<Integer> timeoutSeconds, String signal);

  void pause(ContainerId id);

  void unpause(ContainerId id);

  void rename(ContainerId id, String name);

  /// Takes one name away that `--link` gave, `parent/alias`; neither container is touched.
  void unlink(VchId vch, String term);

  /// @param force kills it first where it runs
  /// @param volumes anonymous volumes go too
  void remove(ContainerId id, boolean force, boolean volumes);

  /// Completes when the condition holds, with the exit code. Registered when the method returns.
  CompletableFuture<Exit> await(ContainerId id, Condition condition);

  /// Of `docker wait`.
  enum Condition {
    NOT_RUNNING,
    NEXT_EXIT,
    REMOVED
  }

  /// @param error why the wait ended otherwise than by the end of the process, empty if not
  record Exit(int code, String error) {}

  /// Removes the containers of the VCH that do not run and that the filter takes.
  Pruned prune(VchId vch, Predicate<Container> filter);

  /// @param bytes freed
  record Pruned(List<ContainerId> containers, long bytes) {
    public Pruned {
      containers = List.copyOf(containers);
    }
  }

  /// How well the container is; empty where it has no health check, or was never started. Not
  /// durable: with a new daemon it is starting again, and the results of the past are gone.
  Optional<Health> health(Container container);

  /// Where the namespace that the container's processes live in can be joined from; empty when it
  /// does not run.
  Optional<java.nio.file.Path> namespace(Container container);

  /// Changes settings of a VCH; files of its running containers follow.
  ConfigureVch.Configured configure(ConfigureVch command);

  /// Another host that used this address of a place on a container network since the daemon began.
  Optional<AddressConflict> conflict(EndpointId place, Ip address);

  /// @param first when it was heard first
  /// @param last when it was heard last
  record AddressConflict(Mac other, Instant first, Instant last) {}

  @Override
  void close();
}
