package vch.api.docker.container;

import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Map;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;
import vch.portlayer.refusal.Refusal;

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
    var columns =
        ProcessTable.Columns.parse(options)
            .orElseThrow(
                () ->
                    new Refusal.Unsupported(
                        "ps options \""
                            + options
                            + "\" are not offered: use -ef, aux, or -o with names of columns such as pid,user,args"));
    var table =
        new ProcessTable(
            Path.of("/proc"),
            Path.of("/etc/passwd"),
            host.clock().instant(),
            ZoneId.systemDefault());
    var reply = Json.object();
    reply.set("Titles", Json.array(columns.titles()));
    var rows = reply.putArray("Processes");
    for (long pid : host.processes().pids(container.id())) {
      table
          .row(pid)
          .ifPresent(row -> rows.add(Json.array(columns.keys().stream().map(row::get).toList())));
    }
    Containers.publish(host, container, "top", Map.of());
    call.reply(200, reply);
  }
}
