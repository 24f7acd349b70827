package vch.api.docker.image;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.ApiVersion;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;
import vch.api.docker.Timestamps;
import vch.engine.compute.Images.Config;
import vch.engine.compute.Images.ImageInfo;

/// Images as Docker shows them.
public final class ImageJson {
  private ImageJson() {}

  /// A row of GET /images/json.
  ///
  /// @param tags those to be shown
  /// @param usage also tell how many containers use it
  /// @param layers tells what the image shares; empty when nobody asked
  public static ObjectNode summary(
      DockerHost host,
      ImageInfo image,
      List<String> tags,
      ApiVersion version,
      boolean usage,
      Optional<LayerUse> layers) {
    var out = Json.object();
    out.put("Id", image.id());
    out.put("ParentId", image.parent());
    if (!version.atLeast(43) && tags.isEmpty() && image.digests().isEmpty()) {
      out.putArray("RepoTags").add("<none>:<none>");
      out.putArray("RepoDigests").add("<none>@<none>");
    } else {
      names(out, "RepoTags", tags, version);
      names(out, "RepoDigests", image.digests(), version);
    }
    out.put("Created", image.created().map(Instant::getEpochSecond).orElse(0L));
    out.put("Size", image.sizeBytes());
    if (!version.atLeast(44)) {
      out.put("VirtualSize", image.sizeBytes());
    }
    out.put("SharedSize", layers.map(l -> l.sharedBytes(image)).orElse(-1L)); // -1: not asked for
    labels(out, image.config().labels());
    out.put(
        "Containers",
        usage
            ? host.image().containers(host.vch()).filter(c -> c.spec().uses(image.id())).count()
            : -1);
    return out;
  }

  /// None are null below 1.43, and an empty list from then on.
  private static void names(ObjectNode out, String member, List<String> names, ApiVersion version) {
    if (names.isEmpty() && !version.atLeast(43)) {
      out.putNull(member);
    } else {
      out.set(member, Json.array(names));
    }
  }

  private static void labels(ObjectNode out, Map<String, String> labels) {
    if (labels.isEmpty()) {
      out.putNull("Labels");
    } else {
      out.set("Labels", Json.object(labels));
    }
  }

  /// GET /images/{name}/json
  static ObjectNode inspect(ImageInfo image, ApiVersion version) {
    var out = Json.object();
    out.put("Id", image.id());
    out.set("RepoTags", Json.array(image.tags()));
    out.set("RepoDigests", Json.array(image.digests()));
    out.put("Parent", image.parent());
    out.put("Comment", image.history().isEmpty() ? "" : image.history().getLast().comment());
    image.created().ifPresent(at -> out.put("Created", Timestamps.rfc3339(at)));
    if (!version.atLeast(45)) {
      out.put("Container", "");
      out.set("ContainerConfig", config(Config.NONE, version));
    }
    out.put("DockerVersion", "");
    out.put("Author", image.author());
    out.set("Config", config(image.config(), version));
    out.put("Architecture", image.architecture());
    if (!image.variant().isEmpty()) {
      out.put("Variant", image.variant());
    }
    out.put("Os", image.os());
    out.put("Size", image.sizeBytes());
    if (!version.atLeast(44)) {
      out.put("VirtualSize", image.sizeBytes());
    }
    out.putObject("GraphDriver").put("Name", "overlay2").putNull("Data");
    out.putObject("RootFS").put("Type", "layers").set("Layers", Json.array(image.layers()));
    out.putObject("Metadata")
        .put("LastTagTime", image.tagged().map(Timestamps::rfc3339).orElse(Timestamps.ZERO));
    return out;
  }

  /// Members that only containers have are shown below 1.50, where Docker had them by mistake.
  private static ObjectNode config(Config config, ApiVersion version) {
    var out = Json.object();
    boolean all = !version.atLeast(50);
    if (all) {
      out.put("Hostname", "").put("Domainname", "");
    }
    if (all || !config.user().isEmpty()) {
      out.put("User", config.user());
    }
    if (all) {
      out.put("AttachStdin", false).put("AttachStdout", false).put("AttachStderr", false);
    }
    set(out, "ExposedPorts", config.exposedPorts());
    if (all) {
      out.put("Tty", false).put("OpenStdin", false).put("StdinOnce", false);
    }
    list(out, "Env", config.env(), all);
    list(out, "Cmd", config.cmd(), all);
    config.healthcheckJson().ifPresent(h -> out.set("Healthcheck", Json.read(h).raw()));
    if (all) {
      out.put("Image", "");
    }
    if (all && config.volumes().isEmpty()) {
      out.putNull("Volumes");
    }
    set(out, "Volumes", config.volumes());
    if (all || !config.workingDir().isEmpty()) {
      out.put("WorkingDir", config.workingDir());
    }
    list(out, "Entrypoint", config.entrypoint(), all);
    list(out, "OnBuild", config.onBuild(), all);
    if (all || !config.labels().isEmpty()) {
      labels(out, config.labels());
    }
    if (!config.stopSignal().isEmpty()) {
      out.put("StopSignal", config.stopSignal());
    }
    list(out, "Shell", config.shell(), false);
    return out;
  }

  private static void set(ObjectNode out, String member, List<String> names) {
    if (!names.isEmpty()) {
      var object = out.putObject(member);
      names.stream().sorted().forEach(object::putObject);
    }
  }

  private static void list(ObjectNode out, String member, List<String> texts, boolean nullIfEmpty) {
    if (!texts.isEmpty()) {
      out.set(member, Json.array(texts));
    } else if (nullIfEmpty) {
      out.putNull(member);
    }
  }

  /// The word of an event about an image: its name without tag and digest.
  static String nameOnly(String reference) {
    int at = reference.indexOf('@');
    var name = at < 0 ? reference : reference.substring(0, at);
    int colon = name.lastIndexOf(':');
    return colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
  }
}
