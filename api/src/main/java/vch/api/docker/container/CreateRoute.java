package vch.api.docker.container;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;
import vch.engine.compute.Images.ImageInfo;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.VolumeRules;

/// `POST /containers/create`.
final class CreateRoute {
  private final DockerHost host;

  CreateRoute(DockerHost host) {
    this.host = host;
  }

  void run(Call call) throws IOException {
    if (call.exchange().bodyLength() == 0) {
      throw new Refusal.Invalid("invalid JSON: EOF");
    }
    var body =
        call.bodyIfAny()
            .filter(b -> !b.isEmpty())
            .orElseThrow(
                () -> new Refusal.Invalid("config cannot be empty in order to create a container"));
    var request = CreateRequest.read(body.raw(), call.query().get("name"), call.version());
    var from = host.images().find(host.vch(), Shape.Read.text(request.config(), "Image"));
    checkPlatform(
        from,
        Shape.Read.text(request.config(), "Image"),
        call.since(41) ? call.query().text("platform") : "");
    var translated =
        request.translate(
            new CreateRequest.Context(
                host.vch(),
                host.image(),
                from,
                Surroundings.of(host),
                host.chance(),
                host.clock().instant()));
    translated.volumes().forEach(v -> make(host, v));
    var created = host.lifecycle().create(translated.command());
    var warnings = new ArrayList<>(translated.warnings());
    warnings.addAll(created.warnings());
    var reply = Json.object().put("Id", created.id().value());
    reply.set("Warnings", Json.array(warnings));
    call.reply(201, reply);
  }

  static void make(DockerHost host, NewVolume volume) {
    boolean there = host.image().volume(host.vch(), volume.name()).isPresent();
    host.engine()
        .note(
            image ->
                VolumeRules.create(
                    image,
                    host.vch(),
                    volume.name(),
                    volume.labels(),
                    volume.options(),
                    volume.anonymous(),
                    host.clock().instant()));
    if (!there) {
      host.publish("volume", "create", volume.name(), Map.of("driver", "local"));
    }
  }

  private static void checkPlatform(ImageInfo image, String reference, String platform) {
    if (platform.isEmpty()) {
      return;
    }
    var parts = platform.split("/", 3);
    var actual =
        image.os()
            + "/"
            + image.architecture()
            + (image.variant().isEmpty() ? "" : "/" + image.variant());
    boolean fits =
        parts[0].equals(image.os())
            && (parts.length < 2 || parts[1].equals(image.architecture()))
            && (parts.length < 3
                || Optional.of(image.variant())
                    .filter(v -> !v.isEmpty())
                    .map(parts[2]::equals)
                    .orElse(true));
    if (!fits) {
      throw new Refusal.NotFound(
          "image with reference "
              + reference
              + " was found but does not match the specified platform: wanted "
              + platform
              + ", actual: "
              + actual);
    }
  }
}
