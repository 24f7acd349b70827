package vch.build.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import vch.build.dockerfile.Instruction.Command;
import vch.build.dockerfile.Instruction.Declared;
import vch.build.dockerfile.Instruction.Pair;
import vch.portlayer.refusal.Refusal;

/// From a line to an instruction. Sentences are those of Docker.
final class InstructionReader {
  private static final List<String> NONE = List.of();

  private final char escape;

  InstructionReader(char escape) {
    this.escape = escape;
  }

  /// @throws Refusal.Invalid what is wrong with the line, without its number
  Instruction read(Line line) {
    return switch (line.word()) {
      case "from" -> from(line);
      case "run" ->
          new Instruction.Run(run(plain(line, NONE, List.of("mount", "network", "security"))));
      case "cmd" -> new Instruction.Cmd(command(plain(line)));
      case "entrypoint" -> new Instruction.Entrypoint(command(plain(line)));
      case "copy" -> copy(line, false);
      case "add" -> copy(line, true);
      case "env" -> new Instruction.Env(named(plain(line)));
      case "label" -> new Instruction.Label(named(plain(line)));
      case "arg" -> arg(plain(line));
      case "workdir" -> new Instruction.Workdir(one(plain(line)));
      case "user" -> new Instruction.User(one(plain(line)));
      case "maintainer" -> new Instruction.Maintainer(one(plain(line)));
      case "stopsignal" -> new Instruction.StopSignal(one(plain(line)));
      case "expose" -> new Instruction.Expose(some(line, Words.split(plain(line).rest())));
      case "volume" -> volume(plain(line));
      case "shell" -> shell(plain(line));
      case "onbuild" -> onBuild(plain(line));
      case "healthcheck" -> Healthchecks.read(line);
      default -> throw new Refusal.Invalid("unknown instruction: " + line.name());
    };
  }

  /// Refuses what cannot be taken apart at all, before anything is looked at more closely.
  static void checkForm(Line line, char escape) {
    if (line.word().equals("env") || line.word().equals("label")) {
      var _ = Words.pairs(line, escape);
    }
  }

  private static Line plain(Line line) {
    return plain(line, NONE, NONE);
  }

  private static Line plain(Line line, List<String> known, List<String> buildKit) {
    var _ = Flags.of(line, known, buildKit);
    return line;
  }

  private List<Pair> named(Line line) {
    var pairs = Words.pairs(line, escape);
    if (pairs.stream().anyMatch(p -> p.name().isEmpty())) {
      throw new Refusal.Invalid(line.name() + " names can not be blank");
    }
    return pairs;
  }

  private static List<String> some(Line line, List<String> words) {
    if (words.isEmpty()) {
      throw new Refusal.Invalid(line.name() + " requires at least one argument");
    }
    return words;
  }

  private static String one(Line line) {
    if (line.rest().isEmpty()) {
      throw new Refusal.Invalid(line.name() + " requires exactly one argument");
    }
    return line.rest();
  }

  private static Instruction from(Line line) {
    var flags = Flags.of(line, List.of("platform"), NONE);
    var words = Words.split(line.rest());
    if (words.size() != 1 && !(words.size() == 3 && words.get(1).equalsIgnoreCase("as"))) {
      throw new Refusal.Invalid("FROM requires either one or three arguments");
    }
    var stage = words.size() == 3 ? words.get(2).toLowerCase(Locale.ROOT) : "";
    if (!stage.isEmpty() && !stage.matches("[a-z][a-z0-9-_.]*")) {
      throw new Refusal.Invalid(
          "invalid name for build stage: \""
              + words.get(2)
              + "\", name can't start with a number or contain symbols");
    }
    return new Instruction.From(words.getFirst(), stage, flags.get("platform"));
  }

  private static Command run(Line line) {
    var command = command(line);
    if (!command.shell() && command.words().isEmpty()) {
      throw new Refusal.Invalid("RUN requires at least one argument");
    }
    return command;
  }

  private static Command command(Line line) {
    return Words.json(line.rest())
        .map(list -> new Command(false, list))
        .orElseGet(
            () -> new Command(true, line.rest().isEmpty() ? List.of() : List.of(line.rest())));
  }

  private static Instruction copy(Line line, boolean add) {
    var flags =
        Flags.of(
            line,
            add ? List.of("chown") : List.of("chown", "from"),
            List.of("chmod", "link", "parents", "exclude", "checksum", "keep-git-dir"));
    var words = Words.json(line.rest()).orElseGet(() -> Words.split(line.rest()));
    if (words.size() < 2) {
      throw new Refusal.Invalid(
          line.name()
              + (words.isEmpty()
                  ? " requires at least two arguments"
                  : " requires at least two arguments, but only one was provided. Destination could not be determined"));
    }
    return new Instruction.Copy(
        add,
        words.subList(0, words.size() - 1),
        words.getLast(),
        flags.get("from"),
        flags.get("chown"));
  }

  private Instruction arg(Line line) {
    var out = new ArrayList<Declared>();
    for (var word : some(line, Words.quoted(line.rest(), escape))) {
      int equals = word.indexOf('=');
      if (equals == 0) {
        throw new Refusal.Invalid("ARG names can not be blank");
      }
      out.add(
          equals < 0
              ? new Declared(word, Optional.empty())
              : new Declared(word.substring(0, equals), Optional.of(word.substring(equals + 1))));
    }
    return new Instruction.Arg(out);
  }

  private static Instruction volume(Line line) {
    var paths = some(line, Words.json(line.rest()).orElseGet(() -> Words.split(line.rest())));
    if (paths.stream().anyMatch(String::isBlank)) {
      throw new Refusal.Invalid("VOLUME specified can not be an empty string");
    }
    return new Instruction.Volume(paths.stream().map(String::strip).toList());
  }

  private static Instruction shell(Line line) {
    var words =
        Words.json(line.rest())
            .orElseThrow(
                () -> new Refusal.Invalid("SHELL requires the arguments to be in JSON form"));
    return new Instruction.Shell(some(line, words));
  }

  private static Instruction onBuild(Line line) {
    var trigger =
        some(
            line,
            List.of(line.rest().split("\\s+", 2)).stream().filter(w -> !w.isEmpty()).toList());
    checkTrigger(trigger.getFirst());
    return new Instruction.OnBuild(line.rest());
  }

  /// @param word name of an instruction behind ONBUILD
  static void checkTrigger(String word) {
    switch (word.toUpperCase(Locale.ROOT)) {
      case "ONBUILD" ->
          throw new Refusal.Invalid("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
      case "MAINTAINER", "FROM" ->
          throw new Refusal.Invalid(
              word.toUpperCase(Locale.ROOT) + " isn't allowed as an ONBUILD trigger");
      default -> {}
    }
  }
}
