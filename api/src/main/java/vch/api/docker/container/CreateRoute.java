package vch.api.docker.container;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Map;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;
import vch.engine.compute.Images.ImageInfo;
import vch.engine.compute.Platform;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.SenderRules;
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
        call.bodyIfAny(PortsReader::read)
            .filter(b -> Shapes.CONFIG.names(b.raw()))
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
    SenderRules.warning(host.image(), created.id(), from.architecture()).ifPresent(warnings::add);
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
    var wanted = Platform.parse(platform);
    var actual = Platform.normal(image.os(), image.architecture(), image.variant());
    if (!wanted.accepts(actual)) {
      throw new Refusal.NotFound(
          "image with reference "
              + reference
              + " was found but does not match the specified platform: wanted "
              + wanted
              + ", actual: "
              + actual);
    }
  }
}
