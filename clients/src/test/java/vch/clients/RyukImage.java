package vch.clients;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import vch.app.compat.Command;
import vch.app.compat.TestVch;

/// An image of a reaper for Testcontainers, since no registry with the usual one can be reached:
/// see `src/test/ryuk`.
final class RyukImage {
  static final String NAME = "portlayer/ryuk:1";

  private RyukImage() {}

  static void importTo(TestVch vch) {
    var script = Path.of("src/test/ryuk/image.sh").toAbsolutePath();
    Command.run(
            Map.of("DOCKER_HOST", vch.host()),
            new byte[0],
            List.of(
                "sh",
                "-c",
                script + " | docker import --change 'ENTRYPOINT [\"/bin/ryuk.sh\"]' - " + NAME))
        .saying("sha256:");
  }
}
