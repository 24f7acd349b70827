package vch.engine;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import vch.engine.desired.Owner;
import vch.engine.desired.Touched;
import vch.engine.event.Events;
import vch.engine.ledger.Journal;
import vch.engine.ledger.Ledger;
import vch.engine.machine.Machine;
import vch.engine.plan.PlanText;
import vch.engine.reconcile.Reconciler;
import vch.engine.reconcile.Status;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;

/// The engine at work: a ledger that decides, a reconciler that makes the machine follow.
public final class RunningEngine implements Engine {
  private final Ledger ledger;
  private final Reconciler reconciler;
  private final Machine machine;
  private final Events events = new Events();

  private RunningEngine(Ledger ledger, Reconciler reconciler, Machine machine) {
    this.ledger = ledger;
    this.reconciler = reconciler;
    this.machine = machine;
  }

  /// Load, observe, plan, apply. What cannot be applied is tried again later and is no reason not
  /// to start.
  ///
  /// @param clock paces repair and retry
  /// @throws IOException the journal cannot be read
  public static RunningEngine start(Journal journal, Machine machine, InstantSource clock)
      throws IOException {
    var ledger = Ledger.open(journal);
    var reconciler = new Reconciler(machine, ledger.image(), clock);
    reconciler.start();
    return new RunningEngine(ledger, reconciler, machine);
  }

  @Override
  public Image image() {
    return ledger.image();
  }

  @Override
  public <R> Begun<R> begin(Function<Image, Decision<R>> rule) {
    var settling = new Settling();
    return new Durable<>(await(ledger.submit(rule, settling)), settling.done);
  }

  private record Durable<R>(R reply, CompletableFuture<Optional<String>> done) implements Begun<R> {
    @Override
    public void settled() {
      await(done)
          .ifPresent(
              error -> {
                throw new Refusal.Failed(error);
              });
    }
  }

  /// Hands the owners that a change set touches to the reconciler, on the ledger's thread and so in
  /// order.
  private final class Settling implements Ledger.Listener {
    /// Written on the ledger's thread before the reply completes, which is what the reader waits
    /// for.
    private CompletableFuture<Optional<String>> done =
        CompletableFuture.completedFuture(Optional.empty());

    @Override
    public void changed(Image before, Image after, List<Change> changes) {
      Set<Owner> owners = Touched.owners(before, after, changes);
      if (!owners.isEmpty()) {
        done = reconciler.settle(owners, after);
      }
    }
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal.Unavailable(
          "The daemon is stopping; the command may or may not have been carried out.");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new CompletionException(e);
      }
    }
  }

  @Override
  public void listen(Listener listener) {
    ledger.listen(listener::changed);
  }

  @Override
  public Events events() {
    return events;
  }

  @Override
  public Machine machine() {
    return machine;
  }

  @Override
  public String plan() {
    return PlanText.of(await(reconciler.plan()));
  }

  /// Looks at the clock again, for who moves it.
  public void wake() {
    reconciler.wake();
  }

  /// What is not as wanted on the machine, by whose wish.
  public Map<String, Status> failing() {
    var out = new java.util.TreeMap<String, Status>();
    reconciler.failing().forEach((owner, status) -> out.put(owner.toString(), status));
    return out;
  }

  /// Stops deciding, then reconciling. The machine stays as it is, and open.
  @Override
  public void close() {
    ledger.close();
    reconciler.close();
  }
}
