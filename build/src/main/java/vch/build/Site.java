package vch.build;

import java.time.InstantSource;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import vch.engine.Engine;
import vch.engine.Lifecycle;
import vch.engine.compute.Images;
import vch.engine.compute.Processes;
import vch.portlayer.vch.VchId;

/// Where a build takes place.
public record Site(
    VchId vch,
    Engine engine,
    Lifecycle lifecycle,
    Images images,
    Processes processes,
    InstantSource clock,
    RandomGenerator chance) {
  /// 64 hex digits.
  public String newId() {
    var bytes = new byte[32];
    chance.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
