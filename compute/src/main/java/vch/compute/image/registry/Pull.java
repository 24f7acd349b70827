package vch.compute.image.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import vch.compute.image.Digest;
import vch.compute.image.ImageConfig;
import vch.compute.image.ProgressGate;
import vch.compute.image.Reference;
import vch.compute.image.registry.ManifestReader.Descriptor;
import vch.compute.image.registry.ManifestReader.Index;
import vch.compute.image.registry.ManifestReader.Manifest;
import vch.compute.image.store.ImageStore;
import vch.compute.image.store.StoredImage;
import vch.engine.compute.Platform;
import vch.portlayer.refusal.Refusal;

/// One pull: manifest, configuration, layers side by side. Lines of progress are Docker's.
final class Pull {
  private final ImageStore store;
  private final RegistrySession session;
  private final Download download;
  private final Semaphore downloads;
  private final Semaphore unpackings;
  private final ProgressGate progress;
  private final ImageStore.Pin pin;

  Pull(
      ImageStore store,
      RegistrySession session,
      Download download,
      Semaphore downloads,
      Semaphore unpackings,
      ProgressGate progress,
      ImageStore.Pin pin) {
    this.store = store;
    this.session = session;
    this.download = download;
    this.downloads = downloads;
    this.unpackings = unpackings;
    this.progress = progress;
    this.pin = pin;
  }

  Registries.Pulled run(Reference reference, Optional<Platform> platform)
      throws IOException, InterruptedException {
    var wanted = platform.orElseGet(Platform::machine);
    var asked = reference.digest().or(reference::tag).orElse("latest");
    if (reference.digest().isPresent() && Digest.tryParse(asked).isEmpty()) {
      throw new Refusal.Unsupported("digests other than sha256 are not offered: " + asked);
    }
    var top = manifest(asked);
    progress.line(
        reference.digest().isPresent() ? reference.toString() : asked,
        "Pulling from " + reference.path());
    var manifest =
        switch (top.found()) {
          case Manifest m -> m;
          case Index index -> chosen(index, wanted);
        };
    var image = fetch(manifest, reference, platform);
    return new Registries.Pulled(image, top.digest());
  }

  private Manifest chosen(Index index, Platform wanted) throws IOException {
    var entry =
        index
            .choose(wanted)
            .orElseThrow(
                () ->
                    new Refusal.NotFound(
                        "no matching manifest for " + wanted + " in the manifest list entries"));
    return switch (manifest(entry.descriptor().digest().toString()).found()) {
      case Manifest m -> m;
      case Index _ ->
          throw new Refusal.Unsupported(
              "the manifest list holds another manifest list for "
                  + wanted
                  + ", which is not offered");
    };
  }

  private record Fetched(Digest digest, ManifestReader.Found found) {}

  private Fetched manifest(String tagOrDigest) throws IOException {
    try (var answer = session.manifest(tagOrDigest)) {
      var bytes = answer.body().readNBytes(ManifestReader.MANIFEST_BYTES_MAX + 1);
      if (bytes.length > ManifestReader.MANIFEST_BYTES_MAX) {
        throw new IOException(
            "the manifest is larger than " + ManifestReader.MANIFEST_BYTES_MAX + " bytes");
      }
      var digest = Digest.of(bytes);
      var asked = Digest.tryParse(tagOrDigest);
      if (asked.isPresent() && !asked.get().equals(digest)) {
        throw new IOException("manifest verification failed for digest " + asked.get());
      }
      return new Fetched(digest, ManifestReader.read(bytes, answer.contentType()));
    }
  }

  private StoredImage fetch(Manifest manifest, Reference reference, Optional<Platform> platform)
      throws IOException, InterruptedException {
    pin.add(manifest.config().digest());
    var known = store.image(manifest.config().digest());
    var bytes = known.isPresent() ? store.rawConfig(known.get().id()) : config(manifest.config());
    var config = known.isPresent() ? known.get().config() : ImageConfig.parse(bytes);
    platform.ifPresent(p -> check(p, config, reference));
    if (config.diffIds().size() != manifest.layers().size()) {
      throw new IOException(
          "the manifest has "
              + manifest.layers().size()
              + " layers, the image's configuration "
              + config.diffIds().size());
    }
    config.diffIds().forEach(pin::add);
    if (known.isEmpty() || config.diffIds().stream().anyMatch(d -> store.layer(d).isEmpty())) {
      layers(manifest.layers(), config.diffIds());
    }
    return store.putConfig(bytes);
  }

  private static void check(Platform wanted, ImageConfig config, Reference reference) {
    var actual = new Platform(config.os(), config.architecture(), config.variant());
    if (!wanted.accepts(actual)) {
      throw new Refusal.NotFound(
          "image with reference "
              + reference.familiar()
              + " was found but does not match the specified platform: wanted "
              + wanted
              + ", actual: "
              + actual);
    }
  }

  private byte[] config(Descriptor descriptor) throws IOException {
    try (var answer = session.blob(descriptor.digest().toString(), 0)) {
      var bytes = answer.body().readNBytes((int) descriptor.size() + 1);
      if (bytes.length != descriptor.size() || !Digest.of(bytes).equals(descriptor.digest())) {
        throw new IOException("image config verification failed for digest " + descriptor.digest());
      }
      return bytes;
    }
  }

  private void layers(List<Descriptor> layers, List<Digest> diffIds)
      throws IOException, InterruptedException {
    var missing = new ArrayList<Together.Work>();
    for (int i = 0; i < layers.size(); i++) {
      var layer = layers.get(i);
      var diff = diffIds.get(i);
      if (store.layer(diff).isPresent()) {
        progress.line(layer.digest().brief(), "Already exists");
      } else {
        progress.line(layer.digest().brief(), "Pulling fs layer");
        missing.add(() -> layer(layer, diff));
      }
    }
    Together.run(missing);
  }

  private void layer(Descriptor layer, Digest diff) throws IOException, InterruptedException {
    var id = layer.digest().brief();
    try (var _ = store.claim(diff)) {
      if (store.layer(diff).isPresent()) { // another pull was faster
        progress.line(id, "Pull complete");
        return;
      }
      var file = store.newTemp();
      try {
        download(layer, file, id);
        unpackings.acquire();
        try {
          store.addLayer(
              file,
              layer.digest(),
              Optional.of(diff),
              pin,
              progress.bar(id, "Extracting", layer.size())::at);
        } finally {
          unpackings.release();
        }
      } finally {
        Files.deleteIfExists(file);
      }
    }
    progress.line(id, "Pull complete");
  }

  private void download(Descriptor layer, java.nio.file.Path file, String id)
      throws IOException, InterruptedException {
    if (!downloads.tryAcquire()) {
      progress.line(id, "Waiting");
      downloads.acquire();
    }
    try {
      var bar = progress.bar(id, "Downloading", layer.size());
      download.fetch(
          layer,
          file,
          new Download.Watcher() {
            @Override
            public void bytes(long soFar) {
              bar.at(soFar);
            }

            @Override
            public void retrying(int seconds) {
              progress.line(id, "Retrying in " + seconds + (seconds == 1 ? " second" : " seconds"));
            }

            @Override
            public void verifying() {
              progress.line(id, "Verifying Checksum");
            }
          });
    } finally {
      downloads.release();
    }
    progress.line(id, "Download complete");
  }
}
