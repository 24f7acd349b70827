package vch.engine.event;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Passes events on to who listens and keeps the latest ones for who asks for the past. Thread
/// safe; listeners are called one event after the other on the publisher's thread and must not
/// block.
public final class Events {
  /// Events kept; older ones are forgotten.
  public static final int KEPT_MAX = 4096;

  private final ArrayDeque<Event> kept = new ArrayDeque<>(); // guarded by this
  private final CopyOnWriteArrayList<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();

  /// Nothing kept, nobody listening.
  public Events() {}

  public synchronized void publish(Event event) {
    if (kept.size() == KEPT_MAX) {
      kept.removeFirst();
    }
    kept.addLast(event);
    listeners.forEach(l -> l.accept(event));
  }

  /// The events kept, oldest first, and from then on every new one, without gap or repetition.
  public synchronized Subscription subscribe(Consumer<Event> listener) {
    listeners.add(listener);
    return new Subscription(List.copyOf(kept), () -> listeners.remove(listener));
  }

  /// Past events and the means to stop listening.
  public record Subscription(List<Event> past, Runnable cancel) implements AutoCloseable {
    @Override
    public void close() {
      cancel.run();
    }
  }
}
