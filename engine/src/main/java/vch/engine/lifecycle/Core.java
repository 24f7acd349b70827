package vch.engine.lifecycle;

import java.time.InstantSource;
import java.util.random.RandomGenerator;
import vch.engine.Engine;
import vch.engine.compute.Processes;
import vch.engine.compute.Volumes;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;

/// What all parts of this package work with.
record Core(
    Engine engine,
    Processes processes,
    Volumes volumes,
    InstantSource clock,
    RandomGenerator chance,
    Scheduler scheduler,
    LifeTable lives,
    Waiters waiters,
    Announcer announcer,
    NameService names) {

  VolumeUse volumeUse() {
    return new VolumeUse(this);
  }

  /// The container as it is now.
  ///
  /// @throws vch.portlayer.refusal.Refusal.NotFound it is not in the record
  Container container(ContainerId id) {
    return LifeRules.container(engine.image(), id);
  }
}
