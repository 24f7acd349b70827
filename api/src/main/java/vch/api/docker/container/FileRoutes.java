package vch.api.docker.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.NullNode;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;
import vch.api.docker.Operation;
import vch.api.docker.Timestamps;
import vch.api.http.Route;
import vch.engine.compute.ContainerFiles;
import vch.portlayer.container.Container;
import vch.portlayer.refusal.Refusal;

/// The files of a container: `docker cp`, `docker diff` and `docker export`.
final class FileRoutes {
  private static final String TAR = "application/x-tar";
  private static final String STAT_HEADER = "X-Docker-Container-Path-Stat";

  private final DockerHost host;

  FileRoutes(DockerHost host) {
    this.host = host;
  }

  List<Route<Operation>> routes() {
    return List.of(
        new Route<>("HEAD", "/containers/{id}/archive", "tells what stands at a path", this::stat),
        new Route<>("GET", "/containers/{id}/archive", "reads files as a tar archive", this::read),
        new Route<>(
            "PUT",
            "/containers/{id}/archive",
            "unpacks a tar archive into a directory",
            this::write),
        new Route<>(
            "GET",
            "/containers/{id}/export",
            "reads the root file system as a tar archive",
            this::export),
        new Route<>(
            "GET",
            "/containers/{id}/changes",
            "tells how the files differ from the image",
            this::changes));
  }

  private static String path(Call call) {
    var path = call.query().text("path");
    if (path.isEmpty()) {
      throw new Refusal.Invalid(
          "missing parameter path: tell which path in the container is meant");
    }
    return path;
  }

  private void stat(Call call) throws IOException {
    var path = path(call);
    show(call, stat(call, Containers.of(host, call), path));
    call.reply(200);
  }

  private ContainerFiles.Stat stat(Call call, Container container, String path) {
    try {
      return host.processes().files().stat(container, path);
    } catch (Refusal.NotFound _) {
      throw missing(call, path);
    }
  }

  /// Names the container as the user did.
  private static Refusal.NotFound missing(Call call, String path) {
    return new Refusal.NotFound(
        "Could not find the file " + path + " in container " + call.variable("id"));
  }

  private static void show(Call call, ContainerFiles.Stat stat) {
    var json =
        Json.object()
            .put("name", stat.name())
            .put("size", stat.sizeBytes())
            .put("mode", GoMode.of(stat.mode()))
            .put("mtime", Timestamps.rfc3339(stat.modified()))
            .put("linkTarget", stat.linkTarget());
    call.exchange()
        .setHeader(
            STAT_HEADER,
            Base64.getEncoder().encodeToString(Json.text(json).getBytes(StandardCharsets.UTF_8)));
  }

  private void read(Call call) throws IOException {
    var path = path(call);
    var container = Containers.of(host, call);
    var files = host.processes().files();
    show(call, stat(call, container, path));
    // Not closed here: an archive that ends early must not look like a whole one.
    files.read(container, path, call.exchange().stream(200, TAR, () -> {}));
    Containers.publish(host, container, "archive-path", Map.of());
  }

  private void write(Call call) throws IOException {
    var path = path(call);
    var container = Containers.of(host, call);
    var how =
        new ContainerFiles.Unpacking(
            call.query().flag("noOverwriteDirNonDir"), call.query().flag("copyUIDGID"));
    try {
      host.processes().files().write(container, path, call.exchange().body(), how);
    } catch (Refusal.NotFound _) {
      throw missing(call, path);
    }
    Containers.publish(host, container, "extract-to-dir", Map.of());
    call.reply(200);
  }

  private void export(Call call) throws IOException {
    var container = Containers.of(host, call);
    var files = host.processes().files();
    files.export(container, call.exchange().stream(200, "application/octet-stream", () -> {}));
    Containers.publish(host, container, "export", Map.of());
  }

  private void changes(Call call) throws IOException {
    var container = Containers.of(host, call);
    var out = Json.array();
    for (var difference : host.processes().files().differences(container)) {
      out.addObject()
          .put("Path", difference.path())
          .put(
              "Kind",
              switch (difference.kind()) {
                case CHANGED -> 0;
                case ADDED -> 1;
                case DELETED -> 2;
              });
    }
    call.reply(200, out.isEmpty() ? NullNode.getInstance() : out); // as Go writes an empty list
  }
}
