package vch.compute.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;
import vch.compute.image.archive.BoundedInputStream;
import vch.compute.image.store.ImageStore;
import vch.compute.image.store.StoredImage;
import vch.engine.compute.Images.Made;
import vch.engine.compute.Platform;

/// Makes an image of one layer from the tar of a root file system, plain or compressed.
final class RootImporter {
  private final ImageStore store;
  private final ImageStore.Pin pin;
  private final InstantSource clock;

  RootImporter(ImageStore store, ImageStore.Pin pin, InstantSource clock) {
    this.store = store;
    this.pin = pin;
    this.clock = clock;
  }

  /// Makes and keeps the image.
  StoredImage make(InputStream tar, Made made, Platform platform) throws IOException {
    var file = store.newTemp();
    try (var hasher = new Sha256();
        var in =
            hasher.reading(
                new BoundedInputStream(tar, VchImages.IMPORT_BYTES_MAX, "the archive"))) {
      Files.copy(in, file);
      var layer = store.addLayer(file, hasher.digest(), Optional.empty(), pin, _ -> {});
      var json = Json.bytes(image(layer.diffId(), made, platform));
      pin.add(Digest.of(json));
      return store.putConfig(json);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private ObjectNode image(Digest layer, Made made, Platform platform) {
    var now = clock.instant().toString();
    var out = Json.newObject().put("architecture", platform.arch());
    out.set("config", ConfigJson.of(made.config()));
    out.put("created", now);
    out.putArray("history").addObject().put("created", now).put("comment", made.message());
    out.put("os", platform.os());
    out.putObject("rootfs").put("type", "layers").putArray("diff_ids").add(layer.toString());
    if (!platform.variant().isEmpty()) {
      out.put("variant", platform.variant());
    }
    return out;
  }
}
