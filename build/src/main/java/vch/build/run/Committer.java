package vch.build.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import vch.build.BuildRequest;
import vch.build.Output;
import vch.build.Site;
import vch.engine.compute.Images.Config;
import vch.engine.compute.Images.ImageInfo;
import vch.engine.compute.Images.NewImage;
import vch.engine.compute.Images.NewLayer;
import vch.portlayer.refusal.Refusal;

/// Makes images of steps, or finds that a step was done before. For one build.
final class Committer {
  private final Site site;
  private final Output out;
  private final boolean cache;
  private final boolean limited;
  private List<ImageInfo> sources;

  Committer(Site site, Output out, BuildRequest request) {
    this.site = site;
    this.out = out;
    this.cache = request.cache();
    this.sources = request.cacheFrom().stream().flatMap(name -> found(name).stream()).toList();
    this.limited = !request.cacheFrom().isEmpty();
  }

  private Optional<ImageInfo> found(String name) {
    try {
      return Optional.of(site.images().find(site.vch(), name));
    } catch (Refusal _) { // as Docker: what is not here is no source
      return Optional.empty();
    }
  }

  /// Takes the image of the same step over, if there is one.
  ///
  /// @param step the configuration with what the step does for its command
  boolean probe(StageState stage, Config step) throws IOException {
    if (!cache || stage.cacheLost) {
      return false;
    }
    var key = StepKey.of(step);
    var hit = site.images().made(site.vch(), stage.image, key).map(ImageInfo::id);
    if (limited) {
      hit = hit.filter(this::isPartOfSource).or(() -> fromSources(stage, step, key));
    }
    if (hit.isEmpty()) {
      stage.cacheLost = true;
      return false;
    }
    out.text(" ---> Using cache\n");
    stage.image = hit.get();
    return true;
  }

  private boolean isPartOfSource(String id) {
    return sources.stream().anyMatch(s -> ancestors(s).anyMatch(id::equals));
  }

  private Stream<String> ancestors(ImageInfo image) {
    var out = new ArrayList<String>();
    var at = Optional.of(image);
    while (at.isPresent()) {
      out.add(at.get().id());
      at = at.map(ImageInfo::parent).filter(p -> !p.isEmpty()).flatMap(this::found);
    }
    return out.stream();
  }

  /// The next step of a source that begins as this stage does. Only that source counts from then
  /// on.
  private Optional<String> fromSources(StageState stage, Config step, String key) {
    var parent = stage.image.isEmpty() ? Optional.<ImageInfo>empty() : found(stage.image);
    int done = parent.map(p -> p.history().size()).orElse(0);
    for (var source : sources) {
      if (!Histories.beginsWith(source, parent)
          || source.history().size() <= done
          || !source.history().get(done).createdBy().equals(String.join(" ", step.cmd()))) {
        continue;
      }
      sources = List.of(source);
      if (source.history().size() == done + 1) {
        site.images().adopt(site.vch(), stage.image, source.id(), key);
        return Optional.of(source.id());
      }
      return Optional.of(restored(stage, source, parent, key));
    }
    return Optional.empty();
  }

  private String restored(
      StageState stage, ImageInfo source, Optional<ImageInfo> parent, String key) {
    var next = source.history().get(parent.map(p -> p.history().size()).orElse(0));
    int lower = parent.map(p -> p.layers().size()).orElse(0);
    NewLayer layer =
        next.emptyLayer() ? new NewLayer.None() : new NewLayer.Known(source.layers().get(lower));
    try {
      return site.images()
          .make(
              site.vch(),
              new NewImage(
                  stage.image,
                  stage.config.config(),
                  next.createdBy(),
                  next.comment(),
                  next.author(),
                  next.created(),
                  layer,
                  key))
          .id();
    } catch (IOException e) {
      throw new Refusal.Failed(
          "a step of " + source.id() + " cannot be taken over: " + e.getMessage());
    }
  }

  /// Makes the image of a step.
  void commit(StageState stage, Config step, NewLayer layer) throws IOException {
    stage.image =
        site.images()
            .make(
                site.vch(),
                new NewImage(
                    stage.image,
                    stage.config.config(),
                    String.join(" ", step.cmd()),
                    "",
                    stage.author,
                    Optional.empty(),
                    layer,
                    StepKey.of(step)))
            .id();
  }
}
