package vch.services.dns;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import vch.portlayer.vch.VchId;

/// How much each VCH has of what a daemon has little of. Some is sure for each, whatever the others
/// have. Safe for any number of threads.
final class Shares {
  private final DnsSettings.Limits limits;
  private final ConcurrentHashMap<VchId, Integer> had = new ConcurrentHashMap<>();
  private final AtomicInteger hadByAll = new AtomicInteger();

  Shares(DnsSettings.Limits limits) {
    this.limits = limits;
  }

  /// Takes one, to be given back by [#giveBack].
  ///
  /// @return false when a limit is reached; then there is nothing to give back
  boolean take(VchId vch) {
    int all = hadByAll.incrementAndGet();
    int ofVch = had.merge(vch, 1, Integer::sum);
    if (ofVch <= limits.vchSure() || (all <= limits.all() && ofVch <= limits.vch())) {
      return true;
    }
    giveBack(vch);
    return false;
  }

  void giveBack(VchId vch) {
    hadByAll.decrementAndGet();
    had.computeIfPresent(vch, (_, n) -> n == 1 ? null : n - 1);
  }
}
