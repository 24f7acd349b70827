package vch.portlayer.container;

import java.util.List;

/// Bounds on what a container does with block devices.
///
/// @param weight share of time where devices are busy, 10 to 1000; 0: as everybody
/// @param weights shares for single devices
public record BlockIo(int weight, List<Weight> weights, List<Rate> rates) {
  public static final BlockIo NONE = new BlockIo(0, List.of(), List.of());

  public BlockIo {
    weights = List.copyOf(weights);
    rates = List.copyOf(rates);
  }

  public BlockIo withWeight(int next) {
    return new BlockIo(next, weights, rates);
  }

  /// @param device path of a device node of the machine
  public record Weight(String device, int weight) {}

  /// @param device path of a device node of the machine
  /// @param perSecond bytes or operations
  public record Rate(What what, String device, long perSecond) {}

  public enum What {
    READ_BYTES,
    WRITE_BYTES,
    READ_OPERATIONS,
    WRITE_OPERATIONS
  }
}
