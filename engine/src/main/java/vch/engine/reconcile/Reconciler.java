package vch.engine.reconcile;

import java.lang.System.Logger;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import vch.engine.desired.Desired;
import vch.engine.desired.Owner;
import vch.engine.machine.Machine;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Kind;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Step;
import vch.engine.plan.Plan;
import vch.engine.plan.Planner;
import vch.portlayer.state.Image;

/// Keeps the machine as the image says. Three ways to a plan, one way to apply it:
///
/// * a change set: only the owners it touches, from what was wanted of them before to what is
///   wanted now. Everything that waits goes into one plan;
/// * a touch by somebody else: the namespaces touched, from what is observed;
/// * at start, after a failure, and every few minutes: everything, from what is observed.
///
/// All state is owned by the thread `reconciler`, except where a field says otherwise.
public final class Reconciler implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Reconciler.class.getName());

  /// Namespaces of containers that a start waits for; looking at one takes about a millisecond.
  static final int LOOK_TOGETHER_MAX = 100;

  private final Machine machine;
  private final InstantSource clock;
  private final Pace pace;
  private final Thread thread;
  private final LinkedBlockingQueue<Request> inbox = new LinkedBlockingQueue<>(); // any thread
  private final Set<NamespaceName> touched = ConcurrentHashMap.newKeySet(); // any thread
  private volatile Map<Owner, Status> failing =
      Map.of(); // written by the reconciler, read by any thread

  private Image image;
  private final Map<Owner, List<MachineObject>> wanted = new LinkedHashMap<>();
  private List<String> orphanFailures = List.of();

  public Reconciler(Machine machine, Image image, InstantSource clock) {
    this.machine = machine;
    this.image = image;
    this.clock = clock;
    this.pace = new Pace(clock.instant());
    this.thread = Thread.ofPlatform().name("reconciler").unstarted(this::run);
  }

  private sealed interface Request {}

  /// `done` completes with the first failure of the owners, or empty.
  private record Settle(Set<Owner> owners, Image image, CompletableFuture<Optional<String>> done)
      implements Request {}

  private record Everything(CompletableFuture<Optional<String>> done) implements Request {}

  private record First(CompletableFuture<Optional<String>> done) implements Request {}

  private record Ask(CompletableFuture<Plan> plan) implements Request {}

  /// Look at the clock again.
  private record Wake() implements Request {}

  private record Stop() implements Request {}

  /// Brings the whole machine to what the image says, then goes on by itself. Failures are tried
  /// again later.
  ///
  /// Where very many namespaces are to be looked at, those of VCHs come first; if nothing is to be
  /// done there, this returns, and the others follow before whatever is asked for next.
  public void start() {
    machine.watch(this::touched);
    thread.start();
    var done = new CompletableFuture<Optional<String>>();
    inbox.add(new First(done));
    done.join();
  }

  /// Called in the order of the images. The future completes when the machine is as the image, or a
  /// later one, wants it of these owners, or failed to be: then with the first failure.
  public CompletableFuture<Optional<String>> settle(Set<Owner> owners, Image after) {
    var done = new CompletableFuture<Optional<String>>();
    inbox.add(new Settle(owners, after, done));
    return done;
  }

  /// Looks at the whole machine now.
  public CompletableFuture<Optional<String>> everything() {
    var done = new CompletableFuture<Optional<String>>();
    inbox.add(new Everything(done));
    return done;
  }

  /// What would be done if the whole machine were looked at now. It will be done soon, as after any
  /// touch.
  public CompletableFuture<Plan> plan() {
    var plan = new CompletableFuture<Plan>();
    inbox.add(new Ask(plan));
    return plan;
  }

  /// The clock may have moved.
  public void wake() {
    inbox.add(new Wake());
  }

  /// Owners whose part of the machine is not as wanted.
  public Map<Owner, Status> failing() {
    return failing;
  }

  private void touched(NamespaceName namespace) {
    if (touched.add(namespace)) {
      wake();
    }
  }

  private void run() {
    var requests = new ArrayList<Request>();
    while (true) {
      requests.clear();
      try {
        var rest = pace.rest(clock.instant());
        var first = inbox.poll(rest.toNanos(), TimeUnit.NANOSECONDS);
        if (first != null) {
          requests.add(first);
        }
      } catch (InterruptedException e) {
        continue; // only close() ends this thread
      }
      inbox.drainTo(requests);
      if (!serve(requests)) {
        return;
      }
    }
  }

  /// @return false when asked to stop
  private boolean serve(List<Request> requests) {
    var settles = new ArrayList<Settle>();
    var full = new ArrayList<Everything>();
    var asks = new ArrayList<Ask>();
    boolean stop = false;
    for (var request : requests) {
      switch (request) {
        case Settle settle -> settles.add(settle);
        case Everything everything -> full.add(everything);
        case First first -> full.add(new Everything(first(first.done)));
        case Ask ask -> asks.add(ask);
        case Wake _ -> {}
        case Stop _ -> stop = true;
      }
    }
    try {
      reconcile(settles, !full.isEmpty());
    } catch (RuntimeException | Error e) {
      LOG.log(Logger.Level.ERROR, "reconciling failed; it is tried again", e);
      var owners = new LinkedHashSet<Owner>();
      settles.forEach(s -> owners.addAll(s.owners));
      var failures = new LinkedHashMap<Owner, String>();
      owners.forEach(o -> failures.put(o, "The network could not be changed: " + e));
      note(failures, false);
      pace.failed(clock.instant());
    }
    settles.forEach(s -> s.done.complete(firstFailure(s.owners)));
    full.forEach(f -> f.done.complete(firstFailure(failing.keySet())));
    asks.forEach(this::answer);
    return !stop;
  }

  /// What the look at everything is to complete: what waits for the start, unless that need not
  /// wait so long.
  private CompletableFuture<Optional<String>> first(CompletableFuture<Optional<String>> start) {
    try {
      if (endpointsAreRight()) {
        start.complete(Optional.empty());
        return new CompletableFuture<>();
      }
    } catch (RuntimeException e) {
      LOG.log(Logger.Level.DEBUG, "the first look failed; everything is looked at", e);
    }
    return start;
  }

  private boolean endpointsAreRight() {
    var all = Desired.all(image);
    var endpoints = new HashSet<NamespaceName>();
    var others = new HashSet<NamespaceName>();
    all.forEach(
        (owner, objects) ->
            objects.forEach(
                o -> (owner instanceof Owner.OfContainer ? others : endpoints).add(o.namespace())));
    others.removeAll(endpoints);
    if (others.size() <= LOOK_TOGETHER_MAX) {
      return false;
    }
    var within =
        flat(all.values()).stream().filter(o -> endpoints.contains(o.namespace())).toList();
    return Planner.plan(within, machine.observe(endpoints, within)).isEmpty();
  }

  private void reconcile(List<Settle> settles, boolean everything) {
    var owners = new LinkedHashSet<Owner>();
    for (var settle : settles) {
      owners.addAll(settle.owners);
      image = settle.image; // they come in order: the last is the latest
    }
    noteTouches();
    boolean unsure = owners.stream().anyMatch(failing::containsKey);
    if (everything || unsure || pace.everythingDue(clock.instant())) {
      everythingNow();
      return;
    }
    if (!owners.isEmpty()) {
      incremental(owners);
    }
    var look = pace.takeTouched(clock.instant());
    if (!look.isEmpty()) {
      look(look);
    }
  }

  private void noteTouches() {
    for (var namespace : List.copyOf(touched)) {
      touched.remove(namespace);
      pace.touched(namespace, clock.instant());
    }
  }

  private void incremental(Set<Owner> owners) {
    var before = new ArrayList<MachineObject>();
    var after = new ArrayList<MachineObject>();
    var next = new LinkedHashMap<Owner, List<MachineObject>>();
    var round = new Round(machine);
    for (var owner : owners) {
      var objects = Desired.of(image, owner);
      next.put(owner, objects);
      after.addAll(objects);
      before.addAll(wanted.getOrDefault(owner, List.of()));
    }
    next.forEach(round::own);
    owners.forEach(owner -> round.own(owner, wanted.getOrDefault(owner, List.of())));
    var plan = Planner.plan(after, before);
    if (plan.steps().anyMatch(s -> s instanceof Step.Change && losesElements(s.object(), owners))) {
      everythingNow();
      return;
    }
    round.apply(plan);
    next.forEach(this::want);
    changed(round);
    note(round.failures(), false);
    if (!round.failures().isEmpty()) {
      pace.failed(clock.instant());
    }
  }

  /// True for a table in which others than these owners have elements: they go with its rules.
  private boolean losesElements(MachineObject object, Set<Owner> owners) {
    return object instanceof MachineObject.Ruleset rules
        && wanted.entrySet().stream()
            .filter(e -> !owners.contains(e.getKey()))
            .flatMap(e -> e.getValue().stream())
            .anyMatch(o -> o instanceof MachineObject.Element e && e.isIn(rules));
  }

  private void want(Owner owner, List<MachineObject> objects) {
    if (objects.isEmpty()) {
      wanted.remove(owner);
    } else {
      wanted.put(owner, objects);
    }
  }

  private void everythingNow() {
    var all = Desired.all(image);
    var round = new Round(machine);
    all.forEach(round::own);
    wanted.forEach(round::own);
    var objects = flat(all.values());
    var plan = Planner.plan(objects, machine.observe(objects));
    wanted.clear();
    wanted.putAll(all);
    logRepair("the machine", plan);
    round.apply(plan);
    changed(round);
    orphanFailures = List.copyOf(round.orphanFailures());
    note(round.failures(), true);
    if (round.failures().isEmpty() && orphanFailures.isEmpty()) {
      pace.settled(clock.instant());
    } else {
      orphanFailures.forEach(
          f -> LOG.log(Logger.Level.WARNING, "left over on the machine, tried again later: " + f));
      pace.failed(clock.instant());
    }
  }

  private void look(Set<NamespaceName> namespaces) {
    var within =
        flat(wanted.values()).stream().filter(o -> namespaces.contains(o.namespace())).toList();
    var plan = Planner.plan(within, machine.observe(namespaces, within));
    if (plan.isEmpty()) {
      return;
    }
    if (plan.steps().anyMatch(s -> s.object().key().kind() == Kind.NAMESPACE)) {
      everythingNow(); // what hangs between namespaces is seen only as a whole
      return;
    }
    logRepair(namespaces.toString(), plan);
    var round = new Round(machine);
    wanted.forEach(round::own);
    round.apply(plan);
    changed(round);
    note(round.failures(), false);
    if (!round.failures().isEmpty() || !round.orphanFailures().isEmpty()) {
      pace.failed(clock.instant());
    }
  }

  private static void logRepair(String what, Plan plan) {
    if (!plan.isEmpty()) {
      LOG.log(
          Logger.Level.INFO,
          () ->
              what
                  + " differs from what is wanted; "
                  + plan.steps().count()
                  + " steps put it right");
    }
  }

  private void changed(Round round) {
    var now = clock.instant();
    round.changed().forEach(namespace -> pace.changed(namespace, now));
  }

  /// @param whole true when owners that are not named are known to be as wanted
  private void note(Map<Owner, String> failures, boolean whole) {
    if (failures.isEmpty() && (failing.isEmpty() || !whole)) {
      return;
    }
    var next = whole ? new HashMap<Owner, Status>() : new HashMap<>(failing);
    failures.forEach(
        (owner, error) -> {
          var before = failing.get(owner);
          next.put(
              owner,
              new Status(
                  error,
                  before == null ? clock.instant() : before.since(),
                  before == null ? 1 : before.tries() + 1));
          LOG.log(Logger.Level.WARNING, owner + " is not as wanted: " + error);
        });
    failing = Map.copyOf(next);
  }

  private Optional<String> firstFailure(Set<Owner> owners) {
    return owners.stream()
        .flatMap(o -> Optional.ofNullable(failing.get(o)).stream())
        .map(Status::error)
        .findFirst();
  }

  private void answer(Ask ask) {
    try {
      var objects = flat(Desired.all(image).values());
      var plan = Planner.plan(objects, machine.observe(objects));
      // What was seen here may be told by nobody again.
      plan.steps().forEach(step -> pace.touched(step.object().namespace(), clock.instant()));
      ask.plan.complete(plan);
    } catch (RuntimeException | Error e) {
      ask.plan.completeExceptionally(e);
    }
  }

  private static List<MachineObject> flat(Collection<List<MachineObject>> lists) {
    return lists.stream().flatMap(List::stream).toList();
  }

  /// Does what waits, then ends.
  @Override
  public void close() {
    inbox.add(new Stop());
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
