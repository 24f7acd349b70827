package vch.build;

import vch.engine.compute.Images.Config;
import vch.portlayer.container.ContainerId;

/// Makes the containers of a build, with the bounds and the network that the build asked for.
@FunctionalInterface
public interface Containers {
  /// Makes a container, in which no health check runs, and does not start it.
  ///
  /// @param image id; empty: of nothing
  /// @param config all of it; nothing is added from the image
  ContainerId create(String image, Config config);
}
