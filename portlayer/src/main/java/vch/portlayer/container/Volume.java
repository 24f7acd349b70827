package vch.portlayer.container;

import java.time.Instant;
import java.util.Map;
import vch.portlayer.vch.VchId;

/// A named directory that outlives containers.
///
/// @param anonymous made for one container, removed with it on `rm -v`
public record Volume(
    VchId vch,
    String name,
    Instant created,
    Map<String, String> labels,
    Map<String, String> options,
    boolean anonymous) {
  public Volume {
    labels = Map.copyOf(labels);
    options = Map.copyOf(options);
  }
}
