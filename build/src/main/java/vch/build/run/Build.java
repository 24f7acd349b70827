package vch.build.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import vch.build.BuildRequest;
import vch.build.Containers;
import vch.build.Output;
import vch.build.Site;
import vch.build.context.FileSet;
import vch.build.dockerfile.Dockerfile;
import vch.build.dockerfile.Dockerfile.Stage;
import vch.build.dockerfile.Dockerfile.Step;
import vch.build.dockerfile.Instruction;
import vch.engine.compute.Images.Config;
import vch.portlayer.refusal.Refusal;

/// One build: stage by stage, step by step. For one thread, except for [#stop()].
public final class Build {
  private final Site site;
  private final Output out;
  private final Crew crew;
  private final Bases bases;
  private final Committer committer;
  private final Steps steps;
  private final Copying copying;
  private final Outside outside;
  private final Arguments arguments;
  private final List<Done> done = new ArrayList<>();
  private int number;
  private int total;

  /// A stage that is through.
  private record Done(String name, String image) {}

  public Build(Site site, Containers containers, BuildRequest request, Output out) {
    this.out = out;
    this.site = site;
    this.crew = new Crew(site, containers, out, request);
    this.bases = new Bases(site, request, out);
    this.committer = new Committer(site, out, request);
    this.steps = new Steps(site, committer, crew);
    this.copying = new Copying(site, committer);
    this.outside = new Outside(site);
    this.arguments = new Arguments(request.arguments());
  }

  /// Ends the build; its containers go.
  public void stop() {
    crew.stop();
  }

  /// Makes the image.
  ///
  /// @return its id
  public String run(Dockerfile file, FileSet context) throws IOException {
    if (!file.warnings().isEmpty()) {
      out.error(String.join("\n", file.warnings()) + "\n");
    }
    total =
        file.global().size()
            + file.stages().size()
            + file.stages().stream().mapToInt(s -> s.steps().size()).sum();
    for (var step : file.global()) {
      announce(step.text());
      global(step, file.escape());
    }
    for (var stage : file.stages()) {
      done.add(stage(stage, file.escape(), context));
    }
    var unused = arguments.unused();
    if (!unused.isEmpty()) {
      out.text("[Warning] One or more build-args " + GoText.plain(unused) + " were not consumed\n");
    }
    var image = done.getLast().image();
    if (image.isEmpty()) {
      throw new Refusal.Failed("No image was generated. Is your Dockerfile empty?");
    }
    return image;
  }

  private void announce(String text) {
    out.text("Step " + ++number + "/" + total + " : " + text + "\n");
  }

  private void global(Step step, char escape) {
    if (step.instruction() instanceof Instruction.Arg(var declared)) {
      for (var arg : declared) {
        arguments.declareGlobally(
            arg.name(), arg.value().map(v -> StageState.word(v, escape, arguments.global())));
      }
    }
  }

  private Done stage(Stage stage, char escape, FileSet context) throws IOException {
    announce(stage.text());
    crew.check();
    var name = StageState.word(stage.from().image(), escape, arguments.global());
    if (name.isBlank()) {
      throw new Refusal.Invalid("base name (" + stage.from().image() + ") should not be blank");
    }
    var state = begin(name, stage, escape);
    arguments.beginStage();
    triggers(state, context);
    out.text(" ---> " + brief(state.image) + "\n");
    for (var step : stage.steps()) {
      announce(step.text());
      carryOut(state, step.instruction(), context);
      out.text(" ---> " + brief(state.image) + "\n");
    }
    if (!state.image.isEmpty()) {
      out.image(state.image);
    }
    return new Done(stage.from().stage(), state.image);
  }

  private StageState begin(String name, Stage stage, char escape) {
    var earlier = done(name);
    if (earlier.isEmpty() && name.equals(Bases.SCRATCH)) {
      var config = new RunConfig(Config.NONE);
      config.defaultPath();
      return new StageState(config, arguments, escape, "", "");
    }
    var platform = StageState.word(stage.from().platform(), escape, arguments.global());
    var image = bases.find(earlier.map(Done::image).orElse(name), platform);
    var config = new RunConfig(image.config());
    config.defaultPath();
    return new StageState(config, arguments, escape, image.id(), image.author());
  }

  private Optional<Done> done(String name) {
    return done.stream()
        .filter(d -> !d.name().isEmpty() && d.name().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst();
  }

  /// What the base image asked for by ONBUILD.
  private void triggers(StageState state, FileSet context) throws IOException {
    var triggers = List.copyOf(state.config.onBuild);
    state.config.onBuild.clear();
    if (triggers.isEmpty()) {
      return;
    }
    out.text(
        "# Executing "
            + triggers.size()
            + " build trigger"
            + (triggers.size() > 1 ? "s" : "")
            + "\n");
    for (var trigger : triggers) {
      Dockerfile.checkTrigger(trigger);
      carryOut(state, Dockerfile.step(trigger, state.escape).instruction(), context);
    }
  }

  private void carryOut(StageState state, Instruction instruction, FileSet context)
      throws IOException {
    crew.check();
    boolean success = false;
    try {
      dispatch(state, instruction, context);
      success = true;
    } finally {
      crew.settle(success);
    }
  }

  private void dispatch(StageState state, Instruction instruction, FileSet context)
      throws IOException {
    var defaults = new ConfigSteps(state.config, state::word, state::words, state.cmdSet);
    switch (instruction) {
      case Instruction.Run(var command) -> steps.run(state, command);
      case Instruction.Copy copy -> copy(state, copy, context);
      case Instruction.Workdir workdir -> steps.workdir(state, defaults.workdir(workdir));
      case Instruction.Arg arg -> declare(state, arg);
      case Instruction.Maintainer(var name) -> {
        state.author = name;
        steps.changed(state, "MAINTAINER " + name);
      }
      case Instruction.From _ -> throw new Refusal.Invalid("FROM is no step of a stage");
      case Instruction other -> {
        var comment = defaults.apply(other);
        state.cmdSet = defaults.cmdSet();
        if (comment.isPresent()) {
          steps.changed(state, comment.get());
        }
      }
    }
  }

  private void declare(StageState state, Instruction.Arg arg) throws IOException {
    var comment = new StringBuilder("ARG");
    for (var declared : arg.declared()) {
      var name = state.word(declared.name());
      var value = declared.value().map(state::word);
      state.arguments.declare(name, value);
      comment.append(' ').append(name);
      value.ifPresent(v -> comment.append('=').append(v));
    }
    steps.changed(state, comment.toString());
  }

  private void copy(StageState state, Instruction.Copy copy, FileSet context) throws IOException {
    var replaced =
        new Instruction.Copy(
            copy.add(),
            copy.sources().stream().map(state::word).toList(),
            state.word(copy.target()),
            copy.from(),
            state.word(copy.owner()));
    if (copy.from().isEmpty()) {
      try (var fetched =
          Downloads.of(site, replaced.add() ? replaced.sources() : List.of(), replaced.target())) {
        copying.run(state, replaced, new Sources(context, true, fetched.sources()));
      }
      return;
    }
    try (var files = outside.files(from(copy.from()), replaced.sources())) {
      copying.run(state, replaced, new Sources(files, false, Map.of()));
    }
  }

  /// The image that `--from` means: a stage by name or number, else an image.
  private String from(String name) {
    var stage = done(name);
    if (stage.isEmpty() && name.matches("[0-9]{1,6}")) {
      int index = Integer.parseInt(name);
      if (index >= done.size()) {
        throw new Refusal.Invalid("invalid from flag value " + name + ": index out of bounds");
      }
      stage = Optional.of(done.get(index));
    }
    if (stage.isPresent()) {
      return stage.get().image();
    }
    try {
      return bases.find(name, "").id();
    } catch (Refusal e) {
      throw new Refusal.Failed("invalid from flag value " + name + ": " + e.getMessage());
    }
  }

  /// The first 12 digits, as Docker shows ids.
  public static String brief(String image) {
    var bare = image.startsWith("sha256:") ? image.substring("sha256:".length()) : image;
    return bare.length() > 12 ? bare.substring(0, 12) : bare;
  }
}
