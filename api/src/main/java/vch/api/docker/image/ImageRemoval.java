package vch.api.docker.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Filters;
import vch.api.docker.Json;
import vch.api.docker.Pruning;
import vch.api.docker.Timestamps;
import vch.engine.compute.Images.ImageInfo;
import vch.engine.compute.Images.Removed;
import vch.portlayer.refusal.Refusal;

/// DELETE /images/{name} and POST /images/prune
final class ImageRemoval {
  private final DockerHost host;
  private final Pruning pruning = new Pruning();

  ImageRemoval(DockerHost host) {
    this.host = host;
  }

  void remove(Call call) throws IOException {
    var name = call.variable("name");
    if (call.since(50)) {
      for (var platform : call.query().all("platforms")) {
        PlatformParameter.check(
            PlatformParameter.parse(platform), host.images().find(host.vch(), name), name);
      }
    }
    call.reply(200, json(host.images().remove(host.vch(), name, call.query().flag("force"))));
  }

  private static ArrayNode json(List<Removed> removed) {
    var out = Json.array();
    removed.forEach(r -> out.addObject().put(r.word(), r.name()));
    return out;
  }

  void prune(Call call) throws IOException {
    var filters =
        Filters.parse(call.query().text("filters"), Set.of("dangling", "label", "label!", "until"));
    boolean all = !filters.flag("dangling").orElse(true);
    call.reply(
        200,
        pruning.alone(
            () -> {
              var before = host.images().list(host.vch());
              var removed =
                  filters.has("label") || filters.has("label!") || filters.has("until")
                      ? some(before, filters, all)
                      : host.images().prune(host.vch(), all);
              long freed =
                  Math.max(0, new LayerUse(host, before).totalBytes())
                      - Math.max(
                          0, new LayerUse(host, host.images().list(host.vch())).totalBytes());
              host.publish(
                  "image", "prune", "", Map.of("reclaimed", Long.toString(Math.max(0, freed))));
              var out = Json.object();
              if (removed.isEmpty()) {
                out.putNull("ImagesDeleted");
              } else {
                out.set("ImagesDeleted", json(removed));
              }
              return out.put("SpaceReclaimed", Math.max(0, freed));
            }));
  }

  private List<Removed> some(List<ImageInfo> images, Filters filters, boolean all) {
    var now = host.clock().instant();
    var until = filters.get("until").stream().findFirst().map(u -> Timestamps.any("until", u, now));
    var out = new ArrayList<Removed>();
    for (var image : ImageFilter.withoutSteps(images)) {
      boolean used = host.image().containers(host.vch()).anyMatch(c -> c.spec().uses(image.id()));
      if (used
          || (!all && !image.tags().isEmpty())
          || !filters.labels("label", image.config().labels())
          || !filters.withoutLabels("label!", image.config().labels())
          || until.flatMap(u -> image.created().map(at -> !at.isBefore(u))).orElse(false)) {
        continue;
      }
      for (var name : image.tags().isEmpty() ? List.of(image.id()) : image.tags()) {
        try {
          out.addAll(host.images().remove(host.vch(), name, false));
        } catch (Refusal.Conflict | Refusal.NotFound _) {
          break; // used or removed since
        }
      }
    }
    return out;
  }
}
