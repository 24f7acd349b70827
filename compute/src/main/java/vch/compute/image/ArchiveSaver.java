package vch.compute.image;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import vch.compute.image.archive.ArchiveWriter;
import vch.compute.image.store.ImageStore;
import vch.compute.image.store.StoredImage;

/// Writes images as `docker save` does since version 25: an OCI image layout with Docker's
/// `manifest.json` beside it. Layers are written without compression, under their diff ids.
final class ArchiveSaver {
  private static final String LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar";
  private static final String CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
  private static final String MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
  private static final String INDEX_TYPE = "application/vnd.oci.image.index.v1+json";
  private static final String BLOBS = "blobs/sha256/";

  private final ImageStore store;
  private final ArchiveWriter out;
  private final ArrayNode docker = JsonNodeFactory.instance.arrayNode();
  private final ArrayNode index = JsonNodeFactory.instance.arrayNode();

  private ArchiveSaver(ImageStore store, ArchiveWriter out) {
    this.store = store;
    this.out = out;
  }

  /// An image to write.
  ///
  /// @param names tags to write with the image
  record Item(StoredImage image, List<Reference> names) {}

  static void write(ImageStore store, List<Item> items, OutputStream to) throws IOException {
    try (var out = new ArchiveWriter(to, Instant.EPOCH)) {
      var saver = new ArchiveSaver(store, out);
      out.directory("blobs", 0755);
      out.directory("blobs/sha256", 0755);
      for (var item : items) {
        saver.image(item);
      }
      saver.end();
    }
  }

  private void image(Item item) throws IOException {
    var config = store.rawConfig(item.image().id());
    blob(item.image().id(), config);
    var manifest = Json.newObject().put("schemaVersion", 2).put("mediaType", MANIFEST_TYPE);
    manifest
        .putObject("config")
        .put("mediaType", CONFIG_TYPE)
        .put("digest", item.image().id().toString())
        .put("size", config.length);
    var layers = manifest.putArray("layers");
    var entry = docker.addObject().put("Config", BLOBS + item.image().id().hex());
    if (item.names().isEmpty()) {
      entry.putNull("RepoTags");
    } else {
      var tags = entry.putArray("RepoTags");
      item.names().forEach(n -> tags.add(n.familiar()));
    }
    var paths = entry.putArray("Layers");
    for (var diff : item.image().config().diffIds()) {
      var layer =
          store.layer(diff).orElseThrow(() -> new IOException("layer " + diff + " is missing"));
      layers
          .addObject()
          .put("mediaType", LAYER_TYPE)
          .put("digest", diff.toString())
          .put("size", layer.tarBytes());
      paths.add(BLOBS + diff.hex());
      if (out.first(BLOBS + diff.hex())) {
        try (var tar = store.tar(diff)) {
          out.file(BLOBS + diff.hex(), 0644, layer.tarBytes(), tar);
        }
      }
    }
    var bytes = Json.bytes(manifest);
    blob(Digest.of(bytes), bytes);
    if (item.names().isEmpty()) {
      descriptor(bytes);
    }
    for (var name : item.names()) {
      descriptor(bytes)
          .putObject("annotations")
          .put("io.containerd.image.name", name.toString())
          .put("org.opencontainers.image.ref.name", name.tag().orElse("latest"));
    }
  }

  private tools.jackson.databind.node.ObjectNode descriptor(byte[] manifest) {
    return index
        .addObject()
        .put("mediaType", MANIFEST_TYPE)
        .put("digest", Digest.of(manifest).toString())
        .put("size", manifest.length);
  }

  private void blob(Digest digest, byte[] content) throws IOException {
    if (out.first(BLOBS + digest.hex())) {
      out.file(BLOBS + digest.hex(), 0644, content);
    }
  }

  private void end() throws IOException {
    var top = Json.newObject().put("schemaVersion", 2).put("mediaType", INDEX_TYPE);
    top.set("manifests", index);
    out.file("index.json", 0644, Json.bytes(top));
    out.file("manifest.json", 0644, Json.bytes(docker));
    out.file("oci-layout", 0644, Json.bytes(Json.newObject().put("imageLayoutVersion", "1.0.0")));
  }
}
