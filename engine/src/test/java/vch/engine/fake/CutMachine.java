package vch.engine.fake;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import vch.engine.machine.Machine;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Neighbourhood;
import vch.engine.machine.Outcome;
import vch.engine.machine.Step;
import vch.portlayer.address.Subnet;

/// A machine whose daemon can be killed before and after every stage of a plan. A dead daemon
/// changes nothing.
public final class CutMachine implements Machine {
  private final Machine machine;
  private final Cuts cuts;

  public CutMachine(Machine machine, Cuts cuts) {
    this.machine = machine;
    this.cuts = cuts;
  }

  @Override
  public List<Outcome> apply(List<Step> stage) {
    try {
      cuts.step("before a stage of " + stage.size());
      var outcomes = machine.apply(stage);
      cuts.step("after a stage of " + stage.size());
      return outcomes;
    } catch (Cuts.Killed e) {
      return stage.stream().map(s -> new Outcome(s, Optional.of("killed"))).toList();
    }
  }

  @Override
  public Collection<MachineObject> observe(Collection<MachineObject> wanted) {
    return machine.observe(wanted);
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
    return machine.open(namespace, opening);
  }

  @Override
  public Neighbourhood neighbourhood() {
    return machine.neighbourhood();
  }

  @Override
  public void forgetConnections(NamespaceName namespace, List<Element> publications) {
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
    return machine.routes(namespace);
  }

  @Override
  public void close() {
    machine.close();
  }
}
