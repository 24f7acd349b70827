package vch.portlayer.rule;

import java.time.Instant;
import java.util.random.RandomGenerator;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// Rules of the lives of containers.
public final class ContainerRules {
  private ContainerRules() {}

  public static Decision<CreateContainer.Created> create(Image image, CreateContainer command) {
    throw new AssertionError("being written");
  }

  /// Phase STARTING: resolves networks, holds addresses, binds publications (random ports by `chance`, from 32768 to
  /// 60999), or refuses and changes nothing. Already live: the decision is empty of changes.
  ///
  /// @param byUser false when a restart policy starts it
  public static Decision<Container> starting(Image image, ContainerId id, boolean byUser, RandomGenerator chance) {
    throw new AssertionError("being written");
  }

  public static Decision<Container> started(Image image, ContainerId id, long pid, Instant at) {
    throw new AssertionError("being written");
  }

  /// The start did not happen.
  public static Decision<Container> failed(Image image, ContainerId id, int exitCode, String why) {
    throw new AssertionError("being written");
  }

  /// The process ended. Phase RESTARTING where the restart policy wants it back, else EXITED. Unknown containers and
  /// those not live are left alone.
  public static Decision<Container> exited(Image image, ContainerId id, int exitCode, boolean oom, Instant at) {
    throw new AssertionError("being written");
  }

  /// The user asked it to stop: its restart policy leaves it alone from now on.
  public static Decision<Container> stopping(Image image, ContainerId id) {
    throw new AssertionError("being written");
  }

  public static Decision<Container> rename(Image image, ContainerId id, String name) {
    throw new AssertionError("being written");
  }

  /// Refused while live. Takes anonymous volumes of `volumes` with it where asked.
  public static Decision<Container> remove(Image image, ContainerId id, boolean volumes) {
    throw new AssertionError("being written");
  }

  /// By exact id, exact name (leading `/` allowed), or unique id prefix.
  public static Container find(Image image, VchId vch, String term) {
    throw new AssertionError("being written");
  }
}
