package vch.engine.lifecycle;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import vch.engine.Engine;
import vch.engine.Lifecycle;
import vch.engine.compute.Processes;
import vch.engine.compute.Volumes;
import vch.engine.desired.LinkNames;
import vch.engine.health.Health;
import vch.engine.lease.DhcpClients;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ConfigureVch;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.rule.CreateContainer;
import vch.portlayer.rule.VchRules;
import vch.portlayer.vch.VchId;

/// The lives of the containers of a daemon. Safe for any number of threads; what it remembers
/// besides the image is owned by one [Life] a container. To be told to [#recover()] once, before
/// anything else.
public final class ContainerLives implements Lifecycle {
  private final Core core;
  private final Creations creations;
  private final Removals removals;
  private final Starts starts;
  private final Stops stops;
  private final Exits exits;
  private final Rewrites rewrites;
  private final Attachments attachments;
  private final HealthChecks health;
  private final Leases leases;
  private final Settlement settlement;
  private final AddressGuard guard;

  /// @param chance thread safe
  public ContainerLives(
      Engine engine,
      Processes processes,
      Volumes volumes,
      InstantSource clock,
      RandomGenerator chance,
      Scheduler scheduler,
      DhcpClients dhcp,
      NameService names) {
    core =
        new Core(
            engine,
            processes,
            volumes,
            clock,
            chance,
            scheduler,
            new LifeTable(),
            new Waiters(scheduler::soon),
            new Announcer(engine, clock),
            names);
    health = new HealthChecks(core);
    creations = new Creations(core);
    rewrites = new Rewrites(core);
    leases = new Leases(core, dhcp, rewrites);
    settlement = new Settlement(core, leases);
    guard = new AddressGuard(engine, clock, scheduler);
    removals = new Removals(core, health, leases);
    starts = new Starts(core, creations, removals, health, settlement, leases);
    stops = new Stops(core, health);
    exits = new Exits(core, starts, removals, health, leases);
    attachments = new Attachments(core, rewrites, settlement, leases);
  }

  /// Adopts what runs, records what ended meanwhile, finishes what was cut, and watches from now
  /// on. Returns when record and processes agree.
  ///
  /// @return lets restart policies start what they want; to be run once the daemon can be asked
  ///   again, as starting many containers takes its time
  public Runnable recover() {
    var recovery = new Recovery(core, starts, exits, removals, health, settlement);
    var wanted = recovery.recover();
    leases.begin();
    guard.begin();
    return () -> recovery.start(wanted);
  }

  /// Connects and disconnects containers and networks.
  public Attachments attachments() {
    return attachments;
  }

  @Override
  public Optional<AddressConflict> conflict(EndpointId place, Ip address) {
    return guard
        .conflict(place, address)
        .map(c -> new AddressConflict(c.other(), c.first(), c.last()));
  }

  @Override
  public CreateContainer.Created create(CreateContainer command) {
    return creations.create(command);
  }

  @Override
  public boolean start(ContainerId id) {
    core.container(id); // an unknown one gets no life
    return core.lives().locked(id, life -> starts.start(life, id, Starts.Cause.USER));
  }

  @Override
  public boolean stop(ContainerId id, Optional<Integer> timeoutSeconds, String signal) {
    return stops.stop(id, timeoutSeconds, signal, false);
  }

  @Override
  public void kill(ContainerId id, String signal) {
    stops.kill(id, signal);
  }

  @Override
  public void restart(ContainerId id, Optional<Integer> timeoutSeconds, String signal) {
    var container = core.container(id);
    core.lives().run(id, life -> life.restartsByUser++);
    try {
      stops.stop(id, timeoutSeconds, signal, true);
      core.lives()
          .run(
              id,
              life -> {
                starts.start(life, id, Starts.Cause.RESTART);
                core.announcer().container(core.container(id), "restart");
              });
    } catch (Refusal.NotFound e) {
      throw e;
    } catch (RuntimeException e) {
      throw Refusals.prefixed("Cannot restart container " + container.name(), e);
    } finally {
      if (core.engine().image().container(id).isPresent()) {
        core.lives().run(id, life -> restarted(life, id));
      }
    }
  }

  /// A restart that did not come to its start leaves the container to its policy.
  private void restarted(Life life, ContainerId id) {
    life.restartsByUser--;
    core.engine()
        .image()
        .container(id)
        .filter(
            c ->
                c.state().phase() == Phase.RESTARTING
                    && life.restartsByUser == 0
                    && life.restart.isEmpty())
        .ifPresent(c -> exits.schedule(life, c));
  }

  @Override
  public void pause(ContainerId id) {
    core.container(id);
    core.lives()
        .run(
            id,
            _ -> {
              var paused =
                  core.engine()
                      .note(image -> LifeRules.paused(image, id)); // the record leads: see Recovery
              try {
                core.processes().pause(id);
              } catch (RuntimeException e) {
                core.engine().note(image -> LifeRules.resumed(image, id));
                throw Refusals.prefixed("cannot pause container " + paused.name(), e);
              }
              health.end(id);
              core.announcer().container(paused, "pause");
            });
  }

  @Override
  public void unpause(ContainerId id) {
    core.container(id);
    core.lives()
        .run(
            id,
            _ -> {
              LifeRules.resumed(core.engine().image(), id); // refuses before anything is done
              core.processes().unpause(id);
              var resumed = core.engine().note(image -> LifeRules.resumed(image, id));
              health.resume(resumed);
              core.announcer().container(resumed, "unpause");
            });
  }

  @Override
  public void rename(ContainerId id, String name) {
    core.container(id);
    core.lives()
        .run(
            id,
            _ -> {
              var before = core.container(id);
              var after = core.engine().note(image -> ContainerRules.rename(image, id, name));
              rewrites.changed(after);
              core.announcer().container(after, "rename", Map.of("oldName", "/" + before.name()));
            });
  }

  @Override
  public void unlink(VchId vch, String term) {
    var parent = core.engine().decide(image -> ContainerRules.unlink(image, vch, term));
    core.lives().run(parent.id(), _ -> rewrites.changed(parent));
  }

  @Override
  public ConfigureVch.Configured configure(ConfigureVch command) {
    var before = core.engine().image();
    var done = core.engine().decide(image -> VchRules.configure(image, command));
    core.engine()
        .image()
        .containers(command.vch())
        .filter(Sharing::runs)
        .forEach(
            c ->
                core.scheduler()
                    .soon(() -> core.lives().run(c.id(), _ -> rewrites.changed(before, c))));
    return done;
  }

  @Override
  public void remove(ContainerId id, boolean force, boolean volumes) {
    var container = core.container(id);
    var life = core.lives().of(id);
    if (life.removing) {
      throw new Refusal.Conflict(
          "removal of container " + container.name() + " is already in progress");
    }
    core.lives().run(id, held -> beginRemoval(held, id, force));
    try {
      if (force) {
        stops.forceDown(id);
      }
      core.lives().run(id, held -> removals.remove(held, id, volumes));
    } finally {
      life.removing = false;
    }
  }

  private void beginRemoval(Life life, ContainerId id, boolean force) {
    var container = core.container(id);
    if (life.removing) {
      throw new Refusal.Conflict(
          "removal of container " + container.name() + " is already in progress");
    }
    if (!force) {
      LifeRules.removing(core.engine().image(), id, false); // refuses what runs
    }
    life.removing = true;
  }

  @Override
  public CompletableFuture<Exit> await(ContainerId id, Condition condition) {
    var future =
        core.waiters().register(id, condition); // before the look: an end in between is not missed
    var now = core.engine().image().container(id);
    if (now.isEmpty()) {
      future.cancel(false);
      throw new Refusal.NotFound("No such container: " + id);
    }
    if (condition == Condition.NOT_RUNNING && !now.get().live()) {
      future.complete(new Exit(now.get().state().exitCode(), ""));
    }
    return future;
  }

  @Override
  public Optional<Health> health(Container container) {
    return health.of(container);
  }

  @Override
  public Optional<Path> namespace(Container container) {
    return Sharing.owner(core.engine().image(), container)
        .filter(Sharing::runs)
        .map(owner -> core.engine().machine().path(LinkNames.container(owner)));
  }

  @Override
  public Pruned prune(VchId vch, Predicate<Container> filter) {
    var removed = new ArrayList<ContainerId>();
    long bytes = 0;
    for (var container :
        core.engine().image().containers(vch).filter(c -> !c.live()).filter(filter).toList()) {
      long size = core.processes().writtenBytes(container.id());
      try {
        remove(container.id(), false, false);
      } catch (Refusal.Conflict | Refusal.NotFound _) {
        continue; // started or removed since
      }
      removed.add(container.id());
      bytes += size;
    }
    core.announcer().summary(vch, "container", "prune", Map.of("reclaimed", Long.toString(bytes)));
    return new Pruned(removed, bytes);
  }

  /// Watches no longer; the containers go on.
  @Override
  public void close() {
    core.scheduler().close();
    guard.close();
    health.close();
    core.waiters().close();
  }
}
