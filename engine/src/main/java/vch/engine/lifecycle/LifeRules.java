package vch.engine.lifecycle;

import java.util.function.UnaryOperator;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.ContainerState;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;

/// Pure rules of the steps between the ends of a life: frozen, adopted, given up, on its way out.
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
          throw new Refusal.Conflict("Container " + id + " is restarting, wait until the container is running");
      case CREATED, STARTING, EXITED, REMOVING -> throw new Refusal.Conflict("container " + id + " is not running");
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
                s.phase(), s.run(), pid, s.startedAt(), s.finishedAt(), s.exitCode(), s.error(), s.oomKilled(), s.restarts(),
                s.stoppedByUser()));
  }

  /// The restart policy's next start does not come: the user asked for that, or the start failed for `error`. A
  /// container that waits for no restart is left alone.
  static Decision<Container> givenUp(Image image, ContainerId id, boolean byUser, String error) {
    var container = container(image, id);
    if (container.state().phase() != Phase.RESTARTING) {
      return Decision.of(container);
    }
    return put(
        container,
        s ->
            new ContainerState(
                Phase.EXITED, s.run(), 0, s.startedAt(), s.finishedAt(), s.exitCode(), error, s.oomKilled(), s.restarts(),
                byUser || s.stoppedByUser()));
  }

  /// Phase REMOVING; refused while live.
  static Decision<Container> removing(Image image, ContainerId id) {
    var container = container(image, id);
    var name = container.name();
    var refused = "cannot remove container \"" + name + "\": container is ";
    return switch (container.state().phase()) {
      case CREATED, EXITED -> put(container, s -> s.with(Phase.REMOVING));
      case REMOVING -> Decision.of(container);
      case RUNNING -> throw new Refusal.Conflict(refused + "running: stop the container before removing or force remove");
      case RESTARTING ->
          throw new Refusal.Conflict(refused + "restarting: stop the container before removing or force remove");
      case STARTING -> throw new Refusal.Conflict(refused + "starting: stop the container before removing or force remove");
      case PAUSED -> throw new Refusal.Conflict(refused + "paused and must be unpaused first");
    };
  }

  private static Decision<Container> put(Container container, UnaryOperator<ContainerState> next) {
    var state = next.apply(container.state());
    var after = container.with(state);
    return state.equals(container.state()) ? Decision.of(container) : Decision.of(after, new Change.ContainerPut(after));
  }
}
