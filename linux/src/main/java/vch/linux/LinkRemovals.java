package vch.linux;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import vch.kernel.libc.Errno;
import vch.kernel.netlink.Message;
import vch.kernel.rtnl.LinkMessages;
import vch.kernel.rtnl.Rtnl;

/// Removes links without waiting for the kernel's grace period. The kernel takes a link out of
/// sight in a fraction of a millisecond, but keeps the thread that asked for 16 to 20 ms more. So
/// another thread asks, and who waits is let go as soon as the links are out of sight. Links of one
/// namespace go together, in the time of one. Safe for all threads.
final class LinkRemovals implements AutoCloseable {
  /// Removals that are under way at once; when there are more, they wait for their turn.
  private static final int THREADS_MAX = 4;

  private static final Duration LOOK_EVERY = Duration.ofNanos(50_000);

  /// Groups of links are numbers; nobody else uses those from here on.
  private static final int GROUP_FIRST = 0x706c_0000;

  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS_MAX, task -> Thread.ofPlatform().daemon().name("link-removal").unstarted(task));
  private final AtomicInteger groups = new AtomicInteger();

  /// Returns when none of the links can be seen any more.
  void remove(Space space, List<Integer> indexes) {
    if (indexes.isEmpty()) {
      return;
    }
    var own = space.inside(Rtnl::open); // the shared one would be kept all the time
    var removal = CompletableFuture.runAsync(() -> removeAndWait(own, indexes), threads);
    int at = 0;
    while (!removal.isDone() && at < indexes.size()) {
      if (space.rtnl().link(indexes.get(at)).isEmpty()) {
        at++;
      } else {
        LockSupport.parkNanos(LOOK_EVERY.toNanos());
      }
    }
    if (removal.isDone()) {
      try {
        removal.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof RuntimeException cause ? cause : e;
      }
    }
  }

  private void removeAndWait(Rtnl rtnl, List<Integer> indexes) {
    try (rtnl) {
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
  }

  /// Waits for removals that are under way.
  @Override
  public void close() {
    threads.close();
  }
}
