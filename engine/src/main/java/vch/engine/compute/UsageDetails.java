package vch.engine.compute;

import java.util.List;
import java.util.Map;

/// What the kernel counts for a container beyond the totals, under the kernel's names.
///
/// @param cpuNanos by processor; empty where the machine does not tell
/// @param periods of CPU bounds, since the start; `throttled` of them, for so long
/// @param memoryPeakBytes most memory at one time; 0 where the machine does not tell
/// @param memoryFailures times that the bound was met
/// @param memory `memory.stat`
/// @param pidsMax 0: no bound
public record UsageDetails(
    List<Long> cpuNanos,
    long periods,
    long throttled,
    long throttledNanos,
    long memoryPeakBytes,
    long memoryFailures,
    Map<String, Long> memory,
    long pidsMax,
    List<BlockCount> blockBytes,
    List<BlockCount> blockOperations) {
  public static final UsageDetails NONE =
      new UsageDetails(List.of(), 0, 0, 0, 0, 0, Map.of(), 0, List.of(), List.of());

  public UsageDetails {
    cpuNanos = List.copyOf(cpuNanos);
    memory = Map.copyOf(memory);
    blockBytes = List.copyOf(blockBytes);
    blockOperations = List.copyOf(blockOperations);
  }

  /// Of one block device.
  ///
  /// @param operation `Read`, `Write`… of cgroup v1, `read` and `write` of v2
  public record BlockCount(int major, int minor, String operation, long value) {}
}
