package vch.engine.lifecycle;

import java.time.Instant;
import java.util.function.UnaryOperator;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.ContainerState;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;

/// Pure rules of the steps between the ends of a life: frozen, adopted, on its way out.
final class LifeRules {
  private LifeRules() {}

  static Container container(Image image, ContainerId id) {
    return image.container(id).orElseThrow(() -> new Refusal.NotFound("No such container: " + id));
  }

  static Decision<Container> paused(Image image, ContainerId id) {
    var container = container(image, id);
    return switch (container.state().phase()) {
      case RUNNING -> put(container, s -> s.with(Phase.PAUSED));
      case PAUSED -> throw new Refusal.Conflict("container " + id + " is already paused");
      case RESTARTING ->
          throw new Refusal.Conflict(
              "Container " + id + " is restarting, wait until the container is running");
      case CREATED, STARTING, EXITED, REMOVING ->
          throw new Refusal.Conflict("container " + id + " is not running");
    };
  }

  static Decision<Container> resumed(Image image, ContainerId id) {
    var container = container(image, id);
    if (container.state().phase() != Phase.PAUSED) {
      throw new Refusal.Failed("Container " + id + " is not paused");
    }
    return put(container, s -> s.with(Phase.RUNNING));
  }

  /// The process found running has this pid.
  static Decision<Container> adopted(Image image, ContainerId id, long pid) {
    var container = container(image, id);
    return put(
        container,
        s ->
            new ContainerState(
                s.phase(),
                s.run(),
                pid,
                s.startedAt(),
                s.finishedAt(),
                s.exitCode(),
                s.error(),
                s.oomKilled(),
                s.restarts(),
                s.stoppedByUser()));
  }

  /// As [ContainerRules#exited], and on its way out at once where it asked to be removed then: one
  /// commit less, and one moment less in which it could be cut.
  ///
  /// @param stays somebody else decides what becomes of it
  static Decision<Container> ended(
      Image image, ContainerId id, int exitCode, boolean oom, Instant at, boolean stays) {
    var exited = ContainerRules.exited(image, id, exitCode, oom, at);
    var container = exited.reply();
    if (stays
        || !container.spec().autoRemove()
        || container.state().phase() != Phase.EXITED
        || exited.changes().isEmpty()) {
      return exited;
    }
    var going = container.with(container.state().with(Phase.REMOVING));
    return Decision.of(going, new Change.ContainerPut(going));
  }

  /// Phase REMOVING; refused while live. One that is REMOVING already, because its removal was cut,
  /// goes on.
  ///
  /// @param volumes anonymous volumes go too: the record keeps that as `autoRemove`, which means
  ///   the same, for a daemon that has to finish the removal of another
  static Decision<Container> removing(Image image, ContainerId id, boolean volumes) {
    var container = container(image, id);
    var removing =
        container.state().phase() == Phase.REMOVING
            ? container
            : ContainerRules.removing(image, id).reply();
    var marked =
        volumes && !removing.spec().autoRemove()
            ? removing.withSpec(removing.spec().withAutoRemove(), removing.document())
            : removing;
    return marked.equals(container)
        ? Decision.of(container)
        : Decision.of(marked, new Change.ContainerPut(marked));
  }

  private static Decision<Container> put(Container container, UnaryOperator<ContainerState> next) {
    var state = next.apply(container.state());
    var after = container.with(state);
    return state.equals(container.state())
        ? Decision.of(container)
        : Decision.of(after, new Change.ContainerPut(after));
  }
}
