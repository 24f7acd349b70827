package vch.engine.fake;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import vch.engine.machine.Machine;
import vch.engine.machine.MachineObject;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Neighbourhood;
import vch.engine.machine.Outcome;
import vch.engine.machine.Step;
import vch.portlayer.address.Subnet;

/// A machine whose daemon is killed after so many more steps: from then on every call throws
/// [FakeMachine.Crash], and the machine stays as it is. Safe for any number of threads.
public final class CrashingMachine implements Machine {
  private final Machine machine;
  private int stepsLeft; // guarded by this

  /// @param steps carried out before the end; negative: all
  public CrashingMachine(Machine machine, int steps) {
    this.machine = machine;
    this.stepsLeft = steps;
  }

  public synchronized boolean crashed() {
    return stepsLeft == 0;
  }

  private void alive() {
    if (crashed()) {
      throw new FakeMachine.Crash();
    }
  }

  @Override
  public synchronized List<Outcome> apply(List<Step> stage) {
    alive();
    if (stepsLeft < 0 || stepsLeft > stage.size()) {
      stepsLeft -= stepsLeft < 0 ? 0 : stage.size();
      return machine.apply(stage);
    }
    machine.apply(new ArrayList<>(stage.subList(0, stepsLeft)));
    stepsLeft = 0;
    throw new FakeMachine.Crash();
  }

  @Override
  public Collection<MachineObject> observe(Collection<MachineObject> wanted) {
    alive();
    return machine.observe(wanted);
  }

  @Override
  public Collection<MachineObject> observe(
      Set<NamespaceName> within, Collection<MachineObject> wanted) {
    alive();
    return machine.observe(within, wanted);
  }

  @Override
  public void watch(Consumer<NamespaceName> touched) {
    machine.watch(touched);
  }

  @Override
  public Path path(NamespaceName namespace) {
    return machine.path(namespace);
  }

  @Override
  public <T> T open(NamespaceName namespace, Callable<T> opening) throws Exception {
    alive();
    return machine.open(namespace, opening);
  }

  @Override
  public Neighbourhood neighbourhood() {
    alive();
    return machine.neighbourhood();
  }

  @Override
  public void forgetConnections(NamespaceName namespace, List<MachineObject.Element> publications) {
    alive();
    machine.forgetConnections(namespace, publications);
  }

  @Override
  public List<String> bridges(NamespaceName namespace) {
    return machine.bridges(namespace);
  }

  @Override
  public List<String> uplinks(NamespaceName namespace) {
    return machine.uplinks(namespace);
  }

  @Override
  public List<Subnet> routes(NamespaceName namespace) {
    alive();
    return machine.routes(namespace);
  }

  @Override
  public void close() {
    machine.close();
  }
}
