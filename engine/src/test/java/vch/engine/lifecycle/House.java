package vch.engine.lifecycle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import vch.engine.RunningEngine;
import vch.engine.event.Event;
import vch.engine.fake.CutJournal;
import vch.engine.fake.CutMachine;
import vch.engine.fake.Cuts;
import vch.engine.fake.FakeDhcp;
import vch.engine.fake.FakeMachine;
import vch.engine.fake.FakeProcesses;
import vch.engine.fake.FakeVolumes;
import vch.engine.fake.ManualScheduler;
import vch.engine.fake.Samples;
import vch.engine.ledger.MemoryJournal;
import vch.portlayer.address.Family;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.ContainerSpec;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.HealthCheck;
import vch.portlayer.container.Mount;
import vch.portlayer.container.NameLink;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Phase;
import vch.portlayer.container.Resolver;
import vch.portlayer.container.RestartPolicy;
import vch.portlayer.port.Port;
import vch.portlayer.port.PortSet;
import vch.portlayer.port.PublishRequest;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.rule.ContainerNetworkOptions;
import vch.portlayer.rule.CreateContainer;
import vch.portlayer.rule.CreateScope;
import vch.portlayer.rule.CreateVch;
import vch.portlayer.rule.DefaultBridge;
import vch.portlayer.rule.EndpointRequest;
import vch.portlayer.rule.ScopeRules;
import vch.portlayer.rule.VchRules;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.vch.BridgeSettings;
import vch.portlayer.vch.TlsMode;
import vch.testkit.Parts;

/// A daemon over a machine and processes in memory, with one VCH; the daemon can be killed and
/// begun anew.
final class House implements AutoCloseable {
  final Cuts cuts = new Cuts();
  final FakeMachine machine = new FakeMachine();
  final CutJournal journal = new CutJournal(new MemoryJournal(), cuts);
  final List<Event> events = Collections.synchronizedList(new ArrayList<>());
  ManualScheduler time = new ManualScheduler(Samples.NOON);
  final FakeProcesses processes = new FakeProcesses(() -> time.instant(), cuts);
  final FakeDhcp dhcp = new FakeDhcp();

  /// Containers whose name service was told to look.
  final List<ContainerId> followed = Collections.synchronizedList(new ArrayList<>());

  final FakeVolumes volumes = new FakeVolumes(cuts);
  RunningEngine engine;
  ContainerLives lives;

  House() {
    this(BridgeSettings.DEFAULT);
  }

  House(BridgeSettings bridge) {
    engine = engine();
    lives = lives();
    lives.recover().run();
    engine.decide(
        image ->
            VchRules.create(
                image,
                new CreateVch(
                    Samples.BLUE,
                    "blue",
                    List.of(),
                    bridge,
                    DefaultBridge.ANY,
                    List.of(),
                    TlsMode.VERIFY,
                    List.of(),
                    false,
                    ContainerNetworkOptions.NONE,
                    List.of(Samples.VM_NETWORK, new PortGroupId("0000000000bb")),
                    List.of("pl00000000aa", "pl00000000bb"),
                    List.of(Samples.scopeId(1), Samples.scopeId(2)),
                    1,
                    List.of(),
                    Samples.NOON)));
    time.settle();
  }

  private RunningEngine engine() {
    try {
      var next = RunningEngine.start(journal, new CutMachine(machine, cuts), time);
      next.events().subscribe(events::add);
      return next;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ContainerLives lives() {
    return new ContainerLives(
        engine, processes, volumes, time, new Random(7), time, dhcp, followed::add);
  }

  /// The daemon ends, or has been killed; a new one begins on what it left.
  void restart() {
    kill();
    begin();
  }

  void kill() {
    cuts.after(0);
    time.settleQuietly();
    lives.close();
    engine.close();
    processes.restart();
    machine.restart();
  }

  void begin() {
    time = new ManualScheduler(time.instant());
    cuts.revive();
    engine = engine();
    lives = lives();
    lives.recover().run();
    time.settle();
  }

  // Shorthand of the tests.

  /// Makes container number `n`, called `c<n>`, on the default bridge.
  ContainerId create(int n) {
    return create(n, UnaryOperator.identity());
  }

  ContainerId create(int n, UnaryOperator<Wish> more) {
    var wish = more.apply(new Wish());
    var id = Samples.containerId(n);
    var networks = new ArrayList<EndpointRequest>();
    for (var network : wish.networks) {
      networks.add(request(n * 10 + networks.size(), network));
    }
    lives.create(
        new CreateContainer(
            id,
            Samples.BLUE,
            Optional.of("c" + n),
            List.of(),
            wish.hostname,
            wish.domainname,
            wish.mode,
            networks,
            wish.publish,
            wish.exposed,
            false,
            wish.links,
            wish.resolver,
            wish.labels,
            wish.spec,
            "{}",
            time.instant()));
    return id;
  }

  ContainerId run(int n) {
    return run(n, UnaryOperator.identity());
  }

  ContainerId run(int n, UnaryOperator<Wish> more) {
    var id = create(n, more);
    lives.start(id);
    return id;
  }

  static EndpointRequest request(int n, String network, String... addresses) {
    var id = new EndpointId(String.format(java.util.Locale.ROOT, "%08x", n) + "e".repeat(56));
    return new EndpointRequest(
        id,
        network,
        List.of(addresses),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        0,
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        1000 + n);
  }

  ScopeId scope(int n, String name) {
    return engine
        .decide(
            image ->
                ScopeRules.create(
                    image,
                    new CreateScope(
                        Samples.scopeId(n),
                        Samples.BLUE,
                        name,
                        new ScopeKind.Bridge(false, true, true),
                        List.of(),
                        Optional.empty(),
                        image.vch(Samples.BLUE).filter(v -> v.bridge().shared()).isPresent()
                            ? EnumSet.of(Family.IPV4)
                            : EnumSet.allOf(Family.class),
                        false,
                        Map.of(),
                        Map.of(),
                        Optional.empty(),
                        List.of(),
                        time.instant())))
        .id();
  }

  Container of(ContainerId id) {
    return engine.image().container(id).orElseThrow();
  }

  Phase phase(ContainerId id) {
    return of(id).state().phase();
  }

  /// Events since the last call, as `type action name`, with the network for network events.
  List<String> happened() {
    synchronized (events) {
      var out =
          events.stream()
              .map(
                  e ->
                      e.type()
                          + " "
                          + e.action()
                          + " "
                          + e.attributes().getOrDefault("name", e.actor()))
              .toList();
      events.clear();
      return out;
    }
  }

  Event event(String action) {
    synchronized (events) {
      return events.stream().filter(e -> e.action().equals(action)).findFirst().orElseThrow();
    }
  }

  @Override
  public void close() {
    time.settle();
    lives.close();
    engine.close();
  }

  /// What a container is to be.
  static final class Wish {
    private String hostname = "";
    private String domainname = "";
    private NetworkMode mode = new NetworkMode.Scoped("bridge");
    private List<String> networks = List.of("bridge");
    private List<NameLink> links = List.of();
    private List<PublishRequest> publish = List.of();
    private PortSet exposed = PortSet.EMPTY;
    private Resolver resolver = Resolver.NONE;
    private Map<String, String> labels = Map.of();
    private ContainerSpec spec = Samples.spec();

    Wish hostname(String host, String domain) {
      hostname = host;
      domainname = domain;
      return this;
    }

    Wish none() {
      mode = new NetworkMode.None();
      networks = List.of();
      return this;
    }

    Wish sharing(String container) {
      mode = new NetworkMode.Shared(container);
      networks = List.of();
      return this;
    }

    Wish on(String... names) {
      mode = new NetworkMode.Scoped(names[0]);
      networks = List.of(names);
      return this;
    }

    Wish environment(String... variables) {
      spec = spec.withEnvironment(List.of(variables));
      return this;
    }

    Wish exposing(Port... ports) {
      exposed = PortSet.of(ports);
      return this;
    }

    Wish link(String target, String alias) {
      links = List.of(new NameLink(target, alias));
      return this;
    }

    Wish publishing(PublishRequest... requests) {
      publish = List.of(requests);
      return this;
    }

    Wish resolver(Resolver next) {
      resolver = next;
      return this;
    }

    Wish labels(Map<String, String> next) {
      labels = next;
      return this;
    }

    Wish restart(RestartPolicy.When when, int most) {
      return life(new RestartPolicy(when, most), false);
    }

    Wish autoRemove() {
      return life(RestartPolicy.NEVER, true);
    }

    Wish volume(String name, String target) {
      var mounts = new ArrayList<>(spec.mounts());
      mounts.add(new Mount(Mount.Kind.VOLUME, name, target, false, List.of(), ""));
      spec = spec.withMounts(mounts);
      return this;
    }

    Wish stopSignal(String signal) {
      spec = Parts.of(spec).set("stopSignal", signal).made();
      return this;
    }

    Wish sysctl(String name, String value) {
      spec = Parts.of(spec).set("sysctls", Map.of(name, value)).made();
      return this;
    }

    Wish health(HealthCheck check) {
      spec = Parts.of(spec).set("health", Optional.of(check)).made();
      return this;
    }

    private Wish life(RestartPolicy policy, boolean autoRemove) {
      spec = Parts.of(spec).set("restart", policy).set("autoRemove", autoRemove).made();
      return this;
    }
  }
}
