package vch.api.docker.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Filters;
import vch.api.docker.Json;
import vch.api.docker.Operation;
import vch.api.docker.Pruning;
import vch.api.http.Route;
import vch.portlayer.container.Volume;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.VolumeRules;

/// The routes below /volumes.
public final class VolumeRoutes {
  private final DockerHost host;
  private final Pruning pruning = new Pruning();

  private VolumeRoutes(DockerHost host) {
    this.host = host;
  }

  public static List<Route<Operation>> of(DockerHost host) {
    var routes = new VolumeRoutes(host);
    return List.of(
        new Route<>("GET", "/volumes", "lists volumes", routes::list),
        new Route<>("POST", "/volumes/create", "creates a volume", routes::create),
        new Route<>("POST", "/volumes/prune", "removes volumes that nothing uses", routes::prune),
        new Route<>("GET", "/volumes/{name:.*}", "shows a volume", routes::inspect),
        new Route<>(
            "DELETE", "/volumes/{name:.*}", "removes a volume with its content", routes::remove));
  }

  private void list(Call call) throws IOException {
    var filters =
        Filters.parse(call.query().text("filters"), Set.of("dangling", "name", "driver", "label"));
    var dangling = filters.flag("dangling");
    var image = host.image();
    var list = Json.array();
    image
        .volumes(host.vch())
        .filter(v -> filters.pattern("name", v.name()))
        .filter(_ -> filters.exact("driver", "local"))
        .filter(v -> filters.labels("label", VolumeJson.labels(v)))
        .filter(
            v ->
                dangling
                    .map(d -> d == VolumeRules.users(image, host.vch(), v.name()).isEmpty())
                    .orElse(true))
        .sorted(Comparator.comparing(Volume::name))
        .forEach(v -> list.add(VolumeJson.of(host, v)));
    var out = Json.object();
    out.set("Volumes", list);
    call.reply(200, out.putNull("Warnings"));
  }

  private void create(Call call) throws IOException {
    var body = call.body();
    var driver = body.text("Driver");
    if (!driver.isEmpty() && !driver.equals("local")) {
      throw new Refusal.NotFound(
          "create "
              + body.text("Name")
              + ": error looking up volume plugin "
              + driver
              + ": plugin \""
              + driver
              + "\" not found");
    }
    var options = body.textMap("DriverOpts");
    var labels = new HashMap<>(body.textMap("Labels"));
    var name = body.text("Name");
    if (name.isEmpty()) {
      name = host.newId();
      labels.put(VolumeJson.ANONYMOUS, "");
    }
    var wanted = name;
    boolean there = host.image().volume(host.vch(), name).isPresent();
    var volume =
        host.engine()
            .decide(
                image ->
                    VolumeRules.create(
                        image, host.vch(), wanted, labels, options, false, host.clock().instant()));
    host.volumes().create(host.vch(), volume.name());
    if (!there) {
      host.publish("volume", "create", volume.name(), Map.of("driver", "local"));
    }
    call.reply(201, VolumeJson.of(host, volume));
  }

  private void inspect(Call call) throws IOException {
    var name = call.variable("name");
    var volume =
        host.image()
            .volume(host.vch(), name)
            .orElseThrow(() -> new Refusal.NotFound("get " + name + ": no such volume"));
    call.reply(200, VolumeJson.of(host, volume));
  }

  private void remove(Call call) throws IOException {
    try {
      remove(call.variable("name"));
    } catch (Refusal.NotFound e) {
      if (!call.query().flag("force")) {
        throw e;
      }
    }
    call.reply(204);
  }

  private void remove(String name) {
    host.engine().decide(image -> VolumeRules.remove(image, host.vch(), name));
    host.volumes().delete(host.vch(), name);
    host.publish("volume", "destroy", name, Map.of("driver", "local"));
  }

  private void prune(Call call) throws IOException {
    var filters = Filters.parse(call.query().text("filters"), Set.of("label", "label!", "all"));
    boolean all = !call.since(42) || filters.flag("all").orElse(false);
    call.reply(
        200,
        pruning.alone(
            () -> {
              var image = host.image();
              var candidates =
                  image
                      .volumes(host.vch())
                      .filter(
                          v -> all || v.anonymous() || v.labels().containsKey(VolumeJson.ANONYMOUS))
                      .filter(
                          v ->
                              filters.labels("label", VolumeJson.labels(v))
                                  && filters.withoutLabels("label!", VolumeJson.labels(v)))
                      .filter(v -> v.options().isEmpty()) // what they hold lies elsewhere
                      .filter(v -> VolumeRules.users(image, host.vch(), v.name()).isEmpty())
                      .toList();
              var gone = new ArrayList<String>();
              long bytes = 0;
              for (var volume : candidates) {
                long size = host.volumes().sizeBytes(host.vch(), volume.name());
                try {
                  remove(volume.name());
                } catch (Refusal.Conflict | Refusal.NotFound _) { // used or removed since
                  continue;
                }
                gone.add(volume.name());
                bytes += size;
              }
              host.publish("volume", "prune", "", Map.of("reclaimed", Long.toString(bytes)));
              var out = Json.object();
              out.set("VolumesDeleted", Json.array(gone));
              return out.put("SpaceReclaimed", bytes);
            }));
  }
}
