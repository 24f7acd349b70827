package vch.compute.image;

import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import vch.compute.image.registry.Registries;
import vch.compute.image.store.ImageStore;
import vch.compute.image.store.StoredImage;
import vch.engine.Engine;
import vch.engine.compute.Images.Progress;
import vch.engine.compute.Platform;
import vch.portlayer.state.Decision;
import vch.portlayer.vch.VchId;

/// `docker pull`: fetches what a name means in its registry and lets the name mean it here.
///
/// @param done told of each name that was pulled
record Puller(
    ImageStore store, Engine engine, Registries registries, BiConsumer<VchId, Reference> done) {

  StoredImage pull(
      Registries.Asker asker,
      Reference reference,
      Optional<String> platform,
      Consumer<Progress> progress) {
    var name = reference.orLatest();
    var came = one(asker, name, platform, progress);
    status(came.newer(), name.familiar(), progress);
    done.accept(asker.vch(), name);
    return came.image();
  }

  /// All tags of a repository, one after the other, as Docker does.
  void pullAll(
      Registries.Asker asker,
      Reference repository,
      Optional<String> platform,
      Consumer<Progress> progress) {
    boolean newer = false;
    for (var tag : registries.tags(asker, repository)) {
      newer |= one(asker, repository.withTag(tag), platform, progress).newer();
    }
    status(newer, repository.familiarName(), progress);
    done.accept(asker.vch(), repository);
  }

  private record Came(StoredImage image, boolean newer) {}

  private Came one(
      Registries.Asker asker,
      Reference name,
      Optional<String> platform,
      Consumer<Progress> progress) {
    try (var pin = store.pin()) {
      var wish =
          new Registries.Wish(asker, name, platform.filter(p -> !p.isEmpty()).map(Platform::parse));
      var pulled = registries.pull(wish, pin, progress);
      var id = pulled.image().id().toString();
      boolean newer =
          engine.note(
              image -> {
                boolean same =
                    image
                        .tag(asker.vch(), name.key())
                        .filter(t -> t.image().equals(id))
                        .isPresent();
                return new Decision<>(
                    TagRules.put(image, asker.vch(), name, id, pulled.digest().toString()), !same);
              });
      progress.accept(Progress.line("", "Digest: " + pulled.digest()));
      return new Came(pulled.image(), newer);
    }
  }

  private static void status(boolean newer, String name, Consumer<Progress> progress) {
    progress.accept(
        Progress.line(
            "",
            "Status: "
                + (newer ? "Downloaded newer image" : "Image is up to date")
                + " for "
                + name));
  }
}
