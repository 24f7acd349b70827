package vch.api.docker.build;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;
import vch.api.docker.Operation;
import vch.api.docker.container.Making;
import vch.api.http.Route;
import vch.build.Builder;
import vch.build.Site;
import vch.engine.compute.Images.Config;
import vch.engine.compute.Images.ImageInfo;
import vch.portlayer.container.ContainerId;
import vch.portlayer.refusal.Refusal;

/// The routes below /build, and `POST /commit`.
public final class BuildRoutes {
  private final DockerHost host;

  private BuildRoutes(DockerHost host) {
    this.host = host;
  }

  public static List<Route<Operation>> of(DockerHost host) {
    var routes = new BuildRoutes(host);
    return List.of(
        new Route<>("POST", "/build", "builds an image by a Dockerfile", routes::build),
        new Route<>(
            "POST",
            "/build/prune",
            "removes build caches: steps are images, which docker image prune removes",
            BuildRoutes::prune),
        new Route<>(
            "POST", "/build/cancel", "ends a BuildKit build: there are none", BuildRoutes::cancel),
        new Route<>(
            "POST", "/commit", "makes an image of a container", new CommitRoute(host)::run));
  }

  private void build(Call call) throws Exception {
    var request = BuildQuery.request(call, host);
    var bounds = BuildQuery.hostConfig(call.query());
    var stream = new BuildStream(call, call.query().flag("q"));
    var builder =
        new Builder(site(), (image, config) -> make(image, config, bounds), request, stream);
    stream.onGone(builder::stop);
    var remote = remote(call);
    stream.run(
        () -> {
          stream.result(
              remote.isPresent() ? builder.run(remote.get()) : builder.run(call.exchange().body()));
        });
  }

  private Site site() {
    return new Site(
        host.vch(),
        host.engine(),
        host.lifecycle(),
        host.images(),
        host.processes(),
        host.clock(),
        host::newId);
  }

  /// Where the context is to be fetched from; empty: it comes with the request.
  private static Optional<String> remote(Call call) {
    var remote = call.query().text("remote");
    return remote.isEmpty() || remote.toLowerCase(Locale.ROOT).equals("client-session")
        ? Optional.empty()
        : Optional.of(remote);
  }

  private ContainerId make(String image, Config config, ObjectNode bounds) {
    var body = ConfigBody.of(image, config);
    body.set("HostConfig", bounds.deepCopy());
    return Making.make(host, body, bare(image));
  }

  /// An image without defaults: the build has merged them already.
  private static ImageInfo bare(String id) {
    return new ImageInfo(
        id,
        List.of(),
        List.of(),
        Optional.empty(),
        0,
        "",
        "",
        "",
        "",
        Config.NONE,
        List.of(),
        List.of(),
        "",
        Optional.empty());
  }

  private static void prune(Call call) throws java.io.IOException {
    var reply = Json.object();
    reply.putArray("CachesDeleted");
    call.reply(200, reply.put("SpaceReclaimed", 0));
  }

  /// Classic builds have no id: they end with their connection.
  private static void cancel(Call call) throws java.io.IOException {
    if (call.query().text("id").isEmpty()) {
      throw new Refusal.Invalid("build ID not provided");
    }
    call.reply(200);
  }
}
