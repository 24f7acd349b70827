package vch.compute.image;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import vch.engine.compute.Images.Removed;
import vch.portlayer.container.Container;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.state.ImageNote;
import vch.portlayer.state.ImageTag;
import vch.portlayer.vch.VchId;

/// The rules of naming images within a VCH. Pure. Rows of the record are `name:tag`, `name@digest`
/// (pulled by digest, or its tag has moved on), or `<none>@<image id>` (nothing names it any more).
final class TagRules {
  private static final String NONE = "<none>@";

  private TagRules() {}

  static List<ImageTag> rows(Image image, VchId vch, String imageId) {
    return image.tags(vch).filter(t -> t.image().equals(imageId)).toList();
  }

  static boolean tagged(ImageTag row) {
    return !row.reference().startsWith(NONE) && row.reference().indexOf('@') < 0;
  }

  static boolean nameless(ImageTag row) {
    return row.reference().startsWith(NONE);
  }

  /// Makes `reference` mean the image. An image that loses its last name by it stays, without one.
  ///
  /// @param repoDigest of the manifest, empty when not pulled
  static List<Change> put(
      Image image, VchId vch, Reference reference, String imageId, String repoDigest) {
    var changes = new ArrayList<Change>();
    var before = image.tag(vch, reference.key());
    if (before.isPresent() && !before.get().image().equals(imageId)) {
      displaced(image, vch, before.get(), reference).ifPresent(changes::add);
    }
    var digest = repoDigest;
    if (digest.isEmpty() && before.isPresent() && before.get().image().equals(imageId)) {
      digest = before.get().repoDigest();
    }
    changes.add(new Change.TagPut(new ImageTag(vch, reference.key(), imageId, digest)));
    image
        .tag(vch, NONE + imageId)
        .ifPresent(row -> changes.add(new Change.TagRemoved(vch, row.reference())));
    return changes;
  }

  private static Optional<Change> displaced(
      Image image, VchId vch, ImageTag row, Reference reference) {
    if (rows(image, vch, row.image()).size() > 1) {
      return Optional.empty();
    }
    var key =
        row.repoDigest().isEmpty()
            ? NONE + row.image()
            : reference.withDigest(row.repoDigest()).key();
    return Optional.of(new Change.TagPut(new ImageTag(vch, key, row.image(), row.repoDigest())));
  }

  /// What is known of the image so far.
  static ImageNote note(Image image, VchId vch, String imageId) {
    return image.imageNote(vch, imageId).orElseGet(() -> ImageNote.none(vch, imageId));
  }

  /// Keeps an image without a name, unless it has one.
  static List<Change> putNameless(Image image, VchId vch, String imageId) {
    return rows(image, vch, imageId).isEmpty()
        ? List.of(new Change.TagPut(new ImageTag(vch, NONE + imageId, imageId, "")))
        : List.of();
  }

  /// The id of the image that a text means: a name, an id, or the beginning of an id.
  static Optional<String> resolve(Image image, VchId vch, String text) {
    if (isHex(text, 64, 64)) {
      return known(image, vch).filter(id -> id.equals("sha256:" + text)).findAny();
    }
    if (text.startsWith("sha256:") && isHex(text.substring(7), 64, 64)) {
      return known(image, vch).filter(id -> id.equals(text)).findAny();
    }
    var reference = Reference.parse(text).orLatest();
    var row = row(image, vch, reference);
    if (row.isPresent()) {
      return row.map(ImageTag::image);
    }
    var prefix = text.startsWith("sha256:") ? text.substring(7) : text;
    if (!isHex(prefix, 1, 63)) {
      return Optional.empty();
    }
    var matches =
        known(image, vch).filter(id -> id.startsWith("sha256:" + prefix)).limit(2).toList();
    return matches.size() == 1 ? Optional.of(matches.getFirst()) : Optional.empty();
  }

  private static Optional<ImageTag> row(Image image, VchId vch, Reference reference) {
    var exact = image.tag(vch, reference.key());
    if (exact.isPresent() || reference.digest().isEmpty()) {
      return exact;
    }
    var digest = reference.digest().get();
    return image
        .tags(vch)
        .filter(
            t ->
                t.repoDigest().equals(digest)
                    && !nameless(t)
                    && Reference.parse(t.reference()).name().equals(reference.name()))
        .findFirst();
  }

  /// Ids that the VCH may speak of: it named them, or a container of its own uses them.
  private static Stream<String> known(Image image, VchId vch) {
    return Stream.concat(
            image.tags(vch).map(ImageTag::image),
            image.containers(vch).flatMap(c -> c.spec().images()))
        .distinct();
  }

  private static boolean isHex(String text, int min, int max) {
    return text.length() >= min
        && text.length() <= max
        && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }

  /// What `rmi` did to names.
  ///
  /// @param words `Untagged` lines
  /// @param deleted the image, where it lost its last name and neither a container nor another
  ///   image holds it; then those that it alone was made of
  /// @param untags times that Docker tells of it: once for a name, with whose last tag its digests
  ///   go unsaid, and for each name where an id was given
  record Removal(String imageId, List<Removed> words, List<String> deleted, int untags) {
    Removal once() {
      return new Removal(imageId, words, deleted, Math.min(1, words.size()));
    }
  }

  /// `docker rmi`, as Docker decides it: `ImageDelete` of moby's `daemon/images/image_delete.go`.
  static Decision<Removal> remove(Image image, VchId vch, String text, boolean force) {
    var id = resolve(image, vch, text).orElseThrow(() -> notFound(text));
    var rows = rows(image, vch, id);
    boolean prefix = id.startsWith(text) || id.substring(7).startsWith(text);
    boolean byId =
        prefix
            && (text.startsWith("sha256:")
                || isHex(text, 64, 64)
                || row(image, vch, Reference.parse(text).orLatest()).isEmpty());
    return byId
        ? byId(image, vch, id, rows, force)
        : byName(image, vch, id, rows, Reference.parse(text).orLatest(), force);
  }

  private static Decision<Removal> byName(
      Image image, VchId vch, String id, List<ImageTag> rows, Reference reference, boolean force) {
    var row = row(image, vch, reference).orElseThrow(() -> notFound(reference.familiar()));
    var using = using(image, vch, id, _ -> true);
    if (!force && single(rows) && using.isPresent()) {
      throw new Refusal.Conflict(
          "conflict: unable to remove repository reference \""
              + reference.familiar()
              + "\" (must force) - container "
              + brief(using.get())
              + " is using its referenced image "
              + id.substring(7, 19));
    }
    var gone = new ArrayList<ImageTag>(List.of(row));
    var named = Reference.parse(row.reference());
    boolean tagLeft =
        rows.stream()
            .anyMatch(
                r ->
                    !r.equals(row)
                        && tagged(r)
                        && Reference.parse(r.reference()).name().equals(named.name()));
    if (!tagLeft) { // digests of a repository go with its last tag
      rows.stream()
          .filter(
              r ->
                  !r.equals(row)
                      && !nameless(r)
                      && !tagged(r)
                      && Reference.parse(r.reference()).name().equals(named.name()))
          .forEach(gone::add);
    }
    var left = rows.stream().filter(r -> !gone.contains(r)).toList();
    var decision = finish(image, vch, id, gone, left);
    return new Decision<>(decision.changes(), decision.reply().once());
  }

  private static Decision<Removal> byId(
      Image image, VchId vch, String id, List<ImageTag> rows, boolean force) {
    if (rows.isEmpty()) {
      throw new Refusal.Conflict(
          "conflict: unable to delete "
              + id.substring(7, 19)
              + " (cannot be forced) - image has no name left and is held by container "
              + using(image, vch, id, _ -> true).map(TagRules::brief).orElse("")
              + "; remove the container");
    }
    if (Lineage.hasChildren(image, vch, id)) {
      throw conflict(id, "cannot be forced", "image has dependent child images");
    }
    refuseRunning(image, vch, id);
    if (!force) {
      var stopped = using(image, vch, id, _ -> true);
      if (stopped.isPresent()) {
        throw conflict(
            id,
            "must be forced",
            "image is being used by stopped container " + brief(stopped.get()));
      }
      if (!single(rows)) {
        throw conflict(id, "must be forced", "image is referenced in multiple repositories");
      }
    }
    return finish(image, vch, id, rows, List.of());
  }

  private static void refuseRunning(Image image, VchId vch, String id) {
    var running = using(image, vch, id, Container::live);
    if (running.isPresent()) {
      throw conflict(
          id,
          "cannot be forced",
          "image is being used by running container " + brief(running.get()));
    }
  }

  private static Decision<Removal> finish(
      Image image, VchId vch, String id, List<ImageTag> gone, List<ImageTag> left) {
    var changes = new ArrayList<Change>();
    gone.forEach(r -> changes.add(new Change.TagRemoved(vch, r.reference())));
    var deleted = new ArrayList<String>();
    if (left.isEmpty()) {
      boolean held =
          using(image, vch, id, Container::live).isPresent() || Lineage.hasChildren(image, vch, id);
      if (held) { // what runs, and what others were made of, keeps its image
        changes.add(new Change.TagPut(new ImageTag(vch, NONE + id, id, "")));
      } else {
        deleted.add(id);
        forgetLineage(image, vch, id, changes, deleted);
      }
    }
    var words = untagged(gone, left);
    return new Decision<>(changes, new Removal(id, words, deleted, words.size()));
  }

  /// With an image go those without a name that only it was made of.
  private static void forgetLineage(
      Image image, VchId vch, String id, List<Change> changes, List<String> deleted) {
    var at = id;
    while (true) {
      var parent = Lineage.parent(image, vch, at);
      image
          .imageNote(vch, at)
          .ifPresent(n -> changes.add(new Change.ImageNoteRemoved(vch, n.image())));
      if (parent.isEmpty()) {
        return;
      }
      at = parent.get();
      var rows = rows(image, vch, at);
      if (Lineage.hasChildren(image.after(changes), vch, at)
          || !rows.stream().allMatch(TagRules::nameless)
          || using(image, vch, at, _ -> true).isPresent()) {
        return;
      }
      rows.forEach(r -> changes.add(new Change.TagRemoved(vch, r.reference())));
      deleted.add(at);
    }
  }

  private static List<Removed> untagged(List<ImageTag> gone, List<ImageTag> left) {
    var words = new LinkedHashSet<String>();
    gone.stream()
        .filter(TagRules::tagged)
        .forEach(r -> words.add(Reference.parse(r.reference()).familiar()));
    gone.stream()
        .filter(Predicate.not(TagRules::nameless))
        .filter(r -> !r.repoDigest().isEmpty() || !tagged(r))
        .forEach(
            r -> {
              var digest = digest(r);
              if (left.stream().noneMatch(l -> !nameless(l) && digest(l).equals(digest))) {
                words.add(digest);
              }
            });
    return words.stream().map(w -> new Removed("Untagged", w)).toList();
  }

  /// `busybox@sha256:…`; empty when the row has none.
  static String digest(ImageTag row) {
    if (nameless(row)) {
      return "";
    }
    var reference = Reference.parse(row.reference());
    if (reference.digest().isPresent()) {
      return reference.familiar();
    }
    return row.repoDigest().isEmpty() ? "" : reference.withDigest(row.repoDigest()).familiar();
  }

  /// At most one tag, all rows within one repository.
  private static boolean single(List<ImageTag> rows) {
    var named = rows.stream().filter(Predicate.not(TagRules::nameless)).toList();
    return named.stream().filter(TagRules::tagged).count() <= 1
        && named.stream().map(r -> Reference.parse(r.reference()).name()).distinct().count() <= 1;
  }

  private static Optional<Container> using(
      Image image, VchId vch, String id, Predicate<Container> which) {
    return image.containers(vch).filter(c -> c.spec().uses(id)).filter(which).findFirst();
  }

  private static Refusal conflict(String id, String force, String why) {
    return new Refusal.Conflict(
        "conflict: unable to delete " + id.substring(7, 19) + " (" + force + ") - " + why);
  }

  /// The images that `prune` removes and what it does to names; images in use stay, and so do those
  /// that images which stay were made of.
  ///
  /// @param all also those with a tag
  static Decision<List<Removal>> prune(Image image, VchId vch, boolean all) {
    var changes = new ArrayList<Change>();
    var out = new ArrayList<Removal>();
    var at = image;
    for (var id = prunable(at, vch, all); id.isPresent(); id = prunable(at, vch, all)) {
      var decision = finish(at, vch, id.get(), rows(at, vch, id.get()), List.of());
      changes.addAll(decision.changes());
      at = at.after(decision.changes());
      out.add(decision.reply());
    }
    return new Decision<>(changes, out);
  }

  private static Optional<String> prunable(Image image, VchId vch, boolean all) {
    return image
        .tags(vch)
        .map(ImageTag::image)
        .distinct()
        .filter(id -> all || rows(image, vch, id).stream().noneMatch(TagRules::tagged))
        .filter(id -> using(image, vch, id, _ -> true).isEmpty())
        .filter(id -> !Lineage.hasChildren(image, vch, id))
        .findFirst();
  }

  static Refusal notFound(String text) {
    var shown = text;
    if (!text.startsWith("sha256:") && !isHex(text, 64, 64)) {
      shown = Reference.parse(text).orLatest().familiar();
    }
    return new Refusal.NotFound("No such image: " + shown);
  }

  private static String brief(Container container) {
    var id = container.id().value();
    return id.length() > 12 ? id.substring(0, 12) : id;
  }
}
