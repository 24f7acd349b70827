package vch.compute.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import vch.archive.BadArchiveException;
import vch.archive.Compression;
import vch.compute.image.archive.SpooledArchive;
import vch.compute.image.registry.ManifestReader;
import vch.compute.image.store.ImageStore;
import vch.compute.image.store.StoredImage;
import vch.engine.compute.Platform;

/// Reads one archive of images into the store: what `docker save` writes (`manifest.json`), or an
/// OCI image layout (`index.json`). Every layer must be in the archive with the content its image
/// names, even if the store has it: else an archive that names a layer of somebody else would give
/// it away. For one thread.
final class ArchiveLoader {
  private static final int INDEX_BYTES_MAX = 4 * 1024 * 1024;
  private static final int IMAGES_MAX = 1000;

  private final ImageStore store;
  private final ImageStore.Pin pin;
  private final ProgressGate progress;
  private final SpooledArchive archive;
  private final Optional<Platform> wanted;
  private final Map<Path, Digest> done =
      new HashMap<>(); // files of the archive to the layer that they hold

  private final Set<String> others = new TreeSet<>(); // platforms of images that were left out

  /// @param wanted platform of the images; empty: this machine's where there is a choice, and
  ///   whatever there is where there is none
  ArchiveLoader(
      ImageStore store,
      ImageStore.Pin pin,
      ProgressGate progress,
      SpooledArchive archive,
      Optional<Platform> wanted) {
    this.store = store;
    this.pin = pin;
    this.progress = progress;
    this.archive = archive;
    this.wanted = wanted;
  }

  /// An image that was read, and what it is to be called.
  record Loaded(StoredImage image, List<Reference> names) {}

  List<Loaded> load() throws IOException, InterruptedException {
    boolean choice = wanted.isPresent() && archive.file("index.json").isPresent();
    if (!choice && archive.file("manifest.json").isPresent()) {
      return docker();
    }
    if (archive.file("index.json").isPresent()) {
      return layout();
    }
    throw new BadArchiveException(
        "this archive holds no image: it has neither manifest.json nor index.json. A root file system is read by docker import");
  }

  private List<Loaded> docker() throws IOException, InterruptedException {
    var list = Json.read(archive.bytes("manifest.json", INDEX_BYTES_MAX), "manifest.json");
    if (!list.isArray() || list.size() > IMAGES_MAX) {
      throw new BadArchiveException("manifest.json is no list of images");
    }
    var out = new ArrayList<Loaded>();
    for (JsonNode item : list) {
      var config = archive.bytes(Json.textOrEmpty(item, "Config"), ImageConfig.CONFIG_BYTES_MAX);
      if (!fits(config)) {
        continue;
      }
      var files = new ArrayList<Path>();
      for (var name : Json.texts(item, "Layers")) {
        files.add(file(name));
      }
      var names = new ArrayList<Reference>();
      for (var tag : Json.texts(item, "RepoTags")) {
        names.add(Reference.parse(tag).orLatest());
      }
      out.add(image(config, files, names));
    }
    return some(out);
  }

  private List<Loaded> layout() throws IOException, InterruptedException {
    var index = Json.object(archive.bytes("index.json", INDEX_BYTES_MAX), "index.json");
    var out = new ArrayList<Loaded>();
    for (var item : Json.elements(index, "manifests")) {
      if (out.size() == IMAGES_MAX) {
        throw new BadArchiveException("the archive holds more than " + IMAGES_MAX + " images");
      }
      var manifest =
          manifest(Json.textOrEmpty(item, "digest"), Json.textOrEmpty(item, "mediaType"));
      if (manifest.isEmpty()) {
        continue;
      }
      var config = content(manifest.get().config().digest(), ImageConfig.CONFIG_BYTES_MAX);
      if (!fits(config)) {
        continue;
      }
      var files = new ArrayList<Path>();
      for (var layer : manifest.get().layers()) {
        files.add(blob(layer.digest()));
      }
      out.add(image(config, files, names(Json.textMap(item, "annotations"))));
    }
    return some(out);
  }

  private List<Loaded> some(List<Loaded> loaded) throws BadArchiveException {
    if (loaded.isEmpty()) {
      var platform = wanted.orElseGet(Platform::machine);
      throw new BadArchiveException(
          others.isEmpty()
              ? "the archive holds no image for " + platform
              : "the archive holds images for "
                  + String.join(", ", others)
                  + ", none for "
                  + platform);
    }
    return loaded;
  }

  /// Of several images those for the platform are taken that was asked for.
  private boolean fits(byte[] json) throws IOException {
    if (wanted.isEmpty()) {
      return true;
    }
    var config = ImageConfig.parse(json);
    var platform = Platform.normal(config.os(), config.architecture(), config.variant());
    boolean fits = wanted.get().accepts(platform);
    if (!fits) {
      others.add(platform.toString());
    }
    return fits;
  }

  private Optional<ManifestReader.Manifest> manifest(String digest, String mediaType)
      throws IOException {
    var id =
        Digest.tryParse(digest)
            .orElseThrow(
                () ->
                    new BadArchiveException(
                        "index.json names '" + digest + "', which is no sha256 digest"));
    return switch (ManifestReader.read(content(id, ManifestReader.MANIFEST_BYTES_MAX), mediaType)) {
      case ManifestReader.Manifest m -> Optional.of(m);
      case ManifestReader.Index index -> {
        var chosen = index.choose(wanted.orElseGet(Platform::machine));
        if (chosen.isEmpty()) {
          yield Optional.empty();
        }
        var descriptor = chosen.get().descriptor();
        yield ManifestReader.read(
                    content(descriptor.digest(), ManifestReader.MANIFEST_BYTES_MAX),
                    descriptor.mediaType())
                instanceof ManifestReader.Manifest m
            ? Optional.of(m)
            : Optional.empty();
      }
    };
  }

  /// containerd's annotation holds the whole name; that of OCI a tag, or a whole name too.
  private static List<Reference> names(Map<String, String> annotations) {
    var whole = annotations.get("io.containerd.image.name");
    if (whole != null) {
      return List.of(Reference.parse(whole).orLatest());
    }
    var name = annotations.getOrDefault("org.opencontainers.image.ref.name", "");
    return name.contains("/") || name.contains(":")
        ? List.of(Reference.parse(name).orLatest())
        : List.of();
  }

  private Loaded image(byte[] json, List<Path> files, List<Reference> names)
      throws IOException, InterruptedException {
    var config = ImageConfig.parse(json);
    if (config.diffIds().size() != files.size()) {
      throw new BadArchiveException(
          "invalid manifest, layers length mismatch: expected "
              + config.diffIds().size()
              + ", got "
              + files.size());
    }
    pin.add(Digest.of(json));
    for (int i = 0; i < files.size(); i++) {
      pin.add(config.diffIds().get(i));
      layer(files.get(i), config.diffIds().get(i));
    }
    return new Loaded(store.putConfig(json), names);
  }

  private void layer(Path file, Digest diff) throws IOException, InterruptedException {
    var before = done.get(file);
    if (before != null) {
      if (!before.equals(diff)) {
        throw new BadArchiveException(
            "a layer of the archive is " + before + ", but an image names it " + diff);
      }
      return;
    }
    try (var _ = store.claim(diff)) {
      if (store.layer(diff).isPresent()) {
        var is = diffId(file);
        if (!is.equals(diff)) {
          throw new BadArchiveException(
              "a layer of the archive is " + is + ", but its image names it " + diff);
        }
      } else {
        store.addLayer(
            file,
            digest(file),
            Optional.of(diff),
            pin,
            progress.bar(diff.brief(), "Loading layer", Files.size(file))::at);
      }
    }
    done.put(file, diff);
  }

  private Path file(String name) throws IOException {
    return archive
        .file(name)
        .orElseThrow(() -> new BadArchiveException("the archive has no file \"" + name + "\""));
  }

  private Path blob(Digest digest) throws IOException {
    var file = file("blobs/sha256/" + digest.hex());
    if (!done.containsKey(file) && !digest(file).equals(digest)) {
      throw new BadArchiveException(
          "file blobs/sha256/"
              + digest.hex()
              + " of the archive has other content than its name says");
    }
    return file;
  }

  private byte[] content(Digest digest, int max) throws IOException {
    var bytes = archive.bytes("blobs/sha256/" + digest.hex(), max);
    if (!Digest.of(bytes).equals(digest)) {
      throw new BadArchiveException(
          "file blobs/sha256/"
              + digest.hex()
              + " of the archive has other content than its name says");
    }
    return bytes;
  }

  private Digest diffId(Path file) throws IOException {
    try (var hasher = new Sha256();
        var in = hasher.reading(Compression.open(Files.newInputStream(file), store.libraries()))) {
      in.transferTo(OutputStream.nullOutputStream());
      return hasher.digest();
    }
  }

  private static Digest digest(Path file) throws IOException {
    try (var hasher = new Sha256();
        var out = hasher.writing(OutputStream.nullOutputStream())) {
      Files.copy(file, out);
      return hasher.digest();
    }
  }
}
