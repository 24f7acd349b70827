package vch.api.docker.image;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import vch.api.docker.DockerHost;
import vch.engine.compute.Images.ImageInfo;

/// Which layers images have in common, and how large they are.
public final class LayerUse {
  private final DockerHost host;
  private final Map<String, Integer> users = new HashMap<>();

  public LayerUse(DockerHost host, Collection<ImageInfo> images) {
    this.host = host;
    for (var image : images) {
      new HashSet<>(image.layers()).forEach(layer -> users.merge(layer, 1, Integer::sum));
    }
  }

  /// Bytes of the image's layers that another image has as well; -1 when that is not known.
  public long sharedBytes(ImageInfo image) {
    return sum(image.layers().stream().filter(l -> users.getOrDefault(l, 0) > 1).toList());
  }

  /// Bytes of all layers, each counted once; -1 when that is not known.
  public long totalBytes() {
    return sum(users.keySet());
  }

  private long sum(Collection<String> layers) {
    long sum = 0;
    for (var layer : layers) {
      long bytes = host.images().layerBytes(layer);
      if (bytes < 0) {
        return -1;
      }
      sum += bytes;
    }
    return sum;
  }
}
