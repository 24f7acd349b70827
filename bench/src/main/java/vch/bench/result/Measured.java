package vch.bench.result;

import java.util.List;

/// Samples of one thing from one engine or other program.
///
/// @param row the row file that measured it, as in `--only`
/// @param what what was measured, the first column of the table
/// @param unit of each sample; what ends in `/s` or is `Gbit/s` is better when greater
/// @param who the engine or program
/// @param samples in the order in which they were taken; empty when it was skipped
/// @param note why it was skipped, or what a reader must know
public record Measured(
    String row, String what, String unit, String who, List<Double> samples, String note) {
  public static final String PORTLAYER = "Portlayer";
  public static final String DOCKERD = "dockerd";
  public static final String PODMAN = "podman";

  /// The columns of the table.
  public static final List<String> ENGINES = List.of(PORTLAYER, DOCKERD, PODMAN);

  public Measured {
    samples = List.copyOf(samples);
  }

  /// The value in the middle; with an even number of samples the lower of the two.
  public double median() {
    return quantile(0.5);
  }

  /// The least sample that a share of the samples does not exceed.
  public double quantile(double share) {
    var sorted = samples.stream().sorted().toList();
    int at = (int) Math.ceil(share * sorted.size()) - 1;
    return sorted.get(Math.clamp(at, 0, sorted.size() - 1));
  }

  public double least() {
    return quantile(0);
  }

  public double greatest() {
    return quantile(1);
  }
}
