package vch.compute.image.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import vch.compute.image.Digest;
import vch.compute.image.Reference;
import vch.compute.image.Tars;
import vch.compute.image.TestEngine;
import vch.engine.compute.Images.Credentials;
import vch.engine.compute.Platform;

/// Pulls, and images to be pulled.
abstract class FakeRegistryPulls extends AtFakeRegistry {
  Registries.Pulled pull(
      String reference, Optional<String> platform, Optional<Credentials> credentials) {
    try (var pin = store.pin()) {
      return registries.pull(
          new Registries.Wish(
              new Registries.Asker(TestEngine.BLUE, credentials, List.of()),
              Reference.parse(reference).orLatest(),
              platform.map(Platform::parse)),
          pin,
          progress::add);
    }
  }

  Registries.Pulled pull(String reference) {
    return pull(registry.host() + "/" + reference, Optional.empty(), Optional.empty());
  }

  static byte[] config(String arch, byte[]... tars) {
    var ids = String.join(",", Arrays.stream(tars).map(t -> "\"" + Digest.of(t) + "\"").toList());
    return ("{\"os\":\"linux\",\"architecture\":\""
            + arch
            + "\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":["
            + ids
            + "]}}")
        .getBytes(StandardCharsets.UTF_8);
  }

  static String machine() {
    return Platform.machine().arch();
  }

  /// An image of one gzip layer.
  byte[] offer(String repository, String motd) {
    var tar = Tars.root(motd);
    var config = config(machine(), tar);
    registry.put(repository, "blobs", "application/json", config);
    return registry.image(repository, "latest", Digest.of(config), config.length, Tars.gzip(tar));
  }

  void nothingLeft() {
    try (var pin = store.pin();
        var left = Files.list(state.resolve("images/tmp"))) {
      assertThat(left.filter(p -> !p.getFileName().toString().startsWith("libzstd"))).isEmpty();
      store.sweep(Set::of);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
