package vch.api.docker.image;

import java.util.Optional;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.portlayer.refusal.Refusal;

/// POST /images/{name}/push
final class PushRoute {
  private final DockerHost host;

  PushRoute(DockerHost host) {
    this.host = host;
  }

  void run(Call call) throws Exception {
    if (call.since(46) && !call.query().text("platform").isEmpty()) {
      throw new Refusal.Unsupported(
          "choosing a platform to push is not offered: an image has one platform here");
    }
    var name = call.variable("name");
    var tag = Optional.of(call.query().text("tag")).filter(t -> !t.isEmpty());
    var credentials = RegistryAuth.read(call.exchange().header("X-Registry-Auth"));
    var progress = new ProgressStream(call);
    progress.run(
        () -> host.images().push(host.vch(), name, tag, credentials, progress, progress::pushed));
  }
}
