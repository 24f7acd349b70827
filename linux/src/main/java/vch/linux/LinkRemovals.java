package vch.linux;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import vch.engine.machine.NamespaceName;
import vch.kernel.libc.Errno;
import vch.kernel.netlink.Message;
import vch.kernel.rtnl.LinkMessages;
import vch.kernel.rtnl.Rtnl;

/// Removes links without waiting for the kernel's grace period. The kernel keeps the thread that
/// asked for 16 to 20 ms, most of it holding the lock that every other change of links needs. So
/// another thread asks, what is to go from one namespace meanwhile goes together, in the time of
/// one, and only who makes links or looks at them waits ([#settle]). Safe for all threads.
final class LinkRemovals implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LinkRemovals.class.getName());

  /// Removals that are under way at once; when there are more, they wait for their turn.
  private static final int THREADS_MAX = 4;

  private static final Duration LOOK_EVERY = Duration.ofNanos(50_000);

  /// Groups of links are numbers; nobody else uses those from here on.
  private static final int GROUP_FIRST = 0x706c_0000;

  private final String daemon;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS_MAX, task -> Thread.ofPlatform().daemon().name("link-removal").unstarted(task));
  private final AtomicInteger groups = new AtomicInteger();

  /// By the namespace of the links and by those of the far ends, in the order of asking. Guarded by
  /// this.
  private final Map<Space, List<Removal>> pending = new HashMap<>();

  private volatile Consumer<NamespaceName> failed = _ -> {};

  /// @param daemon the word that marks links of ours
  LinkRemovals(String daemon) {
    this.daemon = daemon;
  }

  /// Links of one namespace that go together.
  private static final class Removal {
    private final Space space;
    private final List<String> names = new ArrayList<>(); // unchanged once it has begun
    private final CompletableFuture<Optional<RuntimeException>> done = new CompletableFuture<>();
    private boolean begun; // guarded by the object around

    Removal(Space space) {
      this.space = space;
    }
  }

  /// Called with the namespace of links that could not be removed, on a thread of ours.
  void onFailed(Consumer<NamespaceName> listener) {
    failed = listener;
  }

  /// A link by its name, and where its far end is.
  record Going(String name, Optional<Space> peer) {}

  /// Has links removed soon; nobody finds them from now on who calls [#settle] first.
  void remove(Space space, List<Going> links) {
    if (links.isEmpty()) {
      return;
    }
    synchronized (this) {
      var all = pending.computeIfAbsent(space, _ -> new ArrayList<>());
      var waiting = all.stream().filter(r -> r.space == space && !r.begun).findFirst();
      var removal = waiting.orElseGet(() -> new Removal(space));
      if (waiting.isEmpty()) {
        all.add(removal);
      }
      for (var link : links) {
        removal.names.add(link.name);
        link.peer
            .map(p -> pending.computeIfAbsent(p, _ -> new ArrayList<>()))
            .filter(of -> !of.contains(removal))
            .ifPresent(of -> of.add(removal));
      }
      if (waiting.isEmpty()) {
        threads.execute(() -> run(removal));
      }
    }
  }

  /// Returns when no link of the namespace that was to go, at either end, can be seen any more.
  ///
  /// @throws RuntimeException they cannot be removed
  void settle(Space space) {
    List<Removal> all;
    synchronized (this) {
      all = List.copyOf(pending.getOrDefault(space, List.of()));
    }
    for (var removal : all) {
      int at = 0;
      while (!removal.done.isDone() && at < size(removal)) {
        if (removal.space.rtnl().link(name(removal, at)).isEmpty()) {
          at++;
        } else {
          LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
      }
      if (removal.done.isDone() && removal.done.join().isPresent()) {
        throw removal.done.join().get();
      }
    }
  }

  private synchronized int size(Removal removal) {
    return removal.names.size();
  }

  private synchronized String name(Removal removal, int at) {
    return removal.names.get(at);
  }

  private void run(Removal removal) {
    var space = removal.space;
    List<String> names;
    synchronized (this) {
      removal.begun = true;
      names = List.copyOf(removal.names);
    }
    Optional<RuntimeException> fault = Optional.empty();
    try (var rtnl = space.inside(Rtnl::open)) { // the shared one would be kept all the time
      removeAndWait(rtnl, indexes(rtnl, names));
    } catch (RuntimeException e) {
      if (!space.isClosed()) { // else they went with their namespace
        fault = Optional.of(e);
        LOG.log(
            System.Logger.Level.WARNING,
            "netlink.remove.failed namespace=" + space.name() + "; it is tried again",
            e);
      }
    }
    synchronized (this) {
      pending.values().forEach(all -> all.remove(removal));
      pending.values().removeIf(List::isEmpty);
    }
    removal.done.complete(fault);
    if (fault.isPresent()) {
      failed.accept(space.name());
    }
  }

  private List<Integer> indexes(Rtnl rtnl, List<String> names) {
    var out = new ArrayList<Integer>();
    for (var name : names) {
      var link = rtnl.link(name);
      if (link.isPresent() && LinkMark.parse(daemon, link.get().alias()).isEmpty()) {
        throw new IllegalStateException("link " + name + " is not ours");
      }
      link.ifPresent(l -> out.add(l.index()));
    }
    return out;
  }

  private void removeAndWait(Rtnl rtnl, List<Integer> indexes) {
    if (indexes.isEmpty()) {
      return;
    }
    if (indexes.size() == 1) {
      var ack = rtnl.request(LinkMessages.remove(indexes.getFirst()));
      if (!ack.is(Errno.ENODEV)) {
        ack.check("delete", "link " + indexes.getFirst());
      }
      return;
    }
    int group = GROUP_FIRST | (groups.incrementAndGet() & 0xffff);
    var messages = new ArrayList<Message>();
    indexes.forEach(index -> messages.add(LinkMessages.group(index, group)));
    messages.add(LinkMessages.removeGroup(group));
    for (var ack : rtnl.batch(messages)) {
      if (!ack.is(Errno.ENODEV)) {
        ack.check("delete", "links of group " + group);
      }
    }
  }

  /// Waits for removals that are under way.
  @Override
  public void close() {
    threads.close();
  }
}
