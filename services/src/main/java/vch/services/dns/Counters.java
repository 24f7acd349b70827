package vch.services.dns;

import java.util.concurrent.atomic.LongAdder;

/// Counters of the name service, added to by any thread.
final class Counters {
  final LongAdder queries = new LongAdder();
  final LongAdder local = new LongAdder();
  final LongAdder cached = new LongAdder();
  final LongAdder forwarded = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder malformed = new LongAdder();

  DnsCounts read() {
    return new DnsCounts(
        queries.sum(),
        local.sum(),
        cached.sum(),
        forwarded.sum(),
        refused.sum(),
        failed.sum(),
        malformed.sum());
  }
}
