package vch.build.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import vch.build.Site;
import vch.build.dockerfile.Instruction.Command;
import vch.engine.compute.Images.Config;
import vch.engine.compute.Images.NewLayer;
import vch.portlayer.container.ContainerId;

/// Carries instructions out that make containers: those that run programs, and those that only
/// change defaults, for which Docker makes one too. For one build.
final class Steps {
  private final Site site;
  private final Committer committer;
  private final Crew crew;

  Steps(Site site, Committer committer, Crew crew) {
    this.site = site;
    this.committer = committer;
    this.crew = crew;
  }

  /// The configuration of a step that is told by a comment.
  static Config commented(StageState stage, List<String> comment) {
    var cmd = new ArrayList<>(stage.config.shellWords());
    cmd.addAll(comment);
    return stage.config.config(stage.config.entrypoint, cmd, stage.config.env);
  }

  /// An instruction that changed the defaults.
  void changed(StageState stage, String comment) throws IOException {
    var step = commented(stage, List.of("#(nop) ", comment));
    if (!committer.probe(stage, step)) {
      var id = crew.create(stage.image, step);
      committer.commit(stage, step, layer(id));
    }
  }

  /// WORKDIR also makes the directory.
  void workdir(StageState stage, String path) throws IOException {
    var step = commented(stage, List.of("#(nop) WORKDIR " + path));
    if (committer.probe(stage, step)) {
      return;
    }
    var id = crew.create(stage.image, step);
    Directories.make(site, crew.container(id), path);
    committer.commit(stage, step, layer(id));
  }

  /// RUN.
  void run(StageState stage, Command command) throws IOException {
    var words = new ArrayList<String>();
    if (command.shell()) {
      words.addAll(stage.config.shellWords());
    }
    words.addAll(command.words());
    var own = stage.config.variables();
    var given =
        stage.arguments.current().entrySet().stream()
            .filter(a -> !own.containsKey(a.getKey()))
            .toList();
    var counted =
        given.stream()
            .filter(a -> stage.arguments.counts(a.getKey()))
            .map(a -> a.getKey() + "=" + a.getValue())
            .collect(Collectors.toCollection(ArrayList::new));
    var saved = new ArrayList<>(words);
    if (!counted.isEmpty()) {
      saved.addAll(0, counted);
      saved.addFirst("|" + counted.size());
    }
    var step = stage.config.config(List.of(), saved, stage.config.env);
    if (committer.probe(stage, step)) {
      return;
    }
    var environment = new ArrayList<>(stage.config.env);
    given.forEach(a -> environment.add(a.getKey() + "=" + a.getValue()));
    var id = crew.create(stage.image, stage.config.config(List.of(""), words, environment));
    crew.run(id, String.join(" ", words));
    committer.commit(stage, step, layer(id));
  }

  private NewLayer.Tar layer(ContainerId id) {
    return tar -> site.processes().files().layer(crew.container(id), tar);
  }
}
