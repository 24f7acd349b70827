package vch.compute.runtime;

import java.util.List;

/// Who a process is.
///
/// @param groups additional groups; the primary one comes first among them
record Identity(long uid, long gid, List<Long> groups) {
  static final Identity ROOT = new Identity(0, 0, List.of(0L));

  Identity {
    groups = List.copyOf(groups);
  }
}
