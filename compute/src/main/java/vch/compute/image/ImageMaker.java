package vch.compute.image;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vch.archive.BadArchiveException;
import vch.compute.image.store.ImageStore;
import vch.compute.image.store.StoredImage;
import vch.engine.compute.Images.NewImage;
import vch.engine.compute.Images.NewLayer;
import vch.engine.compute.Platform;
import vch.portlayer.refusal.Refusal;

/// Makes an image of a parent, at most one further layer and a configuration. For one thread.
final class ImageMaker {
  private static final int COPY_BYTES = 128 * 1024;

  private final ImageStore store;
  private final ImageStore.Pin pin;
  private final InstantSource clock;

  ImageMaker(ImageStore store, ImageStore.Pin pin, InstantSource clock) {
    this.store = store;
    this.pin = pin;
    this.clock = clock;
  }

  /// Makes and keeps the image.
  ///
  /// @param parent that of the wish, pinned
  StoredImage make(NewImage wish, Optional<StoredImage> parent) throws IOException {
    var layer =
        switch (wish.layer()) {
          case NewLayer.None _ -> Optional.<Digest>empty();
          case NewLayer.Known(var diffId) -> Optional.of(known(diffId));
          case NewLayer.Tar tar -> written(tar);
        };
    var lower = parent.map(p -> p.config().diffIds()).orElse(List.of());
    if (layer.isPresent() && lower.size() == ImageConfig.LAYERS_MAX) {
      throw new Refusal.Invalid("max depth exceeded");
    }
    var json = Json.bytes(json(wish, parent, layer));
    pin.add(Digest.of(json));
    return store.putConfig(json);
  }

  private Digest known(String diffId) {
    var digest = Digest.parse(diffId);
    pin.add(digest);
    if (store.layer(digest).isEmpty()) {
      throw new Refusal.NotFound("layer " + diffId + " is not here any more");
    }
    return digest;
  }

  private Optional<Digest> written(NewLayer.Tar tar) throws IOException {
    Path file = store.newTemp();
    try (var hasher = new Sha256()) {
      try (var out =
          hasher.writing(new BufferedOutputStream(Files.newOutputStream(file), COPY_BYTES))) {
        if (tar.write(out) == 0) {
          return Optional.empty();
        }
      }
      var digest = hasher.digest();
      pin.add(digest);
      if (store.layer(digest).isEmpty()) {
        store.addLayer(file, digest, Optional.of(digest), pin, _ -> {});
      }
      return Optional.of(digest);
    } catch (BadArchiveException e) {
      throw new Refusal.Invalid("the new layer cannot be kept: " + e.getMessage());
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private ObjectNode json(NewImage wish, Optional<StoredImage> parent, Optional<Digest> layer)
      throws IOException {
    var machine = Platform.machine();
    var now = wish.created().orElseGet(clock::instant);
    var out = Json.newObject();
    if (parent.isPresent()) {
      out =
          Json.object(store.rawConfig(parent.get().id()), "the configuration of the parent image");
      // What a build of another engine noted of its own container.
      out.remove(List.of("container", "container_config", "docker_version", "id", "parent"));
    } else {
      out.put("architecture", machine.arch()).put("os", machine.os());
    }
    if (wish.author().isEmpty()) {
      out.remove("author");
    } else {
      out.put("author", wish.author());
    }
    out.set("config", ConfigJson.of(wish.config()));
    out.put("created", now.toString());
    array(out, "history").add(history(wish, now, layer.isEmpty()));
    var rootfs = out.get("rootfs") instanceof ObjectNode found ? found : out.putObject("rootfs");
    rootfs.put("type", "layers");
    var diffIds = array(rootfs, "diff_ids");
    layer.ifPresent(l -> diffIds.add(l.toString()));
    return out;
  }

  private static ObjectNode history(NewImage wish, Instant now, boolean empty) {
    var step = Json.newObject().put("created", now.toString());
    if (!wish.author().isEmpty()) {
      step.put("author", wish.author());
    }
    step.put("created_by", wish.createdBy());
    if (!wish.comment().isEmpty()) {
      step.put("comment", wish.comment());
    }
    if (empty) {
      step.put("empty_layer", true);
    }
    return step;
  }

  private static ArrayNode array(ObjectNode of, String field) {
    return of.get(field) instanceof ArrayNode array ? array : of.putArray(field);
  }
}
