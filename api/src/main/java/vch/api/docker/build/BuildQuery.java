package vch.api.docker.build;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Fields;
import vch.api.docker.Json;
import vch.api.docker.image.RegistryAuth;
import vch.api.http.Query;
import vch.build.BuildRequest;
import vch.engine.compute.Images.Credentials;
import vch.portlayer.refusal.Refusal;

/// What the query of `POST /build` asks for.
final class BuildQuery {
  private static final String ITEMS = "items";
  private static final String HUB = "https://index.docker.io/v1/";

  private final Query query;

  private BuildQuery(Query query) {
    this.query = query;
  }

  /// @throws Refusal for what is wrong or not offered
  static BuildRequest request(Call call, DockerHost host) {
    return new BuildQuery(call.query())
        .request(host, RegistryAuth.all(call.exchange().header("X-Registry-Config")));
  }

  private BuildRequest request(DockerHost host, Fields registries) {
    refuse();
    var tags = new LinkedHashSet<String>();
    for (var tag : query.all("t")) {
      if (!tag.isEmpty()) {
        tags.add(host.images().familiar(tag));
      }
    }
    var file = query.text("dockerfile");
    return new BuildRequest(
        file.isEmpty() ? "Dockerfile" : file,
        List.copyOf(tags),
        arguments(),
        labels(),
        query.text("target"),
        !query.flag("nocache"),
        query.flag("rm", true),
        query.flag("forcerm"),
        query.flag("pull"),
        cacheFrom(),
        query.text("platform"),
        registry -> credentials(registries, registry));
  }

  private void refuse() {
    if (query.text("version").equals("2")) {
      throw new Refusal.Unsupported(
          "BuildKit is not offered by a virtual container host: build with the classic builder (DOCKER_BUILDKIT=0 docker build)");
    }
    if (query.flag("squash")) {
      throw new Refusal.Unsupported(
          "squash is not offered: build without --squash, or in several stages");
    }
    var outputs = query.text("outputs");
    if (!outputs.isEmpty() && !outputs.equals("[]") && !outputs.equals("null")) {
      throw new Refusal.Unsupported(
          "outputs of a build (--output) require BuildKit, which is not offered");
    }
    if (!query.text("isolation").isEmpty() && !query.text("isolation").equals("default")) {
      throw new Refusal.Invalid("Unsupported isolation: \"" + query.text("isolation") + "\"");
    }
  }

  private Map<String, Optional<String>> arguments() {
    var out = new LinkedHashMap<String, Optional<String>>();
    var given = object("buildargs");
    given
        .raw()
        .properties()
        .forEach(
            a ->
                out.put(
                    a.getKey(),
                    a.getValue().isNull()
                        ? Optional.empty()
                        : Optional.of(given.text(a.getKey()))));
    return out;
  }

  private Map<String, String> labels() {
    var given = object("labels");
    var out = new LinkedHashMap<String, String>();
    given.names().forEach(n -> out.put(n, given.text(n)));
    return out;
  }

  private Fields object(String name) {
    var text = query.text(name);
    if (text.isEmpty() || text.equals("null")) {
      return Fields.empty();
    }
    try {
      return Json.read(text);
    } catch (Refusal.Invalid e) {
      throw new Refusal.Invalid("error reading " + name + ": " + e.getMessage());
    }
  }

  private List<String> cacheFrom() {
    return array(query, "cachefrom").texts(ITEMS);
  }

  /// The array that a parameter is, as the member [#ITEMS].
  private static Fields array(Query query, String name) {
    var text = query.text(name);
    return text.isEmpty() || text.equals("null")
        ? Fields.empty()
        : Json.read("{\"" + ITEMS + "\":" + text + "}");
  }

  private static Optional<Credentials> credentials(Fields registries, String registry) {
    var names =
        registry.equals("docker.io")
            ? List.of(HUB, "docker.io", "index.docker.io")
            : List.of(registry, "https://" + registry);
    return names.stream()
        .flatMap(n -> registries.optionalObject(n).stream())
        .findFirst()
        .flatMap(RegistryAuth::of);
  }

  /// Bounds and network of the build's containers.
  static ObjectNode hostConfig(Query query) {
    var host = Json.object();
    put(host, query, "memory", "Memory");
    put(host, query, "memswap", "MemorySwap");
    put(host, query, "cpushares", "CpuShares");
    put(host, query, "cpuquota", "CpuQuota");
    put(host, query, "cpuperiod", "CpuPeriod");
    put(host, query, "shmsize", "ShmSize");
    text(host, query, "cpusetcpus", "CpusetCpus");
    text(host, query, "cpusetmems", "CpusetMems");
    text(host, query, "cgroupparent", "CgroupParent");
    text(host, query, "networkmode", "NetworkMode");
    var hosts = new ArrayList<String>();
    for (var line : query.all("extrahosts")) {
      for (var one : line.split(",", -1)) {
        if (!one.isBlank()) {
          hosts.add(one.strip());
        }
      }
    }
    if (!hosts.isEmpty()) {
      host.set("ExtraHosts", Json.array(hosts));
    }
    list(host, query, "ulimits", "Ulimits");
    list(host, query, "securityopt", "SecurityOpt");
    return host;
  }

  private static void put(ObjectNode host, Query query, String name, String field) {
    var text = query.text(name);
    if (text.isEmpty()) {
      return;
    }
    if (!text.matches("-?[0-9]{1,18}")) {
      throw new Refusal.Invalid(
          "invalid value for " + name + ": '" + text + "' is not a whole number");
    }
    host.put(field, Long.parseLong(text));
  }

  private static void text(ObjectNode host, Query query, String name, String field) {
    if (!query.text(name).isEmpty()) {
      host.put(field, query.text(name));
    }
  }

  private static void list(ObjectNode host, Query query, String name, String field) {
    array(query, name).raw(ITEMS).ifPresent(l -> host.set(field, l));
  }
}
