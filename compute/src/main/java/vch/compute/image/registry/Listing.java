package vch.compute.image.registry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import vch.compute.image.Digest;
import vch.compute.image.ImageConfig;
import vch.compute.image.Json;
import vch.compute.image.Reference;
import vch.compute.image.registry.ManifestReader.Index;
import vch.compute.image.registry.ManifestReader.Manifest;
import vch.engine.compute.Images.Distribution;
import vch.engine.compute.Images.OsArch;
import vch.portlayer.refusal.Refusal;

/// What a registry tells of a repository without anything being fetched.
final class Listing {
  /// Tags of one repository.
  static final int TAGS_MAX = 10_000;

  private static final int PAGE_BYTES_MAX = 4 * 1024 * 1024;
  private static final int PAGES_MAX = 1000;

  /// `</v2/app/tags/list?last=b&n=2>; rel="next"`, RFC 8288.
  private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"?next\"?");

  private Listing() {}

  static List<String> tags(RegistrySession session) throws IOException {
    var out = new LinkedHashSet<String>();
    var page = Optional.of("/tags/list");
    for (int i = 0; page.isPresent() && i < PAGES_MAX; i++) {
      try (var answer = session.list(page.get())) {
        var json = Json.object(answer.body().readNBytes(PAGE_BYTES_MAX), "the list of tags");
        out.addAll(Json.texts(json, "tags"));
        page = answer.link().flatMap(Listing::next);
      }
      if (out.size() > TAGS_MAX) {
        throw new Refusal.Failed(
            "the repository has more than " + TAGS_MAX + " tags; pull them one by one");
      }
    }
    return List.copyOf(out);
  }

  private static Optional<String> next(String link) {
    var found = NEXT.matcher(link);
    int list = found.find() ? found.group(1).indexOf("/tags/list?") : -1;
    return list < 0 ? Optional.empty() : Optional.of(found.group(1).substring(list));
  }

  static Distribution look(RegistrySession session, Reference reference) throws IOException {
    var asked = reference.digest().or(reference::tag).orElse("latest");
    byte[] bytes;
    String type;
    try (var answer = session.manifest(asked)) {
      bytes = answer.body().readNBytes(ManifestReader.MANIFEST_BYTES_MAX);
      type = answer.contentType();
    }
    var json = Json.object(bytes, "the manifest");
    var platforms =
        switch (ManifestReader.read(bytes, type)) {
          case Index _ -> platforms(Json.elements(json, "manifests"));
          case Manifest m -> List.of(platform(session, m));
        };
    return new Distribution(
        Json.text(json, "mediaType").orElse(type),
        Digest.of(bytes).toString(),
        bytes.length,
        platforms);
  }

  private static List<OsArch> platforms(List<tools.jackson.databind.JsonNode> entries) {
    var out = new ArrayList<OsArch>();
    for (var entry : entries) {
      Json.child(entry, "platform")
          .ifPresent(
              p ->
                  out.add(
                      new OsArch(
                          Json.textOrEmpty(p, "os"),
                          Json.textOrEmpty(p, "architecture"),
                          Json.textOrEmpty(p, "variant"),
                          Json.textOrEmpty(p, "os.version"))));
    }
    return out;
  }

  private static OsArch platform(RegistrySession session, Manifest manifest) throws IOException {
    try (var answer = session.blob(manifest.config().digest().toString(), 0)) {
      var json =
          Json.object(
              answer.body().readNBytes(ImageConfig.CONFIG_BYTES_MAX), "the image configuration");
      return new OsArch(
          Json.textOrEmpty(json, "os"),
          Json.textOrEmpty(json, "architecture"),
          Json.textOrEmpty(json, "variant"),
          Json.textOrEmpty(json, "os.version"));
    }
  }
}
