package vch.api.docker.container;

import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;

/// `GET /containers/{id}/top`.
final class TopRoute {
  private static final String DEFAULT_OPTIONS = "-ef";

  private final DockerHost host;

  TopRoute(DockerHost host) {
    this.host = host;
  }

  void run(Call call) throws IOException {
    var container = Containers.of(host, call);
    Containers.requireRunning(container);
    var options = call.query().get("ps_args").orElse(DEFAULT_OPTIONS);
    var pids = host.processes().pids(container.id());
    var columns = ProcessTable.Columns.parse(options);
    var reply =
        columns.isPresent()
            ? known(columns.get(), pids)
            : PsListing.of(options, host.processes()::ps).only(pids).json();
    Containers.publish(host, container, "top", Map.of());
    call.reply(200, reply);
  }

  private ObjectNode known(ProcessTable.Columns columns, List<Long> pids) throws IOException {
    var table =
        new ProcessTable(
            Path.of("/proc"),
            Path.of("/etc/passwd"),
            host.clock().instant(),
            ZoneId.systemDefault());
    var reply = Json.object();
    reply.set("Titles", Json.array(columns.titles()));
    var rows = reply.putArray("Processes");
    for (long pid : pids) {
      table
          .row(pid)
          .ifPresent(row -> rows.add(Json.array(columns.keys().stream().map(row::get).toList())));
    }
    return reply;
  }
}
