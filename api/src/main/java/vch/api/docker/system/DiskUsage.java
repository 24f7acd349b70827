package vch.api.docker.system;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;
import vch.api.docker.container.ContainerList;
import vch.api.docker.image.ImageFilter;
import vch.api.docker.image.ImageJson;
import vch.api.docker.image.LayerUse;
import vch.api.docker.volume.VolumeJson;
import vch.portlayer.refusal.Refusal;

/// GET /system/df
final class DiskUsage {
  private static final Set<String> TYPES = Set.of("container", "image", "volume", "build-cache");

  private final DockerHost host;

  DiskUsage(DockerHost host) {
    this.host = host;
  }

  void run(Call call) throws IOException {
    List<String> asked = call.since(42) ? call.query().all("type") : List.of();
    for (var type : asked) {
      if (!TYPES.contains(type)) {
        throw new Refusal.Invalid("unknown object type: " + type);
      }
    }
    var wanted = asked.isEmpty() ? TYPES : new HashSet<>(asked);
    var out = Json.object();
    if (wanted.contains("image")) {
      var images = host.images().list(host.vch());
      var layers = new LayerUse(host, images);
      out.put("LayersSize", Math.max(0, layers.totalBytes()));
      var list = out.putArray("Images");
      ImageFilter.withoutSteps(images)
          .forEach(
              i ->
                  list.add(
                      ImageJson.summary(
                          host, i, i.tags(), call.version(), true, Optional.of(layers))));
    }
    if (wanted.contains("container")) {
      var all = host.image().containers(host.vch()).toList();
      out.set("Containers", new ContainerList(host).rows(all, true, call.version()));
    }
    if (wanted.contains("volume")) {
      var list = out.putArray("Volumes");
      host.image()
          .volumes(host.vch())
          .filter(v -> v.options().isEmpty()) // what they hold lies elsewhere
          .forEach(v -> list.add(VolumeJson.withUsage(host, v)));
    }
    if (wanted.contains("build-cache")) {
      out.put("BuilderSize", 0);
      out.putArray("BuildCache");
    }
    call.reply(200, out);
  }
}
