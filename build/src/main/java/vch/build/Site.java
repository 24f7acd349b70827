package vch.build;

import java.time.InstantSource;
import java.util.function.Supplier;
import vch.build.context.Workbench;
import vch.engine.Engine;
import vch.engine.Lifecycle;
import vch.engine.compute.Images;
import vch.engine.compute.Processes;
import vch.portlayer.vch.VchId;

/// Where a build takes place.
///
/// @param ids makes them, 64 hex digits each
public record Site(
    VchId vch,
    Engine engine,
    Lifecycle lifecycle,
    Images images,
    Processes processes,
    InstantSource clock,
    Supplier<String> ids) {
  /// For reading archives.
  public Workbench bench() {
    return Workbench.of(images);
  }
}
