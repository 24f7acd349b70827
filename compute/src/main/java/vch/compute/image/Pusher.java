package vch.compute.image;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import vch.compute.image.registry.Registries;
import vch.compute.image.store.ImageStore;
import vch.compute.image.store.StoredImage;
import vch.engine.Engine;
import vch.engine.compute.Images.Progress;
import vch.engine.compute.Images.Pushed;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.state.ImageTag;
import vch.portlayer.vch.VchId;

/// `docker push`: finds what a name means and where else its layers may be, and notes the digests
/// that the registry knows it by afterwards. Thread safe.
final class Pusher {
  private final ImageStore store;
  private final Engine engine;
  private final Registries registries;

  Pusher(ImageStore store, Engine engine, Registries registries) {
    this.store = store;
    this.engine = engine;
    this.registries = registries;
  }

  /// What came of a push.
  interface Watcher {
    void progress(Progress line);

    /// A tag is in the registry.
    void pushed(Reference name, Pushed pushed);
  }

  void push(Registries.Asker asker, String name, Optional<String> tag, Watcher watcher) {
    var repository = Reference.parse(name);
    if (repository.digest().isPresent()) {
      throw new Refusal.Invalid("cannot push a digest reference");
    }
    var wanted = tag.map(repository::withTag).orElse(repository);
    Consumer<Progress> out = watcher::progress;
    try (var pin = store.pin()) {
      out.accept(Progress.line("", "The push refers to repository [" + wanted.name() + "]"));
      var items = items(asker.vch(), wanted);
      items.values().forEach(i -> pin.add(i.id()));
      registries.push(
          asker,
          wanted,
          items,
          diff -> sources(engine.image(), asker.vch(), wanted, diff),
          out,
          pushed -> {
            note(asker.vch(), wanted.withTag(pushed.tag()), pushed, items);
            watcher.pushed(wanted.withTag(pushed.tag()), pushed);
          });
    }
  }

  /// The images by tag; Docker's two sentences where there is none.
  private Map<String, StoredImage> items(VchId vch, Reference wanted) {
    var rows =
        names(engine.image(), vch)
            .filter(r -> Reference.parse(r.reference()).name().equals(wanted.name()))
            .toList();
    if (rows.isEmpty()) {
      throw new Refusal.NotFound(
          "An image does not exist locally with the tag: " + wanted.familiarName());
    }
    var out = new LinkedHashMap<String, StoredImage>();
    for (var row : rows) {
      var tag = Reference.parse(row.reference()).tag();
      if (tag.isPresent() && wanted.tag().map(tag.get()::equals).orElse(true)) {
        out.put(tag.get(), stored(row));
      }
    }
    if (out.isEmpty()) {
      throw new Refusal.NotFound("tag does not exist: " + wanted.familiar());
    }
    return out;
  }

  /// Rows with a reference; others keep images that have no name.
  private static Stream<ImageTag> names(Image image, VchId vch) {
    return image.tags(vch).filter(r -> !TagRules.nameless(r));
  }

  private StoredImage stored(ImageTag row) {
    return Digest.tryParse(row.image())
        .flatMap(store::image)
        .orElseThrow(() -> new Refusal.Failed("The image of " + row.reference() + " is missing"));
  }

  /// Other repositories of the same registry that the VCH has got an image with this layer from, or
  /// has sent one to.
  private List<String> sources(Image image, VchId vch, Reference to, Digest diff) {
    return names(image, vch)
        .filter(r -> !TagRules.digest(r).isEmpty())
        .filter(
            r ->
                Digest.tryParse(r.image())
                    .flatMap(store::image)
                    .filter(i -> i.config().diffIds().contains(diff))
                    .isPresent())
        .map(r -> Reference.parse(r.reference()))
        .filter(n -> n.domain().equals(to.domain()) && !n.path().equals(to.path()))
        .map(Reference::path)
        .distinct()
        .toList();
  }

  private void note(VchId vch, Reference name, Pushed pushed, Map<String, StoredImage> items) {
    var image = items.get(pushed.tag());
    if (image == null) {
      return;
    }
    var id = image.id().toString();
    engine.note(
        now ->
            new Decision<>(
                now.tag(vch, name.key()).filter(t -> t.image().equals(id)).isPresent()
                    ? TagRules.put(now, vch, name, id, pushed.digest())
                    : List.of(), // the name has moved on meanwhile
                ""));
  }
}
