package vch.engine.ledger;

import java.io.IOException;
import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;

/// Owns the image. Commands are decided one after the other on the thread `ledger`; their changes
/// are made durable first, then visible. Commands that wait are made durable together. Readers take
/// the latest image and never wait.
public final class Ledger implements AutoCloseable {
  /// Commands made durable in one go; bounds how much is refused when the disk is full.
  static final int COMMANDS_TOGETHER_MAX = 256;

  /// Commands that may wait to be decided; more are refused.
  static final int COMMANDS_WAITING_MAX = 4096;

  private static final Logger LOG = System.getLogger(Ledger.class.getName());

  private final Journal journal;
  private final LinkedBlockingQueue<Work> queue = new LinkedBlockingQueue<>();
  private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile Image image;
  private volatile boolean closed;

  private Ledger(Journal journal, Image image) {
    this.journal = journal;
    this.image = image;
    this.thread = Thread.ofPlatform().name("ledger").unstarted(this::run);
  }

  /// Loads the journal and begins.
  public static Ledger open(Journal journal) throws IOException {
    var ledger = new Ledger(journal, journal.load());
    ledger.thread.start();
    return ledger;
  }

  /// Told of every change set, on the ledger's thread, in order.
  @FunctionalInterface
  public interface Listener {
    void changed(Image before, Image after, List<Change> changes);
  }

  public Image image() {
    return image;
  }

  /// Listeners are called in the order in which they were added.
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /// Decides, makes durable, publishes. The future completes after all listeners have been told; it
  /// fails with what the rule threw, or with a refusal when the changes could not be written.
  ///
  /// @param committed called with the image before and after, on the ledger's thread, when there
  ///   were changes
  public <R> CompletableFuture<R> submit(Function<Image, Decision<R>> rule, Listener committed) {
    var command = new Command<R>(rule, committed, new CompletableFuture<>());
    if (queue.size() >= COMMANDS_WAITING_MAX) {
      command.reply.completeExceptionally(
          new Refusal.Unavailable(
              COMMANDS_WAITING_MAX
                  + " commands wait already; nothing was changed. Try again later."));
      return command.reply;
    }
    queue.add(command);
    if (closed && queue.remove(command)) {
      command.reply.completeExceptionally(stopping());
    }
    return command.reply;
  }

  private static Refusal stopping() {
    return new Refusal.Unavailable("The daemon is stopping; nothing was changed.");
  }

  private sealed interface Work {}

  private record Stop() implements Work {}

  private record Command<R>(
      Function<Image, Decision<R>> rule, Listener committed, CompletableFuture<R> reply)
      implements Work {}

  /// A command whose rule has decided.
  private record Decided<R>(Command<R> command, Image before, Image after, Decision<R> decision) {
    void publish(List<Listener> listeners) {
      if (!decision.changes().isEmpty()) {
        tell(command.committed);
        listeners.forEach(this::tell);
      }
      command.reply.complete(decision.reply());
    }

    private void tell(Listener listener) {
      try {
        listener.changed(before, after, decision.changes());
      } catch (RuntimeException e) {
        LOG.log(Logger.Level.ERROR, "a listener failed on revision " + after.revision(), e);
      }
    }
  }

  private void run() {
    var waiting = new ArrayList<Work>();
    while (true) {
      journal.keepRoom();
      try {
        waiting.add(queue.take());
      } catch (InterruptedException e) {
        continue; // only close() ends this thread
      }
      queue.drainTo(waiting, COMMANDS_TOGETHER_MAX - 1);
      boolean stop = together(waiting);
      waiting.clear();
      if (stop) {
        queue.forEach(
            work -> {
              if (work instanceof Command<?> command) {
                command.reply.completeExceptionally(stopping());
              }
            });
        return;
      }
    }
  }

  private boolean together(List<Work> waiting) {
    boolean stop = false;
    var next = image;
    var decided = new ArrayList<Decided<?>>();
    for (var work : waiting) {
      switch (work) {
        case Stop _ -> stop = true;
        case Command<?> command -> next = decide(command, next, decided);
      }
    }
    if (!decided.isEmpty()) {
      commit(decided);
    }
    return stop;
  }

  private <R> Image decide(Command<R> command, Image on, List<Decided<?>> decided) {
    try {
      var decision = command.rule.apply(on);
      if (decision.changes().isEmpty()) {
        if (decided.isEmpty()) {
          command.reply.complete(decision.reply());
        } else { // it may have seen changes that are not durable yet
          decided.add(new Decided<>(command, on, on, decision));
        }
        return on;
      }
      if (on.isGrownBy(decision.changes())) {
        journal.crowded().ifPresent(Ledger::refuseNew);
      }
      var after = on.after(decision.changes());
      decided.add(new Decided<>(command, on, after, decision));
      return after;
    } catch (RuntimeException | Error e) {
      // What a rule throws belongs to who asked. A refusal that rests on changes of the same batch
      // that then cannot be
      // written may be wrong; asking again gives the right one.
      command.reply.completeExceptionally(e);
      return on;
    }
  }

  private static void refuseNew(String why) {
    throw new Refusal.Failed("Nothing new can be recorded, and nothing was changed: " + why);
  }

  private void commit(List<Decided<?>> decided) {
    var sets = new ArrayList<ChangeSet>();
    for (var each : decided) {
      if (!each.decision.changes().isEmpty()) {
        sets.add(new ChangeSet(each.after.revision(), each.decision.changes()));
      }
    }
    try {
      if (!sets.isEmpty()) {
        journal.append(sets);
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(Logger.Level.ERROR, "a change was refused: " + e.getMessage());
      for (var each : decided) {
        each.command.reply.completeExceptionally(
            new Refusal.Failed(
                "The change cannot be recorded, so it was not made: " + e.getMessage()));
      }
      return;
    }
    for (var each : decided) {
      image = each.after;
      each.publish(listeners);
    }
  }

  /// Decides what waits, then closes the journal.
  @Override
  public void close() {
    closed = true;
    queue.add(new Stop());
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    journal.close();
  }
}
