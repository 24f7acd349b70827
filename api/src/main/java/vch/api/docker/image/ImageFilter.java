package vch.api.docker.image;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import vch.api.docker.DockerHost;
import vch.api.docker.Filters;
import vch.api.docker.Timestamps;
import vch.engine.compute.Images.ImageInfo;

/// Which images, and which of their tags, a list shows.
public final class ImageFilter {
  private static final Set<String> ACCEPTED =
      Set.of("dangling", "label", "label!", "before", "since", "reference", "until");

  private final Filters filters;
  private final Optional<Boolean> dangling;
  private final Optional<Instant> before;
  private final Optional<Instant> since;
  private final Optional<Instant> until;

  ImageFilter(DockerHost host, String text) {
    filters = Filters.parse(text, ACCEPTED);
    dangling = filters.flag("dangling");
    before = created(host, "before");
    since = created(host, "since");
    until =
        filters.get("until").stream()
            .findFirst()
            .map(u -> Timestamps.any("until", u, host.clock().instant()));
  }

  private Optional<Instant> created(DockerHost host, String key) {
    return filters.get(key).stream()
        .findFirst()
        .map(name -> at(host.images().find(host.vch(), name)));
  }

  private static Instant at(ImageInfo image) {
    return image.created().orElse(Instant.EPOCH);
  }

  /// Without those that have no name and others were made of.
  public static List<ImageInfo> withoutSteps(List<ImageInfo> images) {
    var parents = images.stream().map(ImageInfo::parent).collect(Collectors.toSet());
    return images.stream()
        .filter(i -> !i.tags().isEmpty() || !i.digests().isEmpty() || !parents.contains(i.id()))
        .toList();
  }

  boolean test(ImageInfo image) {
    return dangling.map(d -> d == image.tags().isEmpty()).orElse(true)
        && before.map(b -> at(image).isBefore(b)).orElse(true)
        && since.map(s -> at(image).isAfter(s)).orElse(true)
        && until.map(u -> at(image).isBefore(u)).orElse(true)
        && filters.labels("label", image.config().labels())
        && filters.withoutLabels("label!", image.config().labels())
        && (!filters.has("reference") || !tags(image).isEmpty());
  }

  /// The tags that the `reference` filter leaves.
  List<String> tags(ImageInfo image) {
    return filters.has("reference")
        ? image.tags().stream().filter(this::named).toList()
        : image.tags();
  }

  private boolean named(String tag) {
    return filters.get("reference").stream()
        .anyMatch(glob -> Filters.glob(glob, tag) || Filters.glob(glob, ImageJson.nameOnly(tag)));
  }
}
