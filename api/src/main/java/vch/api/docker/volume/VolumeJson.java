package vch.api.docker.volume;

import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;
import vch.api.docker.Timestamps;
import vch.portlayer.container.Volume;
import vch.portlayer.rule.VolumeRules;

/// Volumes as Docker shows them.
public final class VolumeJson {
  /// Label of a volume that nobody named.
  static final String ANONYMOUS = "com.docker.volume.anonymous";

  private VolumeJson() {}

  static ObjectNode of(DockerHost host, Volume volume) {
    var out = Json.object();
    out.put("CreatedAt", Timestamps.rfc3339(volume.created().truncatedTo(ChronoUnit.SECONDS)));
    out.put("Driver", "local");
    map(out, "Labels", labels(volume));
    out.put("Mountpoint", host.volumes().mountpoint(host.vch(), volume.name()).toString());
    out.put("Name", volume.name());
    map(out, "Options", volume.options());
    out.put("Scope", "local");
    return out;
  }

  /// With the one that says that nobody named it.
  static Map<String, String> labels(Volume volume) {
    if (!volume.anonymous()) {
      return volume.labels();
    }
    var out = new TreeMap<>(volume.labels());
    out.put(ANONYMOUS, "");
    return out;
  }

  private static void map(ObjectNode out, String member, Map<String, String> texts) {
    if (texts.isEmpty()) {
      out.putNull(member);
    } else {
      out.set(member, Json.object(texts));
    }
  }

  /// As `docker system df` needs it.
  public static ObjectNode withUsage(DockerHost host, Volume volume) {
    var out = of(host, volume);
    out.putObject("UsageData")
        .put("RefCount", VolumeRules.users(host.image(), host.vch(), volume.name()).size())
        .put("Size", host.volumes().sizeBytes(host.vch(), volume.name()));
    return out;
  }
}
