package vch.compute.image.registry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import vch.compute.image.Digest;
import vch.compute.image.ImageConfig;
import vch.compute.image.Json;
import vch.engine.compute.Platform;
import vch.portlayer.refusal.Refusal;

/// Reads manifests and indexes, OCI image specification 1.1 and Docker's schema 2.
public final class ManifestReader {
  public static final int MANIFEST_BYTES_MAX = 4 * 1024 * 1024;

  /// A layer as it is fetched.
  static final long LAYER_BYTES_MAX = 64L << 30;

  private static final String DOCKER_MANIFEST =
      "application/vnd.docker.distribution.manifest.v2+json";
  private static final String DOCKER_LIST =
      "application/vnd.docker.distribution.manifest.list.v2+json";
  private static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";

  static final String ACCEPT =
      String.join(", ", OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST);

  private ManifestReader() {}

  /// Something to fetch by its digest.
  public record Descriptor(String mediaType, Digest digest, long size) {}

  /// What a reference leads to.
  public sealed interface Found {}

  public record Manifest(Descriptor config, List<Descriptor> layers) implements Found {}

  /// A choice of images.
  ///
  /// @param images one per platform, with the platform
  public record Index(List<Entry> images) implements Found {
    /// The best image for the platform.
    public Optional<Entry> choose(Platform wanted) {
      return images.stream()
          .filter(e -> wanted.accepts(e.platform()))
          .max(
              Comparator.comparing(
                  e ->
                      Platform.normal(
                              e.platform().os(), e.platform().arch(), e.platform().variant())
                          .variant()));
    }
  }

  public record Entry(Descriptor descriptor, Platform platform) {}

  public static Found read(byte[] bytes, String contentType) throws IOException {
    var json = Json.object(bytes, "the manifest");
    var type = Json.text(json, "mediaType").orElseGet(() -> contentType.split(";", 2)[0].strip());
    if (Json.number(json, "schemaVersion", 2) == 1
        || type.startsWith("application/vnd.docker.distribution.manifest.v1")) {
      throw new Refusal.Unsupported(
          "Docker Image manifest version 2, schema 1 support has been removed. Push the image again with a client of this decade");
    }
    return switch (type) {
      case DOCKER_LIST, OCI_INDEX -> index(json);
      case DOCKER_MANIFEST, OCI_MANIFEST -> manifest(json);
      case "", "application/json" -> json.has("manifests") ? index(json) : manifest(json);
      default ->
          throw new Refusal.Unsupported(
              "unsupported manifest media type and no default available: " + type);
    };
  }

  private static Index index(ObjectNode json) throws IOException {
    var out = new ArrayList<Entry>();
    for (var element : Json.elements(json, "manifests")) {
      var platform = Json.child(element, "platform").orElseGet(Json::newObject);
      var type = Json.textOrEmpty(element, "mediaType");
      boolean image = type.equals(DOCKER_MANIFEST) || type.equals(OCI_MANIFEST) || type.isEmpty();
      if (image) { // attestations carry the platform unknown/unknown and are chosen by nobody
        out.add(
            new Entry(
                descriptor(element, MANIFEST_BYTES_MAX),
                new Platform(
                    Json.textOrEmpty(platform, "os"),
                    Json.textOrEmpty(platform, "architecture"),
                    Json.textOrEmpty(platform, "variant"))));
      }
    }
    return new Index(out);
  }

  private static Manifest manifest(ObjectNode json) throws IOException {
    var config =
        descriptor(
            Json.child(json, "config").orElseGet(Json::newObject), ImageConfig.CONFIG_BYTES_MAX);
    if (!config.mediaType().equals("application/vnd.docker.container.image.v1+json")
        && !config.mediaType().equals("application/vnd.oci.image.config.v1+json")) {
      throw new Refusal.Unsupported(
          "this is no container image: its configuration has media type " + config.mediaType());
    }
    var layers = new ArrayList<Descriptor>();
    for (var element : Json.elements(json, "layers")) {
      var layer = descriptor(element, LAYER_BYTES_MAX);
      var type = layer.mediaType();
      if (type.contains("foreign")
          || (type.contains("nondistributable") && !Json.texts(element, "urls").isEmpty())) {
        throw new Refusal.Unsupported(
            "layer "
                + layer.digest()
                + " is kept outside the registry ("
                + type
                + "), which is not offered");
      }
      if (!type.contains(".tar") && !type.contains("rootfs.diff")) {
        throw new Refusal.Unsupported(
            "layer " + layer.digest() + " has media type " + type + ", which is no layer of files");
      }
      layers.add(layer);
    }
    if (layers.size() > ImageConfig.LAYERS_MAX) {
      throw new Refusal.Invalid(
          "the image has "
              + layers.size()
              + " layers; "
              + ImageConfig.LAYERS_MAX
              + " is the most that can be mounted");
    }
    return new Manifest(config, layers);
  }

  private static Descriptor descriptor(JsonNode json, long max) throws IOException {
    var text = Json.textOrEmpty(json, "digest");
    var digest = Digest.tryParse(text);
    if (digest.isEmpty()) {
      throw new IOException(
          "the manifest names content by '" + text + "', which is no sha256 digest");
    }
    long size = Json.number(json, "size", -1);
    if (size < 0 || size > max) {
      throw new IOException(
          "the manifest says that "
              + digest.get()
              + " has "
              + size
              + " bytes; between 0 and "
              + max
              + " are taken");
    }
    return new Descriptor(Json.textOrEmpty(json, "mediaType"), digest.get(), size);
  }
}
