package vch.api.docker.image;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Optional;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.build.Changes;
import vch.engine.compute.Images.Config;
import vch.engine.compute.Images.Made;
import vch.portlayer.refusal.Refusal;

/// POST /images/create: pulls, or imports
final class PullRoute {
  private final DockerHost host;

  PullRoute(DockerHost host) {
    this.host = host;
  }

  void run(Call call) throws Exception {
    if (call.query().text("fromImage").isEmpty()) {
      importRoot(call);
    } else {
      pull(call);
    }
  }

  private void pull(Call call) throws Exception {
    var query = call.query();
    var image = query.text("fromImage");
    boolean all = query.text("tag").isEmpty() && image.equals(ImageJson.nameOnly(image));
    var reference = all ? image : ImageRoutes.reference(image, query.text("tag"));
    var platform = call.since(32) ? query.get("platform") : Optional.<String>empty();
    var credentials = RegistryAuth.read(call.exchange().header("X-Registry-Auth"));
    var progress = new ProgressStream(call);
    progress.run(
        () -> {
          if (all) {
            host.images().pullAll(host.vch(), reference, platform, credentials, progress);
          } else {
            host.images().pull(host.vch(), reference, platform, credentials, progress);
          }
        });
  }

  private void importRoot(Call call) throws Exception {
    var query = call.query();
    var source = query.text("fromSrc");
    if (source.isEmpty()) {
      throw new Refusal.Invalid(
          "an image is created fromImage (a name to pull) or fromSrc (an address, or - for a tar archive in the body); neither is given");
    }
    var repository = query.text("repo");
    var reference =
        repository.isEmpty()
            ? Optional.<String>empty()
            : Optional.of(ImageRoutes.reference(repository, query.text("tag")));
    var platform = call.since(32) ? query.get("platform") : Optional.<String>empty();
    var made =
        new Made(
            Changes.apply(Config.NONE, query.all("changes")),
            query.get("message").orElse("Imported from " + source),
            platform);
    var progress = new ProgressStream(call);
    progress.run(
        () -> {
          try (var tar = source.equals("-") ? call.exchange().body() : fetch(source)) {
            if (!source.equals("-")) {
              progress.status("Downloading from " + source);
            }
            var image = host.images().importRoot(host.vch(), tar, reference, made);
            progress.status(image.id());
          }
        });
  }

  /// Without a scheme it is http, as with Docker.
  private InputStream fetch(String source) throws IOException {
    try {
      return host.images()
          .fetch(host.vch(), URI.create(source.contains("://") ? source : "http://" + source))
          .body();
    } catch (IllegalArgumentException e) {
      throw new Refusal.Invalid("\"" + source + "\" is no address: " + e.getMessage());
    }
  }
}
