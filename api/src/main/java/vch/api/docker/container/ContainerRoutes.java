package vch.api.docker.container;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Operation;
import vch.api.http.Route;

/// The routes below /containers and /exec.
public final class ContainerRoutes {
  private final DockerHost host;
  private final Execs execs;

  private ContainerRoutes(DockerHost host, Execs execs) {
    this.host = host;
    this.execs = execs;
  }

  public static List<Route<Operation>> of(DockerHost host) {
    var execs = new Execs();
    var routes = new ContainerRoutes(host, execs);
    var attach = new AttachRoute(host);
    var out = new ArrayList<Route<Operation>>();
    out.add(new Route<>("GET", "/containers/json", "lists containers", routes::list));
    out.add(
        new Route<>(
            "POST", "/containers/create", "creates a container", new CreateRoute(host)::run));
    out.addAll(new LifeRoutes(host).routes());
    out.add(new Route<>("GET", "/containers/{id}/json", "shows a container", routes::inspect));
    out.add(
        new Route<>(
            "POST",
            "/containers/{id}/update",
            "changes bounds and restart policy",
            new UpdateRoute(host)::run));
    out.add(
        new Route<>(
            "GET",
            "/containers/{id}/logs",
            "reads what a container wrote",
            new LogsRoute(host)::run));
    out.add(
        new Route<>(
            "POST",
            "/containers/{id}/attach",
            "connects to the streams of a container",
            attach::run));
    out.add(
        new Route<>(
            "GET",
            "/containers/{id}/attach/ws",
            "attaches to the streams of a container by web socket",
            attach::websocket));
    out.add(new Route<>("GET", "/containers/{id}/top", "lists processes", new TopRoute(host)::run));
    out.add(
        new Route<>(
            "GET",
            "/containers/{id}/stats",
            "measures a container",
            new StatsRoute(host, Path.of("/proc"))::run));
    out.addAll(new FileRoutes(host).routes());
    out.addAll(new ExecRoutes(host, execs).routes());
    return out;
  }

  private void list(Call call) throws IOException {
    var query = ListQuery.of(call.query());
    var list = new ContainerList(host);
    var selected = query.select(host.image(), host.vch(), list::imageId, host.lifecycle()::health);
    call.reply(200, list.rows(selected, call.query().flag("size"), call.version()));
  }

  private void inspect(Call call) throws IOException {
    var container = Containers.of(host, call);
    var sizes =
        call.query().flag("size")
            ? Optional.of(ContainerList.sizes(host, container))
            : Optional.<InspectJson.Sizes>empty();
    var facts =
        new InspectJson.Facts(
            host.image(),
            host.lifecycle().namespace(container),
            host.processes().logPath(container.id()),
            host.processes().namePaths(container.id()),
            execs.of(container),
            sizes,
            host.lifecycle().health(container),
            v -> host.volumes().mountpoint(host.vch(), v));
    call.reply(200, InspectJson.of(container, facts, call.version()));
  }
}
