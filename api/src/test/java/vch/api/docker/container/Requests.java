package vch.api.docker.container;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import vch.api.docker.ApiVersion;
import vch.api.docker.Json;
import vch.engine.compute.Images;
import vch.engine.fake.Samples;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;

/// Create requests against VCH blue with networks `bridge` and `net2` and a running container
/// `web1`.
final class Requests {
  static final Surroundings MACHINE =
      new Surroundings(
          2,
          1,
          false,
          true,
          "runc",
          path -> path.toString().startsWith("/there"),
          Path.of("/run/portlayer/blue/docker.sock"),
          Requests::imageId);

  private Requests() {}

  static Images.ImageInfo image() {
    return new Images.ImageInfo(
        "sha256:" + "1".repeat(64),
        List.of("busybox:latest"),
        List.of(),
        Optional.of(Samples.NOON),
        4_000_000,
        "amd64",
        "",
        "linux",
        "",
        new Images.Config(
            List.of("/entry"),
            List.of("sh"),
            List.of("PATH=/bin", "LANG=C"),
            "/srv",
            "nobody",
            Map.of("vendor", "us", "tier", "image"),
            List.of("80/tcp"),
            List.of("/data"),
            "SIGQUIT",
            Optional.empty(),
            List.of(),
            List.of()),
        List.of(),
        List.of(),
        "",
        Optional.empty());
  }

  static final String TOOLS = "sha256:" + "2".repeat(64);

  private static String imageId(String reference) {
    if (!reference.equals("tools")) {
      throw new Refusal.NotFound("No such image: " + reference + ":latest");
    }
    return TOOLS;
  }

  static Image state() {
    var changes = new ArrayList<Change>(Samples.blueCreated());
    changes.add(new Change.ScopePut(Samples.scope(2, new ScopeKind.Bridge(false, true, true))));
    changes.add(Samples.put(Samples.running(Samples.container(1, 1))));
    return Image.EMPTY.after(changes);
  }

  static CreateRequest.Translated translate(String body, String version) {
    return translate(body, version, MACHINE);
  }

  static CreateRequest.Translated translate(String body, String version, Surroundings machine) {
    return CreateRequest.read(Json.read(body).raw(), Optional.of("new1"), ApiVersion.parse(version))
        .translate(
            new CreateRequest.Context(
                Samples.BLUE,
                state(),
                image(),
                machine,
                new Random(1),
                Instant.parse("2026-11-21T12:00:00Z")));
  }
}
