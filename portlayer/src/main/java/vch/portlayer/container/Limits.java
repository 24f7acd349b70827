package vch.portlayer.container;

/// Bounds on what a container may use. 0: no bound.
///
/// @param memoryBytes memory
/// @param memorySwapBytes memory and swap together; -1: unlimited swap
/// @param memoryReservationBytes soft bound
/// @param nanoCpus billionths of a CPU
/// @param cpuShares relative weight, cgroup v1 scale
/// @param cpuQuotaMicros CPU time a period
/// @param cpuPeriodMicros the period
/// @param cpusetCpus list of CPUs such as `0-1`, empty: all
/// @param pids processes and threads; -1: unlimited
/// @param oomScoreAdj -1000 to 1000
/// @param fine those that few ask for
public record Limits(
    long memoryBytes,
    long memorySwapBytes,
    long memoryReservationBytes,
    long nanoCpus,
    long cpuShares,
    long cpuQuotaMicros,
    long cpuPeriodMicros,
    String cpusetCpus,
    String cpusetMems,
    long pids,
    int oomScoreAdj,
    FineLimits fine) {
  public static final Limits NONE = new Limits(0, 0, 0, 0, 0, 0, 0, "", "", 0, 0);

  /// Without the finer ones.
  public Limits(
      long memoryBytes,
      long memorySwapBytes,
      long memoryReservationBytes,
      long nanoCpus,
      long cpuShares,
      long cpuQuotaMicros,
      long cpuPeriodMicros,
      String cpusetCpus,
      String cpusetMems,
      long pids,
      int oomScoreAdj) {
    this(
        memoryBytes,
        memorySwapBytes,
        memoryReservationBytes,
        nanoCpus,
        cpuShares,
        cpuQuotaMicros,
        cpuPeriodMicros,
        cpusetCpus,
        cpusetMems,
        pids,
        oomScoreAdj,
        FineLimits.NONE);
  }

  public Limits with(FineLimits next) {
    return new Limits(
        memoryBytes,
        memorySwapBytes,
        memoryReservationBytes,
        nanoCpus,
        cpuShares,
        cpuQuotaMicros,
        cpuPeriodMicros,
        cpusetCpus,
        cpusetMems,
        pids,
        oomScoreAdj,
        next);
  }

  public Limits withPids(long next) {
    return new Limits(
        memoryBytes,
        memorySwapBytes,
        memoryReservationBytes,
        nanoCpus,
        cpuShares,
        cpuQuotaMicros,
        cpuPeriodMicros,
        cpusetCpus,
        cpusetMems,
        next,
        oomScoreAdj,
        fine);
  }
}
