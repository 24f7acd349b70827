package vch.api.docker.image;

import java.util.Optional;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;

/// POST /images/{name}/push
final class PushRoute {
  private final DockerHost host;

  PushRoute(DockerHost host) {
    this.host = host;
  }

  void run(Call call) throws Exception {
    var name = call.variable("name");
    var tag = Optional.of(call.query().text("tag")).filter(t -> !t.isEmpty());
    PlatformParameter.asked(call, 46)
        .ifPresent(
            p -> {
              var whole = name + tag.map(t -> ":" + t).orElse("");
              PlatformParameter.check(p, host.images().find(host.vch(), whole), whole);
            });
    var credentials = RegistryAuth.read(call.exchange().header("X-Registry-Auth"));
    var progress = new ProgressStream(call);
    progress.run(
        () -> host.images().push(host.vch(), name, tag, credentials, progress, progress::pushed));
  }
}
