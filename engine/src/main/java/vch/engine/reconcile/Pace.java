package vch.engine.reconcile;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import vch.engine.machine.NamespaceName;

/// Decides when to look at the machine: all of it after failures, with growing pauses, and every
/// few minutes in any case; a namespace soon after somebody touched it. Time comes in with every
/// call. Owned by the reconciler's thread.
public final class Pace {
  /// From a touch to the look, so that one look sees all of what is being done.
  static final Duration TOUCH_SETTLES = Duration.ofMillis(50);

  /// Looks because of touches are at least this far apart.
  static final Duration LOOKS_APART = Duration.ofMillis(500);

  /// Our own changes come back as touches. One that comes this soon after our change to the same
  /// namespace is most likely our echo, and the look may wait.
  static final Duration ECHO = Duration.ofMillis(300);

  /// How long a look waits that is most likely caused by our echo.
  static final Duration ECHO_LOOK = Duration.ofSeconds(1);

  static final Duration RETRY_FIRST = Duration.ofSeconds(1);
  static final Duration RETRY_LONGEST = Duration.ofMinutes(1);

  /// The whole machine is looked at this often even when nothing seems to happen.
  static final Duration EVERYTHING = Duration.ofMinutes(5);

  private final Map<NamespaceName, Instant> changedByUs = new HashMap<>();
  private final Set<NamespaceName> touched = new HashSet<>();
  private Instant lastLook = Instant.EPOCH;
  private Optional<Instant> lookDue = Optional.empty();
  private Instant everythingDue;
  private Duration retry = RETRY_FIRST;

  public Pace(Instant now) {
    this.everythingDue = now.plus(EVERYTHING);
  }

  /// We have just changed the namespace.
  public void changed(NamespaceName namespace, Instant now) {
    changedByUs.put(namespace, now);
  }

  /// Somebody, perhaps we, touched the namespace.
  public void touched(NamespaceName namespace, Instant now) {
    var ours = changedByUs.get(namespace);
    boolean echo = ours != null && now.isBefore(ours.plus(ECHO));
    var due = now.plus(echo ? ECHO_LOOK : TOUCH_SETTLES);
    var earliest = lastLook.plus(LOOKS_APART);
    if (due.isBefore(earliest)) {
      due = earliest;
    }
    if (lookDue.isEmpty() || due.isBefore(lookDue.get())) {
      lookDue = Optional.of(due);
    }
    touched.add(namespace);
  }

  /// The whole machine was looked at and is as wanted.
  public void settled(Instant now) {
    looked(now);
    retry = RETRY_FIRST;
    everythingDue = now.plus(EVERYTHING);
  }

  /// Something failed: look at everything after a pause that doubles each time.
  public void failed(Instant now) {
    everythingDue = now.plus(retry);
    retry =
        retry.multipliedBy(2).compareTo(RETRY_LONGEST) > 0 ? RETRY_LONGEST : retry.multipliedBy(2);
  }

  /// The namespaces to look at now; they count as looked at.
  public Set<NamespaceName> takeTouched(Instant now) {
    if (lookDue.isEmpty() || now.isBefore(lookDue.get())) {
      return Set.of();
    }
    var out = Set.copyOf(touched);
    looked(now);
    return out;
  }

  private void looked(Instant now) {
    touched.clear();
    lookDue = Optional.empty();
    lastLook = now;
    changedByUs.values().removeIf(at -> !now.isBefore(at.plus(ECHO)));
  }

  public boolean everythingDue(Instant now) {
    return !now.isBefore(everythingDue);
  }

  /// How long nothing is due.
  public Duration rest(Instant now) {
    var next = lookDue.filter(due -> due.isBefore(everythingDue)).orElse(everythingDue);
    return now.isBefore(next) ? Duration.between(now, next) : Duration.ZERO;
  }
}
