package vch.compute.image;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import vch.engine.compute.Images.Config;
import vch.engine.compute.Images.History;

/// The configuration of an image, read from its JSON. Its digest is the image's id. Format: OCI
/// image specification, "Image Configuration"; Docker's differs in nothing that is read here.
///
/// @param diffIds layers, lowest first
public record ImageConfig(
    Optional<Instant> created,
    String architecture,
    String variant,
    String os,
    String author,
    Config config,
    List<Digest> diffIds,
    List<History> history) {
  /// Bytes of JSON.
  public static final int CONFIG_BYTES_MAX = 8 * 1024 * 1024;

  /// As many lower directories as overlayfs takes of Docker.
  public static final int LAYERS_MAX = 127;

  public ImageConfig {
    diffIds = List.copyOf(diffIds);
    history = List.copyOf(history);
  }

  /// Reads and checks a configuration.
  ///
  /// @throws Json.NotJson in one sentence, when this is no configuration of an image
  public static ImageConfig parse(byte[] json) throws Json.NotJson {
    var root = Json.object(json, "the image configuration");
    var rootfs =
        Json.child(root, "rootfs")
            .orElseThrow(
                () ->
                    new Json.NotJson(
                        "the image configuration lists no layers (rootfs is missing)"));
    var diffIds = new java.util.ArrayList<Digest>();
    for (var text : Json.texts(rootfs, "diff_ids")) {
      diffIds.add(
          Digest.tryParse(text)
              .orElseThrow(
                  () ->
                      new Json.NotJson(
                          "the image configuration names a layer '"
                              + text
                              + "', which is no sha256 digest")));
    }
    if (diffIds.size() > LAYERS_MAX) {
      throw new Json.NotJson(
          "the image has "
              + diffIds.size()
              + " layers; "
              + LAYERS_MAX
              + " is the most that can be mounted");
    }
    var history = Json.elements(root, "history").stream().map(ImageConfig::history).toList();
    return new ImageConfig(
        created(root),
        Json.textOrEmpty(root, "architecture"),
        Json.textOrEmpty(root, "variant"),
        Json.textOrEmpty(root, "os"),
        Json.textOrEmpty(root, "author"),
        config(Json.child(root, "config").orElseGet(Json::newObject)),
        diffIds,
        history);
  }

  private static Config config(JsonNode c) {
    return new Config(
        Json.texts(c, "Entrypoint"),
        Json.texts(c, "Cmd"),
        Json.texts(c, "Env"),
        Json.textOrEmpty(c, "WorkingDir"),
        Json.textOrEmpty(c, "User"),
        Json.textMap(c, "Labels"),
        Json.names(c, "ExposedPorts"),
        Json.names(c, "Volumes"),
        Json.textOrEmpty(c, "StopSignal"),
        Json.child(c, "Healthcheck").map(Object::toString),
        Json.texts(c, "Shell"),
        Json.texts(c, "OnBuild"));
  }

  private static History history(JsonNode h) {
    var empty = h.get("empty_layer");
    return new History(
        created(h),
        Json.textOrEmpty(h, "created_by"),
        Json.textOrEmpty(h, "comment"),
        empty != null && empty.isBoolean() && empty.booleanValue(),
        Json.textOrEmpty(h, "author"));
  }

  private static Optional<Instant> created(JsonNode parent) {
    return Json.text(parent, "created").flatMap(ImageConfig::instant);
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  /// How Docker names what an image and its lower layers are together: the digest over the digests.
  public List<Digest> chainIds() {
    var out = new java.util.ArrayList<Digest>();
    for (var diff : diffIds) {
      out.add(
          out.isEmpty()
              ? diff
              : Digest.of(
                  (out.getLast() + " " + diff)
                      .getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
    }
    return out;
  }
}
