package vch.engine.fake;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import vch.engine.machine.Machine;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Sysctl;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Outcome;
import vch.engine.machine.Step;
import vch.engine.plan.PlanText;
import vch.portlayer.address.Subnet;

/// A machine in memory with faults on demand. [#text()] prints it as an administrator would see it.
/// Safe for any number of threads.
public final class FakeMachine implements Machine {
  /// The NIC of the machine.
  public static final String NIC = "eth0";

  // guarded by this, as is all that follows
  private final FakeNetwork network = new FakeNetwork();
  private final List<Subnet> foreignRoutes = new ArrayList<>();
  private final List<Element> forgotten = new ArrayList<>();
  private final List<Step> done = new ArrayList<>();
  private final List<Integer> rounds = new ArrayList<>();
  private Predicate<Step> refuses = _ -> false;
  private int stepsUntilCrash = -1;
  private boolean crashAfterStep;
  private boolean dead;
  private int observations;
  private final CopyOnWriteArrayList<Consumer<NamespaceName>> watchers =
      new CopyOnWriteArrayList<>();
  private final FakeNeighbourhood neighbourhood = new FakeNeighbourhood(this, network);

  /// The daemon was killed: thrown out of the call that it was in, and of all that follow.
  public static final class Crash extends Error {
    private static final long serialVersionUID = 1L;

    Crash() {
      super("killed", null, false, false);
    }
  }

  @Override
  public synchronized Collection<MachineObject> observe(Collection<MachineObject> wanted) {
    alive();
    observations++;
    var settings = new HashSet<MachineObject.Key>();
    wanted.forEach(
        o -> {
          if (o instanceof Sysctl) {
            settings.add(o.key());
          }
        });
    return network.all().stream()
        .filter(o -> !(o instanceof Sysctl) || settings.contains(o.key()))
        .toList();
  }

  @Override
  public synchronized List<Outcome> apply(List<Step> stage) {
    alive();
    rounds.add(stage.size());
    var out = new ArrayList<Outcome>();
    for (var step : stage) {
      if (stepsUntilCrash == 0 && !crashAfterStep) {
        dead = true;
      }
      alive();
      out.add(new Outcome(step, perform(step)));
      done.add(step);
      if (stepsUntilCrash == 0) {
        dead = true;
      }
      alive();
      if (stepsUntilCrash > 0) {
        stepsUntilCrash--;
      }
    }
    return out;
  }

  private Optional<String> perform(Step step) {
    if (refuses.test(step)) {
      return Optional.of(PlanText.of(step) + ": injected fault");
    }
    try {
      switch (step) {
        case Step.Add(var object) -> network.make(object);
        case Step.Change(_, var object) -> network.make(object);
        case Step.Remove(var object) -> network.remove(object);
      }
      return Optional.empty();
    } catch (FakeNetwork.Errno e) {
      return Optional.of(PlanText.of(step) + ": " + e.getMessage());
    }
  }

  void alive() {
    if (dead) {
      throw new Crash();
    }
  }

  @Override
  public void watch(Consumer<NamespaceName> touched) {
    watchers.add(touched);
  }

  @Override
  public Path path(NamespaceName namespace) {
    return Path.of("/fake/netns", namespace.value());
  }

  @Override
  public <T> T open(NamespaceName namespace, Callable<T> opening) throws Exception {
    synchronized (this) {
      alive();
      if (!network.names().contains(namespace)) {
        throw new java.io.IOException("no namespace " + namespace);
      }
    }
    return opening.call();
  }

  @Override
  public FakeNeighbourhood neighbourhood() {
    return neighbourhood;
  }

  @Override
  public synchronized void forgetConnections(NamespaceName namespace, List<Element> publications) {
    alive();
    forgotten.addAll(publications);
  }

  @Override
  public synchronized List<Subnet> routes(NamespaceName namespace) {
    return namespace.equals(NamespaceName.MACHINE) ? List.copyOf(foreignRoutes) : List.of();
  }

  @Override
  public synchronized List<String> uplinks(NamespaceName namespace) {
    return namespace.equals(NamespaceName.MACHINE) ? List.of(NIC) : List.of();
  }

  @Override
  public synchronized List<String> bridges(NamespaceName namespace) {
    return objects().stream()
        .filter(
            o ->
                o instanceof MachineObject.Link l
                    && l.namespace().equals(namespace)
                    && l.kind() instanceof MachineObject.LinkKind.Bridge)
        .map(o -> ((MachineObject.Link) o).name())
        .sorted()
        .toList();
  }

  @Override
  public void close() {
    // nothing is open
  }

  /// All objects there are.
  public synchronized List<MachineObject> objects() {
    return network.all();
  }

  /// The machine as an administrator would see it.
  public synchronized String text() {
    return network.text();
  }

  /// Steps carried out or refused so far, in order.
  public synchronized List<Step> steps() {
    return List.copyOf(done);
  }

  /// Numbers of steps of the stages applied so far.
  public synchronized List<Integer> stages() {
    return List.copyOf(rounds);
  }

  /// How often the machine was looked at.
  public synchronized int observations() {
    return observations;
  }

  public synchronized List<Element> forgotten() {
    return List.copyOf(forgotten);
  }

  /// Routes of the machine that are not ours.
  public synchronized void addForeignRoute(Subnet subnet) {
    foreignRoutes.add(subnet);
  }

  /// From now on these steps fail; `_ -> false` heals.
  public synchronized void refuse(Predicate<Step> steps) {
    refuses = steps;
  }

  /// The daemon is killed just before the step after `steps` more.
  public synchronized void crashBefore(int steps) {
    stepsUntilCrash = steps;
    crashAfterStep = false;
  }

  /// The daemon is killed just after the step after `steps` more.
  public synchronized void crashAfter(int steps) {
    stepsUntilCrash = steps;
    crashAfterStep = true;
  }

  public synchronized boolean crashed() {
    return dead;
  }

  /// A new daemon on the same machine; watchers of the old one are gone.
  public synchronized void restart() {
    dead = false;
    stepsUntilCrash = -1;
    watchers.clear();
    neighbourhood.restart();
  }

  /// Somebody else removes the object, and the kernel what goes along.
  public void foreignRemove(MachineObject object) {
    synchronized (this) {
      network.remove(object);
    }
    watchers.forEach(w -> w.accept(object.namespace()));
  }

  /// Somebody else makes or changes an object.
  public void foreignMake(MachineObject object) {
    synchronized (this) {
      try {
        network.make(object);
      } catch (FakeNetwork.Errno e) {
        throw new IllegalArgumentException(e);
      }
    }
    watchers.forEach(w -> w.accept(object.namespace()));
  }

  /// Somebody else deletes a link by either of its ends.
  public void foreignRemoveLink(NamespaceName namespace, String name) {
    synchronized (this) {
      network.removeLink(namespace, name);
    }
    watchers.forEach(w -> w.accept(namespace));
  }

  /// `nft flush ruleset` in a namespace.
  public void foreignFlushRules(NamespaceName namespace) {
    synchronized (this) {
      for (var object : network.all()) {
        if (object.namespace().equals(namespace) && object instanceof MachineObject.Ruleset) {
          network.remove(object);
        }
      }
    }
    watchers.forEach(w -> w.accept(namespace));
  }

  /// Names of the namespaces that exist, without the machine's.
  public synchronized Set<String> namespaceNames() {
    var out = new java.util.TreeSet<String>();
    network.names().stream()
        .filter(n -> !n.equals(NamespaceName.MACHINE))
        .forEach(n -> out.add(n.value()));
    return out;
  }
}
