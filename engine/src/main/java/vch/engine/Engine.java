package vch.engine;

import java.util.List;
import java.util.function.Function;
import vch.engine.event.Events;
import vch.engine.machine.Machine;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;

/// Holds the image and keeps the machine as the image says. Safe for any number of threads; reading
/// the image never waits.
public interface Engine extends AutoCloseable {
  /// The latest image.
  Image image();

  /// Runs the rule on the ledger's thread against the latest image, makes its changes durable,
  /// publishes them, and returns; the machine follows meanwhile.
  ///
  /// @throws vch.portlayer.refusal.Refusal what the rule refused; nothing has changed
  <R> Begun<R> begin(Function<Image, Decision<R>> rule);

  /// As [#begin(Function)], and waits until all machine objects that the changes touch are as
  /// wanted.
  ///
  /// @throws vch.portlayer.refusal.Refusal what the rule refused; nothing has changed
  /// @throws vch.portlayer.refusal.Refusal.Failed as [Begun#settled()]
  default <R> R decide(Function<Image, Decision<R>> rule) {
    var begun = begin(rule);
    begun.settled();
    return begun.reply();
  }

  /// As [#decide(Function)], without waiting for the machine.
  default <R> R note(Function<Image, Decision<R>> rule) {
    return begin(rule).reply();
  }

  /// Calls `listener` after every change set, on the ledger's thread, with the image before and
  /// after. It must be quick, and must not decide or note: it would wait for itself.
  void listen(Listener listener);

  Events events();

  Machine machine();

  /// The plan that would bring the machine from what is observed now to what is wanted, as text;
  /// empty when nothing is to be done.
  String plan();

  /// A decision whose changes are durable.
  interface Begun<R> {
    R reply();

    /// Returns once all machine objects that the changes touch are as wanted.
    ///
    /// @throws vch.portlayer.refusal.Refusal.Failed the machine could not follow; the message names
    ///   the first step that failed. The engine goes on trying
    void settled();
  }

  /// Told of every change set.
  @FunctionalInterface
  interface Listener {
    /// @param changes that lead from the one to the other
    void changed(Image before, Image after, List<Change> changes);
  }

  @Override
  void close();
}
