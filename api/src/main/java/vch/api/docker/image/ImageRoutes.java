package vch.api.docker.image;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.ApiVersion;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;
import vch.api.docker.Operation;
import vch.api.http.HttpProblem;
import vch.api.http.Route;
import vch.engine.compute.Images.ImageInfo;
import vch.portlayer.refusal.Refusal;

/// The routes below /images, and logging in to registries. The events about images come from the
/// [vch.engine.compute.Images].
public final class ImageRoutes {
  private static final Pattern TAG = Pattern.compile("[\\w][\\w.-]{0,127}");

  private static final String TAR = "application/x-tar";

  private final DockerHost host;

  private ImageRoutes(DockerHost host) {
    this.host = host;
  }

  public static List<Route<Operation>> of(DockerHost host) {
    var routes = new ImageRoutes(host);
    var removal = new ImageRemoval(host);
    return List.of(
        new Route<>("GET", "/images/json", "lists images", routes::list),
        new Route<>(
            "POST", "/images/create", "pulls an image, or imports one", new PullRoute(host)::run),
        new Route<>("POST", "/images/load", "loads a docker save archive", routes::load),
        new Route<>(
            "GET",
            "/images/get",
            "saves images as an archive",
            call -> routes.save(call, call.query().all("names"))),
        new Route<>("POST", "/images/prune", "removes images that nothing uses", removal::prune),
        new Route<>("GET", "/images/{name:.*}/json", "shows an image", routes::inspect),
        new Route<>(
            "GET", "/images/{name:.*}/history", "shows how an image was made", routes::history),
        new Route<>(
            "GET",
            "/images/{name:.*}/get",
            "saves an image as an archive",
            call -> routes.save(call, List.of(call.variable("name")))),
        new Route<>("POST", "/images/{name:.*}/tag", "gives an image a further name", routes::tag),
        new Route<>(
            "POST",
            "/images/{name:.*}/push",
            "sends an image to its registry",
            new PushRoute(host)::run),
        new Route<>(
            "GET",
            "/distribution/{name:.*}/json",
            "looks an image up in its registry",
            routes::distribution),
        new Route<>("POST", "/auth", "asks a registry whether it takes credentials", routes::login),
        new Route<>("DELETE", "/images/{name:.*}", "removes a name, or an image", removal::remove));
  }

  private void list(Call call) throws IOException {
    var query = call.query();
    var filter = new ImageFilter(host, query.text("filters"));
    var every = host.images().list(host.vch());
    var all = query.flag("all") ? every : ImageFilter.withoutSteps(every);
    var layers =
        call.since(42) && query.flag("shared-size")
            ? Optional.of(new LayerUse(host, all))
            : Optional.<LayerUse>empty();
    var out = Json.array();
    all.stream()
        .filter(filter::test)
        .sorted(Comparator.comparing((ImageInfo i) -> i.created().orElse(Instant.EPOCH)).reversed())
        .forEach(
            i ->
                out.add(ImageJson.summary(host, i, filter.tags(i), call.version(), false, layers)));
    call.reply(200, out);
  }

  private void inspect(Call call) throws IOException {
    var image = find(call.variable("name"));
    PlatformParameter.asked(call, 49)
        .ifPresent(p -> PlatformParameter.check(p, image, call.variable("name")));
    call.reply(200, ImageJson.inspect(image, shown(call)));
  }

  /// docker-compose 1 asks in the newest version, but cannot recreate a container without
  /// `ContainerConfig`, which 1.45 took away: it gets the last version that it can read.
  private static ApiVersion shown(Call call) {
    var agent = call.exchange().header("User-Agent").orElse("");
    return agent.startsWith("docker-compose/1.") && call.version().atLeast(45)
        ? ApiVersion.parse("1.44")
        : call.version();
  }

  private ImageInfo find(String name) {
    return host.images().find(host.vch(), name);
  }

  private Optional<ImageInfo> known(String id) {
    try {
      return Optional.of(find(id));
    } catch (Refusal.NotFound _) { // removed meanwhile
      return Optional.empty();
    }
  }

  private void history(Call call) throws IOException {
    var image = find(call.variable("name"));
    PlatformParameter.asked(call, 48)
        .ifPresent(p -> PlatformParameter.check(p, image, call.variable("name")));
    var rows = new ArrayList<ObjectNode>();
    int layer = 0;
    for (var step : image.history()) {
      long bytes = 0;
      if (!step.emptyLayer() && layer < image.layers().size()) {
        bytes = Math.max(0, host.images().layerBytes(image.layers().get(layer)));
        layer++;
      }
      var row = Json.object();
      row.put("Id", "<missing>");
      row.put("Created", step.created().map(Instant::getEpochSecond).orElse(0L));
      row.put("CreatedBy", step.createdBy());
      row.putNull("Tags");
      row.put("Size", bytes);
      row.put("Comment", step.comment());
      rows.addFirst(row);
    }
    var at = Optional.of(image);
    for (var row : rows) {
      if (at.isEmpty()) {
        break;
      }
      row.put("Id", at.get().id());
      if (!at.get().tags().isEmpty()) {
        row.set("Tags", Json.array(at.get().tags()));
      }
      at = at.map(ImageInfo::parent).filter(p -> !p.isEmpty()).flatMap(this::known);
    }
    var out = Json.array();
    rows.forEach(out::add);
    call.reply(200, out);
  }

  /// `busybox` and `1.36`, or `busybox` and `sha256:…`.
  static String reference(String name, String tag) {
    if (tag.isEmpty()) {
      return name.contains("@") || name.lastIndexOf(':') > name.lastIndexOf('/')
          ? name
          : name + ":latest";
    }
    var bare = ImageJson.nameOnly(name);
    return tag.contains(":") ? bare + "@" + tag : bare + ":" + tag;
  }

  private void load(Call call) throws Exception {
    var platform = PlatformParameter.asked(call, 48);
    boolean quiet = call.query().flag("quiet");
    var progress = new ProgressStream(call);
    progress.run(
        () -> {
          var loaded =
              host.images()
                  .load(
                      host.vch(),
                      call.exchange().body(),
                      platform,
                      line -> {
                        if (!quiet) {
                          progress.accept(line);
                        }
                      });
          for (var name : loaded) {
            progress.text(
                (name.startsWith("sha256:") ? "Loaded image ID: " : "Loaded image: ")
                    + name
                    + "\n");
          }
          if (loaded.isEmpty()) {
            throw new Refusal.Invalid(
                "the archive holds no image: it has neither manifest.json nor index.json");
          }
        });
  }

  private void save(Call call, List<String> names) throws IOException {
    if (names.isEmpty()) {
      throw new Refusal.Invalid("no image given: the query needs names, once for each image");
    }
    var platform = PlatformParameter.asked(call, 48);
    if (platform.isPresent()) {
      names.forEach(n -> PlatformParameter.check(platform.get(), find(n), n));
    }
    // begun with the first byte, so that an unknown image has a status
    try (var out = new LateStream(() -> call.exchange().stream(200, TAR, () -> {}))) {
      host.images().save(host.vch(), names, out);
    }
  }

  private void login(Call call) throws IOException {
    var body = call.body();
    var credentials =
        RegistryAuth.of(body)
            .orElseThrow(
                () ->
                    new Refusal.Invalid(
                        "no credentials given: the body needs username and password"));
    var refused =
        host.images().login(host.vch(), registry(body.text("serveraddress")), credentials);
    if (refused.isPresent()) {
      throw new HttpProblem(401, refused.get());
    }
    call.reply(200, Json.object().put("IdentityToken", "").put("Status", "Login Succeeded"));
  }

  /// `https://index.docker.io/v1/` is how Docker Hub is written here; others are hosts, perhaps as
  /// URLs.
  private static String registry(String address) {
    var bare = address.replaceFirst("^https?://", "");
    int slash = bare.indexOf('/');
    var host = slash < 0 ? bare : bare.substring(0, slash);
    return host.equals("index.docker.io") || host.equals("docker.io") ? "" : host;
  }

  private void distribution(Call call) throws IOException {
    var credentials = RegistryAuth.read(call.exchange().header("X-Registry-Auth"));
    var found = host.images().distribution(host.vch(), call.variable("name"), credentials);
    var out = Json.object();
    out.putObject("Descriptor")
        .put("mediaType", found.mediaType())
        .put("digest", found.digest())
        .put("size", found.bytes());
    var platforms = out.putArray("Platforms");
    for (var it : found.platforms()) {
      var platform =
          platforms.addObject().put("architecture", it.architecture()).put("os", it.os());
      if (!it.osVersion().isEmpty()) {
        platform.put("os.version", it.osVersion());
      }
      if (!it.variant().isEmpty()) {
        platform.put("variant", it.variant());
      }
    }
    call.reply(200, out);
  }

  private void tag(Call call) throws IOException {
    var query = call.query();
    if (query.text("repo").isEmpty()) {
      throw new Refusal.Invalid(
          "invalid reference format: no repo given, the name that the image shall have");
    }
    var tag = query.text("tag");
    if (!tag.isEmpty() && !TAG.matcher(tag).matches()) {
      throw new Refusal.Invalid("invalid tag format");
    }
    var target = reference(query.text("repo"), tag);
    host.images().tag(host.vch(), call.variable("name"), target);
    call.reply(201);
  }
}
