package vch.engine.machine;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/// What the engine needs of a machine's network. The real one and the fake of the tests pass the
/// same contract suite.
///
/// Only what is recognisably ours is ever observed, so nothing else can be removed.
public interface Machine extends AutoCloseable {
  /// All that is ours, now. `wanted` tells which adopted things (settings, sets) are worth looking
  /// at.
  ///
  /// A setting that this kernel does not have (a module that is not loaded) is reported as wanted.
  /// An Ethernet address that was not asked for may be reported or not. White space within the
  /// value of a setting is one blank.
  Collection<MachineObject> observe(Collection<MachineObject> wanted);

  /// As [#observe(Collection)], only what is in these namespaces. Called when somebody touched
  /// them: looking at a few must not cost as much as looking at all.
  default Collection<MachineObject> observe(
      Set<NamespaceName> within, Collection<MachineObject> wanted) {
    return observe(wanted).stream().filter(o -> within.contains(o.namespace())).toList();
  }

  /// Does the steps of one stage; their order within the stage means nothing. Never throws for a
  /// step that failed: the outcome says so. Outcomes come in the order of the steps.
  List<Outcome> apply(List<Step> stage);

  /// All stages of a plan were applied. Returns when no link that was removed carries anything of a
  /// namespace that stays; until then, removed links may only seem to be gone.
  default void finish() {}

  /// Calls `touched` whenever somebody changed links, addresses, routes or rules that may be ours.
  /// Called often and from a thread of the machine's: it must return at once.
  void watch(Consumer<NamespaceName> touched);

  /// Where the namespace can be joined from, as a path for an OCI runtime.
  Path path(NamespaceName namespace);

  /// Opens sockets inside the namespace. They stay in it, whoever uses them later. `opening` must
  /// only open and bind: it runs on a thread that serves nothing else meanwhile.
  <T> T open(NamespaceName namespace, Callable<T> opening) throws Exception;

  /// What neighbours say on the machine's links.
  Neighbourhood neighbourhood();

  /// Removes connection tracking entries of the endpoint namespace to these published ports that
  /// lead elsewhere than the publications do, so that the next packet finds the new mapping.
  /// Connections that lead there go on.
  void forgetConnections(NamespaceName namespace, List<MachineObject.Element> publications);

  /// Subnets of all routes of the namespace that are not ours.
  List<vch.portlayer.address.Subnet> routes(NamespaceName namespace);

  /// Names of all Linux bridges of the namespace, ours or not, in their order.
  List<String> bridges(NamespaceName namespace);

  /// Names of all links of the namespace that NICs on a macvlan can be put on, in their order:
  /// neither ours, nor loopback, nor bridges, nor ports of one.
  List<String> uplinks(NamespaceName namespace);

  @Override
  void close();
}
