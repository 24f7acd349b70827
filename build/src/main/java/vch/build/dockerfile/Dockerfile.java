package vch.build.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import vch.portlayer.refusal.Refusal;

/// A Dockerfile that was read.
///
/// @param global ARG in front of the first FROM
/// @param escape the character that takes the meaning of the next one away
public record Dockerfile(
    List<Step> global, List<Stage> stages, char escape, List<String> warnings) {
  public Dockerfile {
    global = List.copyOf(global);
    stages = List.copyOf(stages);
    warnings = List.copyOf(warnings);
  }

  /// One instruction.
  ///
  /// @param text as it is written, for those who watch
  public record Step(Instruction instruction, String text) {}

  /// What one FROM begins.
  public record Stage(Instruction.From from, String text, List<Step> steps) {
    public Stage {
      steps = List.copyOf(steps);
    }
  }

  /// Reads a file.
  ///
  /// @param name of the file, for messages
  /// @param labels that the last stage gets besides
  /// @throws Refusal.Invalid with Docker's sentence
  public static Dockerfile read(String text, String name, Map<String, String> labels) {
    var lines = lines(text, name);
    var all = new ArrayList<>(lines.lines());
    if (!labels.isEmpty()) {
      all.add(labelLine(labels));
    }
    return stages(all, lines.escape(), lines.warnings());
  }

  private static Lines lines(String text, String name) {
    if (text.isEmpty()) {
      throw new Refusal.Invalid("the Dockerfile (" + name + ") cannot be empty");
    }
    try {
      var lines = Lines.read(text);
      lines.lines().forEach(l -> InstructionReader.checkForm(l, lines.escape()));
      return lines;
    } catch (Refusal.Invalid e) {
      throw e.getMessage() != null && e.getMessage().startsWith("dockerfile parse error")
          ? e
          : new Refusal.Invalid("failed to parse " + name + ": " + e.getMessage());
    }
  }

  private static Dockerfile stages(List<Line> lines, char escape, List<String> warnings) {
    var reader = new InstructionReader(escape);
    var global = new ArrayList<Step>();
    var stages = new ArrayList<Stage>();
    for (var line : lines) {
      var read = located(reader, line);
      if (read instanceof Instruction.From from) {
        stages.add(new Stage(from, line.text(), List.of()));
      } else if (!stages.isEmpty()) {
        var stage = stages.removeLast();
        var steps = new ArrayList<>(stage.steps());
        steps.add(new Step(read, line.text()));
        stages.add(new Stage(stage.from(), stage.text(), steps));
      } else if (read instanceof Instruction.Arg) {
        global.add(new Step(read, line.text()));
      } else {
        throw new Refusal.Invalid("no build stage in current context");
      }
    }
    if (stages.isEmpty()) {
      throw new Refusal.Invalid("no build stage in current context");
    }
    return new Dockerfile(global, stages, escape, warnings);
  }

  private static Instruction located(InstructionReader reader, Line line) {
    try {
      return reader.read(line);
    } catch (Refusal.Invalid e) {
      throw new Refusal.Invalid(
          "dockerfile parse error line " + line.number() + ": " + e.getMessage());
    }
  }

  /// `"name"='value'`, which nothing in the value can escape from.
  private static Line labelLine(Map<String, String> labels) {
    var rest =
        new TreeMap<>(labels)
            .entrySet().stream()
                .map(
                    l ->
                        "\""
                            + l.getKey()
                                .replace("\\", "\\\\")
                                .replace("\"", "\\\"")
                                .replace("$", "\\$")
                            + "\"='"
                            + l.getValue().replace("'", "'\"'\"'")
                            + "'")
                .collect(Collectors.joining(" "));
    var shown =
        new TreeMap<>(labels)
            .entrySet().stream()
                .map(l -> l.getKey() + "=" + l.getValue())
                .collect(Collectors.joining(" "));
    return new Line(0, "label", List.of(), rest, "LABEL " + shown);
  }

  /// One instruction that stands alone: a trigger of an image, or a change.
  ///
  /// @throws Refusal.Invalid what is wrong with it
  public static Step step(String text, char escape) {
    var line = Lines.line(text, 1);
    return new Step(new InstructionReader(escape).read(line), line.text());
  }

  /// Words in the form of instructions that take a list.
  public static String json(List<String> words) {
    return Words.json(words);
  }

  /// Refuses what ONBUILD may not trigger.
  public static void checkTrigger(String text) {
    InstructionReader.checkTrigger(text.strip().split("\\s+", 2)[0].toUpperCase(Locale.ROOT));
  }

  /// The same up to a stage.
  ///
  /// @param target name or number of the stage
  /// @throws Refusal.Invalid there is none
  public Dockerfile upTo(String target) {
    for (int i = 0; i < stages.size(); i++) {
      if (stages.get(i).from().stage().equalsIgnoreCase(target)
          || target.equals(Integer.toString(i))) {
        return new Dockerfile(global, stages.subList(0, i + 1), escape, warnings);
      }
    }
    throw new Refusal.Invalid("failed to reach build target " + target + " in Dockerfile");
  }
}
