package vch.compute.image.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import vch.compute.image.Digest;
import vch.compute.image.Json;
import vch.compute.image.ProgressGate;
import vch.compute.image.archive.BoundedInputStream;
import vch.compute.image.registry.RegistrySession.Mount;
import vch.compute.image.store.GzipLayers;
import vch.compute.image.store.StoredImage;
import vch.engine.compute.Images.Pushed;

/// One push to one repository: layers side by side, then the configuration, then the manifest
/// (Docker's schema 2). Lines of progress are Docker's. What was sent for one tag is not sent again
/// for another.
final class Push {
  /// Attempts for one layer, as with Docker; each starts anew.
  static final int ATTEMPTS_MAX = 5;

  /// Repositories that are asked for one layer.
  static final int MOUNTS_MAX = 4;

  private static final String MANIFEST_TYPE =
      "application/vnd.docker.distribution.manifest.v2+json";
  private static final String CONFIG_TYPE = "application/vnd.docker.container.image.v1+json";
  private static final String LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip";
  private static final String BYTES = "application/octet-stream";

  private final GzipLayers layers;
  private final RegistrySession session;
  private final Semaphore uploads;
  private final Download.Pause pause;
  private final ProgressGate progress;
  private final Set<Digest> there = ConcurrentHashMap.newKeySet(); // diff ids

  Push(
      GzipLayers layers,
      RegistrySession session,
      Semaphore uploads,
      Download.Pause pause,
      ProgressGate progress) {
    this.layers = layers;
    this.session = session;
    this.uploads = uploads;
    this.pause = pause;
    this.progress = progress;
  }

  /// @param config byte by byte
  /// @param sources repositories of the same registry that have been seen with a layer of the image
  Pushed run(StoredImage image, byte[] config, String tag, Registries.Sources sources)
      throws IOException, InterruptedException {
    var diffs = image.config().diffIds();
    var once = new ArrayList<>(new LinkedHashSet<>(diffs.reversed()));
    once.forEach(d -> progress.line(d.brief(), "Preparing"));
    Together.run(
        once.stream().<Together.Work>map(diff -> () -> layer(diff, sources.of(diff))).toList());
    if (!session.has(image.id().toString())) {
      blob(image.id().toString(), config.length, () -> new ByteArrayInputStream(config));
    }
    var manifest = manifest(image.id(), config.length, diffs);
    session.putManifest(
        tag, new Wire.Content(MANIFEST_TYPE, manifest.length, new ByteArrayInputStream(manifest)));
    var digest = Digest.of(manifest);
    progress.line("", tag + ": digest: " + digest + " size: " + manifest.length);
    return new Pushed(tag, digest.toString(), manifest.length);
  }

  private void layer(Digest diff, List<String> sources) throws IOException, InterruptedException {
    if (there.contains(diff)) {
      progress.line(diff.brief(), "Layer already exists");
      return;
    }
    if (!uploads.tryAcquire()) {
      progress.line(diff.brief(), "Waiting");
      uploads.acquire();
    }
    try {
      for (int attempt = 1; ; attempt++) {
        try {
          progress.line(diff.brief(), attempt(diff, sources));
          there.add(diff);
          return;
        } catch (RegistryException | InterruptedIOException e) {
          throw e;
        } catch (IOException e) {
          if (attempt == ATTEMPTS_MAX || Thread.currentThread().isInterrupted()) {
            throw e;
          }
          again(diff, attempt * 2);
        }
      }
    } finally {
      uploads.release();
    }
  }

  private void again(Digest diff, int seconds) throws InterruptedException {
    for (int left = seconds; left > 0; left--) {
      progress.line(diff.brief(), "Retrying in " + left + (left == 1 ? " second" : " seconds"));
      pause.seconds(1);
    }
  }

  /// How the layer got there, in Docker's words.
  private String attempt(Digest diff, List<String> sources) throws IOException {
    var known = layers.known(diff);
    if (known.isPresent() && session.has(known.get().digest().toString())) {
      return "Layer already exists";
    }
    var upload = Optional.<URI>empty();
    if (known.isPresent()) {
      for (var source : sources.stream().limit(MOUNTS_MAX).toList()) {
        if (upload.isEmpty()) {
          upload = session.upload(Optional.of(new Mount(known.get().digest().toString(), source)));
          if (upload.isEmpty()) {
            return "Mounted from " + source;
          }
        }
      }
    }
    try (var gzip = layers.open(diff)) {
      if (known.filter(k -> k.digest().equals(gzip.digest())).isEmpty()
          && session.has(gzip.digest().toString())) {
        return "Layer already exists";
      }
      var bar = progress.bar(diff.brief(), "Pushing", gzip.bytes());
      send(
          upload.isPresent() ? upload.get() : begin(),
          gzip.digest().toString(),
          gzip.bytes(),
          () ->
              new BoundedInputStream(
                  Files.newInputStream(gzip.file()), Long.MAX_VALUE, "the layer", bar::at));
    }
    return "Pushed";
  }

  private interface Source {
    InputStream open() throws IOException;
  }

  private void blob(String digest, long bytes, Source source) throws IOException {
    send(begin(), digest, bytes, source);
  }

  private URI begin() throws IOException {
    return session
        .upload(Optional.empty())
        .orElseThrow(() -> new RegistryException("", "the registry does not take an upload"));
  }

  private void send(URI upload, String digest, long bytes, Source source) throws IOException {
    try (var in = source.open()) {
      session.finish(session.send(upload, new Wire.Content(BYTES, bytes, in)), digest);
    }
  }

  /// As Docker writes it: three spaces, members in this order. The digest is over these bytes.
  private byte[] manifest(Digest config, int configBytes, List<Digest> diffs) throws IOException {
    var json = Json.newObject().put("schemaVersion", 2).put("mediaType", MANIFEST_TYPE);
    json.putObject("config")
        .put("mediaType", CONFIG_TYPE)
        .put("size", configBytes)
        .put("digest", config.toString());
    var list = json.putArray("layers");
    for (var diff : diffs) {
      var known =
          layers
              .known(diff)
              .orElseThrow(() -> new IOException("layer " + diff + " went away while it was sent"));
      list.addObject()
          .put("mediaType", LAYER_TYPE)
          .put("size", known.bytes())
          .put("digest", known.digest().toString());
    }
    return Json.indented(json, 3);
  }
}
