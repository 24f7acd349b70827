package vch.api.docker.build;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;
import vch.api.docker.container.Making;
import vch.build.Changes;
import vch.engine.compute.Images.Config;
import vch.engine.compute.Images.NewImage;
import vch.engine.compute.Images.NewLayer;
import vch.portlayer.container.Container;
import vch.portlayer.container.Phase;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ContainerRules;

/// `POST /commit`.
final class CommitRoute {
  private final DockerHost host;

  CommitRoute(DockerHost host) {
    this.host = host;
  }

  void run(Call call) throws IOException {
    var query = call.query();
    if (query.text("container").isEmpty()) {
      throw new Refusal.Invalid("invalid name or ID supplied: \"\"");
    }
    var container = ContainerRules.find(host.image(), host.vch(), query.text("container"));
    var name = name(query.text("repo"), query.text("tag"));
    var own = ConfigBody.read(Making.config(container));
    var body = call.bodyIfAny();
    var asked = body.map(b -> ConfigBody.read(Making.read(b.raw()))).orElse(own);
    var config = merged(Changes.apply(asked, query.all("changes")), own);
    var id =
        paused(
            container,
            query.flag("pause", true),
            () -> {
              var made =
                  commit(container, config, own, query.text("author"), query.text("comment"));
              name.ifPresent(n -> host.images().tag(host.vch(), made, n));
              Making.publish(
                  host,
                  container,
                  "commit",
                  Map.of(
                      "comment", query.text("comment"),
                      "imageID", made,
                      "imageRef", name.orElse("")));
              return made;
            });
    call.reply(201, Json.object().put("Id", id));
  }

  private Optional<String> name(String repository, String tag) {
    if (repository.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(host.images().familiar(tag.isEmpty() ? repository : repository + ":" + tag));
  }

  private String commit(
      Container container, Config config, Config own, String author, String comment)
      throws IOException {
    var files = host.processes().files();
    return host.images()
        .make(
            host.vch(),
            new NewImage(
                container.spec().image(),
                config,
                String.join(" ", own.cmd()),
                comment,
                author,
                Optional.empty(),
                (NewLayer.Tar) tar -> files.layer(container, tar),
                ""))
        .id();
  }

  private interface Work {
    String run() throws IOException;
  }

  /// A process that goes on writing meanwhile would be in the image by halves.
  private String paused(Container container, boolean wanted, Work work) throws IOException {
    if (!wanted || container.state().phase() != Phase.RUNNING) {
      return work.run();
    }
    host.lifecycle().pause(container.id());
    try {
      return work.run();
    } finally {
      resume(container);
    }
  }

  private void resume(Container container) {
    try {
      host.lifecycle().unpause(container.id());
    } catch (Refusal.Conflict | Refusal.NotFound _) {
      // somebody else has ended it, or let it go on
    }
  }

  /// What the request leaves open is the container's.
  private static Config merged(Config asked, Config own) {
    boolean program = !asked.entrypoint().isEmpty();
    return new Config(
        program ? asked.entrypoint() : own.entrypoint(),
        program || !asked.cmd().isEmpty() ? asked.cmd() : own.cmd(),
        environment(asked.env(), own.env()),
        asked.workingDir().isEmpty() ? own.workingDir() : asked.workingDir(),
        asked.user().isEmpty() ? own.user() : asked.user(),
        labels(asked.labels(), own.labels()),
        both(asked.exposedPorts(), own.exposedPorts()),
        both(asked.volumes(), own.volumes()),
        asked.stopSignal().isEmpty() ? own.stopSignal() : asked.stopSignal(),
        asked.healthcheckJson().or(own::healthcheckJson),
        asked.shell().isEmpty() ? own.shell() : asked.shell(),
        asked.onBuild());
  }

  private static List<String> environment(List<String> asked, List<String> own) {
    var byName = new LinkedHashMap<String, String>();
    for (var list : List.of(asked, own)) {
      list.forEach(e -> byName.putIfAbsent(e.split("=", 2)[0], e));
    }
    return List.copyOf(byName.values());
  }

  private static Map<String, String> labels(Map<String, String> asked, Map<String, String> own) {
    var out = new HashMap<>(own);
    out.putAll(asked);
    return out;
  }

  private static List<String> both(List<String> asked, List<String> own) {
    var out = new LinkedHashSet<>(asked);
    out.addAll(own);
    return new ArrayList<>(out);
  }
}
