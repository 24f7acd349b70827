package vch.compute.image.store;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import vch.archive.Compression;
import vch.compute.image.Digest;
import vch.compute.image.Json;
import vch.compute.image.Sha256;
import vch.portlayer.refusal.Refusal;

/// The layers of the store compressed with gzip, as registries keep them. A layer that came with
/// gzip stays as it came; another one is compressed anew each time it is opened, and what came out
/// is remembered beside it (`gzip.json`), so that a registry can be asked for it first. Safe for
/// any number of threads.
public final class GzipLayers {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int RECORD_BYTES_MAX = 64 * 1024;

  private final ImageStore store;

  public GzipLayers(ImageStore store) {
    this.store = store;
  }

  /// A layer as it is in registries.
  public record Known(Digest digest, long bytes) {}

  /// A layer to be read from a file. Closing it removes the file where it was made for this.
  public record Opened(Digest digest, long bytes, Path file, boolean temporary)
      implements AutoCloseable {
    @Override
    public void close() throws IOException {
      if (temporary) {
        Files.deleteIfExists(file);
      }
    }
  }

  /// What the layer is in registries; empty where it was not compressed yet.
  public Optional<Known> known(Digest diffId) throws IOException {
    var layer = layer(diffId);
    if (came(diffId)) {
      return Optional.of(new Known(layer.blob(), layer.blobBytes()));
    }
    try {
      var file = record(diffId);
      if (Files.size(file) > RECORD_BYTES_MAX) {
        return Optional.empty();
      }
      var json = Json.object(Files.readAllBytes(file), file.toString());
      long bytes = Json.number(json, "bytes", 0);
      return Digest.tryParse(Json.textOrEmpty(json, "digest")).map(d -> new Known(d, bytes));
    } catch (NoSuchFileException | Json.NotJson _) {
      return Optional.empty(); // it can be made again
    }
  }

  /// Compresses the layer, unless it came compressed.
  public Opened open(Digest diffId) throws IOException {
    var layer = layer(diffId);
    if (came(diffId)) {
      return new Opened(layer.blob(), layer.blobBytes(), store.blob(diffId), false);
    }
    var file = store.newTemp();
    try (var hasher = new Sha256()) {
      try (var tar = store.tar(diffId);
          var out =
              new GZIPOutputStream(
                  hasher.writing(
                      new BufferedOutputStream(
                          Files.newOutputStream(file, StandardOpenOption.CREATE_NEW),
                          BUFFER_BYTES)),
                  BUFFER_BYTES)) {
        tar.transferTo(out);
      }
      var made = new Opened(hasher.digest(), Files.size(file), file, true);
      remember(diffId, made);
      return made;
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  private void remember(Digest diffId, Opened made) throws IOException {
    var work = store.newTemp();
    Durable.write(
        work,
        Json.bytes(
            Json.newObject().put("digest", made.digest().toString()).put("bytes", made.bytes())));
    Durable.rename(work, record(diffId));
  }

  private StoredLayer layer(Digest diffId) {
    return store
        .layer(diffId)
        .orElseThrow(
            () ->
                new Refusal.Failed(
                    "Layer " + diffId + " is missing; pull or load the image again"));
  }

  private boolean came(Digest diffId) throws IOException {
    return Compression.of(store.blob(diffId)) == Compression.GZIP;
  }

  private Path record(Digest diffId) {
    return store.blob(diffId).resolveSibling("gzip.json");
  }
}
