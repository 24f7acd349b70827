package vch.portlayer.container;

import java.util.List;

/// Bounds that few ask for, and the control group that all bounds are kept in.
///
/// @param swappiness how readily memory is swapped out, 0 to 100; -1: as the machine does
/// @param oomKillDisabled who wants more memory than allowed waits instead of being killed
/// @param realtimeRuntimeMicros CPU time of real-time processes a period; 0: no bound
/// @param realtimePeriodMicros that period; 0: the machine's
/// @param deviceRules `c 10:200 rwm`: device nodes, by number or `*`, that may be used beside those
///   that are given
/// @param cgroupParent absolute path of the group above the container's; empty: the daemon's own
public record FineLimits(
    int swappiness,
    boolean oomKillDisabled,
    long realtimeRuntimeMicros,
    long realtimePeriodMicros,
    BlockIo blockIo,
    List<String> deviceRules,
    String cgroupParent) {
  public static final FineLimits NONE =
      new FineLimits(-1, false, 0, 0, BlockIo.NONE, List.of(), "");

  public FineLimits {
    deviceRules = List.copyOf(deviceRules);
  }

  public FineLimits withBlockIo(BlockIo next) {
    return new FineLimits(
        swappiness,
        oomKillDisabled,
        realtimeRuntimeMicros,
        realtimePeriodMicros,
        next,
        deviceRules,
        cgroupParent);
  }
}
