package vch.linux;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import vch.engine.machine.Machine;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Kind;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Neighbourhood;
import vch.engine.machine.Outcome;
import vch.engine.machine.Step;
import vch.kernel.conntrack.Conntrack;
import vch.kernel.libc.Fcntl;
import vch.kernel.libc.Fd;
import vch.kernel.netns.Gate;
import vch.kernel.rtnl.LinkInfo;
import vch.kernel.rtnl.RouteInfo;
import vch.portlayer.address.Subnet;

/// The machine's network, Linux 5.18 or later. Safe for all threads.
///
/// Ours are: namespaces pinned below the run directory, links that carry our mark in their alias,
/// addresses and routes on them and rules with our protocol number, tables called `portlayer…` with
/// our mark and their elements. Nothing else is ever looked at.
public final class LinuxMachine implements Machine {
  private final Gate gate;
  private final Spaces spaces;
  private final LinkRemovals removals;
  private final String daemon;
  private final LinkSteps links;
  private final AddressSteps addresses;
  private final RuleSteps rules;
  private final SysctlSteps settings;
  private final RulesetSteps rulesets;
  private final ElementSteps elements;
  private final LinuxNeighbourhood neighbourhood;

  /// Guarded by this.
  private Optional<Watcher> watcher = Optional.empty();

  private LinuxMachine(Path runDirectory, String daemon, Gate gate, Fd home) {
    this.gate = gate;
    this.daemon = daemon;
    this.removals = new LinkRemovals(daemon);
    this.spaces = new Spaces(runDirectory.resolve("netns"), gate, home);
    this.links = new LinkSteps(spaces, daemon, removals);
    this.addresses = new AddressSteps(spaces, removals);
    this.rules = new RuleSteps(spaces);
    this.settings = new SysctlSteps(spaces);
    this.rulesets = new RulesetSteps(spaces, daemon);
    this.elements = new ElementSteps(spaces);
    this.neighbourhood = new LinuxNeighbourhood(spaces);
  }

  /// The machine is the namespace that this process was started in.
  ///
  /// @param runDirectory where namespaces are pinned, in `netns/`
  /// @param daemon a word that no other daemon of the machine has and that a later one of the same
  ///   state has again; marks links as ours. Letters and digits
  public static LinuxMachine open(Path runDirectory, String daemon) {
    var gate = Gate.open();
    return open(runDirectory, daemon, gate, gate.home());
  }

  /// As [#open(Path, String)], with another namespace in the place of the process's own. It must
  /// exist as long as the machine is used.
  public static LinuxMachine openAt(Path runDirectory, String daemon, Fd machineNamespace) {
    return open(runDirectory, daemon, Gate.open(), machineNamespace);
  }

  private static LinuxMachine open(Path runDirectory, String daemon, Gate gate, Fd home) {
    try {
      return new LinuxMachine(runDirectory, checked(daemon), gate, Fcntl.duplicate(home));
    } catch (RuntimeException e) {
      gate.close();
      throw e;
    }
  }

  private static String checked(String daemon) {
    if (!daemon.matches("[A-Za-z0-9]{1,32}")) {
      throw new IllegalArgumentException("'" + daemon + "' is not 1 to 32 letters and digits");
    }
    return daemon;
  }

  @Override
  public Collection<MachineObject> observe(Collection<MachineObject> wanted) {
    var observer = new Observer(spaces, daemon, rulesets, wanted);
    var out = new ArrayList<MachineObject>(observe(spaces.machine(), observer));
    spaces.pinned().forEach(space -> out.addAll(observe(space, observer)));
    return out;
  }

  @Override
  public Collection<MachineObject> observe(
      Set<NamespaceName> within, Collection<MachineObject> wanted) {
    var observer = new Observer(spaces, daemon, rulesets, wanted);
    var out = new ArrayList<MachineObject>();
    spaces.keepPinned();
    // The others stay closed: a new daemon would open and watch a thousand before it answers.
    for (var name : within) {
      spaces.find(name).ifPresent(space -> out.addAll(observe(space, observer)));
    }
    return out;
  }

  private List<MachineObject> observe(Space space, Observer observer) {
    try {
      removals.settle(space);
    } catch (RuntimeException _) { // it was logged; what is still there is seen and removed again
      return observer.observe(space);
    }
    return observer.observe(space);
  }

  @Override
  public List<Outcome> apply(List<Step> stage) {
    var outcomes = new Outcomes();
    Map<Kind, List<Step>> byKind = new EnumMap<>(Kind.class);
    var goneNamespaces = new ArrayList<Step>();
    for (var step : stage) {
      if (step instanceof Step.Remove && step.object() instanceof Namespace) {
        goneNamespaces.add(step);
      } else {
        byKind.computeIfAbsent(step.object().key().kind(), _ -> new ArrayList<>()).add(step);
      }
    }
    byKind.forEach(
        (kind, steps) ->
            outcomes.attempt(
                steps,
                () -> {
                  switch (kind) {
                    case NAMESPACE -> namespaces(steps, outcomes);
                    case SYSCTL -> settings.apply(steps, outcomes);
                    case RULESET -> rulesets.apply(steps, outcomes);
                    case LINK -> links.apply(steps, outcomes);
                    case ELEMENT -> elements.apply(steps, outcomes);
                    case ADDRESS, ROUTE -> addresses.apply(steps, outcomes);
                    case RULE -> rules.apply(steps, outcomes);
                  }
                }));
    namespaces(goneNamespaces, outcomes);
    return outcomes.of(stage);
  }

  @Override
  public void finish() {
    links.finish();
  }

  private void namespaces(List<Step> steps, Outcomes outcomes) {
    for (var step : steps) {
      var name = step.object().namespace();
      outcomes.attempt(
          List.of(step),
          () -> {
            if (step instanceof Step.Remove) {
              spaces.remove(name);
            } else {
              spaces.make(name);
            }
          });
    }
  }

  @Override
  public synchronized void watch(Consumer<NamespaceName> touched) {
    if (watcher.isPresent()) {
      throw new IllegalStateException("the machine is watched already");
    }
    removals.onFailed(touched);
    var created = new Watcher(spaces, daemon, rulesets, touched);
    watcher = Optional.of(created);
    created.start();
  }

  @Override
  public Path path(NamespaceName namespace) {
    return spaces.path(namespace);
  }

  @Override
  public <T> T open(NamespaceName namespace, Callable<T> opening) throws Exception {
    return spaces.get(namespace).in(opening);
  }

  @Override
  public Neighbourhood neighbourhood() {
    return neighbourhood;
  }

  @Override
  public void forgetConnections(NamespaceName namespace, List<Element> publications) {
    spaces
        .find(namespace)
        .ifPresent(
            space -> {
              var elsewhere = Elsewhere.than(publications, () -> gateways(space));
              try (var conntrack = space.inside(Conntrack::open)) {
                conntrack.forget(elsewhere);
              }
            });
  }

  private static Set<InetAddress> gateways(Space space) {
    return space.rtnl().routes().stream()
        .filter(r -> r.length() == 0)
        .flatMap(r -> r.via().stream())
        .collect(Collectors.toSet());
  }

  /// Neither the default route, which overlaps everything, nor link-local and multicast subnets,
  /// which are on every link; nor those that the kernel adds for our addresses.
  @Override
  public List<Subnet> routes(NamespaceName namespace) {
    var space = spaces.get(namespace);
    var links = marked(space);
    var ours = new HashSet<Subnet>();
    space.rtnl().addresses().stream()
        .filter(a -> a.protocol() == AddressSteps.PROTOCOL && links.test(a.link()))
        .forEach(a -> ours.add(Addresses.subnet(a.address(), a.length())));
    return space.rtnl().routes().stream()
        .filter(
            r ->
                r.type() == RouteInfo.UNICAST
                    && r.length() > 0
                    && !(r.protocol() == AddressSteps.PROTOCOL && links.test(r.link()))
                    && !r.to().isLinkLocalAddress()
                    && !r.to().isLoopbackAddress()
                    && !r.to().isMulticastAddress())
        .filter(
            r ->
                r.protocol() != RouteInfo.BY_KERNEL
                    || !ours.contains(Addresses.subnet(r.to(), r.length())))
        .map(r -> Addresses.subnet(r.to(), r.length()))
        .distinct()
        .sorted()
        .toList();
  }

  /// Which links carry our mark. Another daemon may work in the machine's own namespace; in all
  /// others there are only ours, and looking at a thousand links takes longer than all else.
  private IntPredicate marked(Space space) {
    if (space != spaces.machine()) {
      return _ -> true;
    }
    return space.rtnl().links().stream()
            .filter(l -> LinkMark.parse(daemon, l.alias()).isPresent())
            .map(LinkInfo::index)
            .collect(Collectors.toSet())
        ::contains;
  }

  @Override
  public List<String> bridges(NamespaceName namespace) {
    return spaces.get(namespace).rtnl().links().stream()
        .filter(l -> l.kind().equals("bridge"))
        .map(LinkInfo::name)
        .sorted()
        .toList();
  }

  @Override
  public List<String> uplinks(NamespaceName namespace) {
    return spaces.get(namespace).rtnl().links().stream()
        .filter(
            l ->
                l.mac() != 0
                    && l.master() == 0
                    && !l.kind().equals("bridge")
                    && LinkMark.parse(daemon, l.alias()).isEmpty())
        .map(LinkInfo::name)
        .sorted()
        .toList();
  }

  /// Lets go of everything; what was made stays.
  @Override
  public synchronized void close() {
    watcher.ifPresent(Watcher::close);
    neighbourhood.close();
    removals.close();
    spaces.close();
    gate.close();
  }
}
