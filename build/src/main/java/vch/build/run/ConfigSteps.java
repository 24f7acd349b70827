package vch.build.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import vch.build.context.Paths;
import vch.build.dockerfile.Dockerfile;
import vch.build.dockerfile.Instruction;
import vch.build.dockerfile.Instruction.Command;
import vch.build.dockerfile.Instruction.Pair;
import vch.engine.lifecycle.Signals;
import vch.portlayer.refusal.Refusal;

/// Instructions that change defaults for containers and nothing else. Pure.
public final class ConfigSteps {
  private final RunConfig config;
  private final UnaryOperator<String> word;
  private final java.util.function.Function<String, List<String>> words;
  private boolean cmdSet;

  /// @param word replaces variables in a word
  /// @param words replaces variables in what may become several words
  /// @param cmdSet whether a command was set by an earlier instruction of the same file
  public ConfigSteps(
      RunConfig config,
      UnaryOperator<String> word,
      java.util.function.Function<String, List<String>> words,
      boolean cmdSet) {
    this.config = config;
    this.word = word;
    this.words = words;
    this.cmdSet = cmdSet;
  }

  public boolean cmdSet() {
    return cmdSet;
  }

  /// Applies one instruction.
  ///
  /// @return how history names it; empty when it is of another kind
  public Optional<String> apply(Instruction instruction) {
    return switch (instruction) {
      case Instruction.Env(var pairs) -> Optional.of("ENV" + variables(pairs));
      case Instruction.Label(var pairs) -> Optional.of("LABEL" + labels(pairs));
      case Instruction.Cmd(var command) -> {
        config.cmd = words(command);
        cmdSet = true;
        yield Optional.of("CMD " + GoText.quoted(config.cmd));
      }
      case Instruction.Entrypoint(var command) -> {
        config.entrypoint = command.words().isEmpty() ? List.of() : words(command);
        if (!cmdSet) {
          config.cmd = List.of();
        }
        yield Optional.of("ENTRYPOINT " + GoText.quoted(config.entrypoint));
      }
      case Instruction.Expose(var ports) -> Optional.of(expose(ports));
      case Instruction.User(var user) -> {
        config.user = word.apply(user);
        yield Optional.of("USER " + config.user);
      }
      case Instruction.Volume(var paths) -> {
        var all = paths.stream().map(word).toList();
        config.volumes.addAll(all);
        yield Optional.of("VOLUME " + GoText.plain(all));
      }
      case Instruction.StopSignal(var signal) -> {
        config.stopSignal = word.apply(signal);
        Signals.parse(config.stopSignal.toUpperCase(java.util.Locale.ROOT));
        yield Optional.of("STOPSIGNAL " + config.stopSignal);
      }
      case Instruction.Shell(var shell) -> {
        config.shell = shell;
        yield Optional.of("SHELL " + GoText.plain(shell));
      }
      case Instruction.OnBuild(var trigger) -> {
        config.onBuild.add(trigger);
        yield Optional.of("ONBUILD " + trigger);
      }
      case Instruction.Healthcheck(var test, var times, int retries) -> {
        config.healthcheck = Optional.of(healthcheck(test, times, retries));
        yield Optional.of("HEALTHCHECK " + GoText.healthcheck(test, times, retries));
      }
      case Instruction.From _,
          Instruction.Run _,
          Instruction.Copy _,
          Instruction.Arg _,
          Instruction.Maintainer _,
          Instruction.Workdir _ ->
          Optional.empty();
    };
  }

  /// Where WORKDIR leads to.
  public String workdir(Instruction.Workdir instruction) {
    var path = word.apply(instruction.path());
    if (path.isBlank()) {
      throw new Refusal.Invalid("cannot normalize nothing");
    }
    config.workingDir = Paths.absolute(config.workingDir, path);
    return config.workingDir;
  }

  private List<String> words(Command command) {
    if (!command.shell()) {
      return command.words();
    }
    var out = new ArrayList<>(config.shellWords());
    out.addAll(command.words());
    return List.copyOf(out);
  }

  private String variables(List<Pair> pairs) {
    var replaced = replaced(pairs);
    replaced.forEach(p -> config.variable(p.name(), p.value()));
    return shown(replaced);
  }

  private String labels(List<Pair> pairs) {
    var replaced = replaced(pairs);
    replaced.forEach(p -> config.labels.put(p.name(), p.value()));
    return shown(replaced);
  }

  /// All with the values from before.
  private List<Pair> replaced(List<Pair> pairs) {
    return pairs.stream().map(p -> new Pair(word.apply(p.name()), word.apply(p.value()))).toList();
  }

  private static String shown(List<Pair> pairs) {
    return pairs.stream().map(p -> " " + p.name() + "=" + p.value()).collect(Collectors.joining());
  }

  private String expose(List<String> ports) {
    var all = ports.stream().flatMap(p -> words.apply(p).stream()).sorted().toList();
    all.forEach(p -> config.exposedPorts.addAll(Ports.read(p)));
    return "EXPOSE " + String.join(" ", all);
  }

  private static String healthcheck(List<String> test, Map<String, Long> times, int retries) {
    var members = new ArrayList<String>();
    members.add("\"Test\":" + Dockerfile.json(test));
    new TreeMap<>(times).forEach((name, nanos) -> members.add("\"" + name + "\":" + nanos));
    if (retries != 0) {
      members.add("\"Retries\":" + retries);
    }
    return "{" + String.join(",", members) + "}";
  }
}
