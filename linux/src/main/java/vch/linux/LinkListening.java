package vch.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import vch.engine.machine.Neighbourhood.Heard;
import vch.engine.machine.Neighbourhood.Listening;
import vch.kernel.rtnl.Change;

/// Hears what neighbours say on a link of the machine's namespace, whichever link has the name now.
/// A socket is deaf for ever once its link has vanished, so each link gets sockets of its own. Safe
/// for all threads; the monitor guards what is open.
final class LinkListening implements Listening {
  private final String link;
  private final Function<String, OptionalInt> index;
  private final Opening opening;
  private final Consumer<Heard> heard;
  private final Consumer<LinkListening> ended;
  private final List<SocketReader.Ear> ears = new ArrayList<>();
  private OptionalInt current = OptionalInt.empty();
  private boolean closed;

  /// Opens an ear on a link, by its index.
  @FunctionalInterface
  interface Opening {
    SocketReader.Ear open(int index, Dialect dialect, Consumer<byte[]> heard);
  }

  /// @param index which link has a name now
  /// @param ended called once when this is closed
  LinkListening(
      String link,
      Function<String, OptionalInt> index,
      Opening opening,
      Consumer<Heard> heard,
      Consumer<LinkListening> ended) {
    this.link = link;
    this.index = index;
    this.opening = opening;
    this.heard = heard;
    this.ended = ended;
  }

  /// True when what happened to a link means that [#look] is due.
  synchronized boolean concerns(Change.OfLink change) {
    boolean ours = current.equals(OptionalInt.of(change.link().index()));
    return ours
        ? change.removed() || !change.link().name().equals(link)
        : change.link().name().equals(link) && !change.removed();
  }

  /// The link has gone, and so has what was opened on it.
  synchronized void gone() {
    ears.forEach(SocketReader.Ear::close);
    ears.clear();
    current = OptionalInt.empty();
  }

  /// Hears the link that has the name now, if there is one.
  synchronized void look() {
    if (closed) {
      return;
    }
    var now = index.apply(link);
    if (now.equals(current)) {
      return;
    }
    gone();
    if (now.isPresent()) {
      for (var dialect : Dialect.values()) {
        ears.add(opening.open(now.getAsInt(), dialect, frame -> hear(dialect, frame)));
      }
      current = now;
    }
  }

  private void hear(Dialect dialect, byte[] frame) {
    Optional<? extends Claim> claim = dialect.parse(frame);
    claim.ifPresent(
        c -> c.held().ifPresent(address -> heard.accept(new Heard(c.sender(), address))));
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      gone();
    }
    ended.accept(this);
  }
}
