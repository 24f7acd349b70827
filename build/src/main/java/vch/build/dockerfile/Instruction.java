package vch.build.dockerfile;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An instruction of a Dockerfile, its variables not yet replaced.
public sealed interface Instruction {
  /// A program with arguments, or a line for the shell.
  record Command(boolean shell, List<String> words) {
    public Command {
      words = List.copyOf(words);
    }
  }

  /// @param image name, id, `scratch`, or the name of an earlier stage
  /// @param stage the name that this stage gets; empty: none
  record From(String image, String stage, String platform) implements Instruction {}

  record Run(Command command) implements Instruction {}

  record Cmd(Command command) implements Instruction {}

  record Entrypoint(Command command) implements Instruction {}

  /// COPY, or ADD.
  ///
  /// @param from stage or image; empty: the context
  /// @param owner `user[:group]`; empty: as the instruction has it by itself
  record Copy(boolean add, List<String> sources, String target, String from, String owner)
      implements Instruction {
    public Copy {
      sources = List.copyOf(sources);
    }

    public String name() {
      return add ? "ADD" : "COPY";
    }
  }

  record Env(List<Pair> pairs) implements Instruction {}

  record Label(List<Pair> pairs) implements Instruction {}

  record Arg(List<Declared> declared) implements Instruction {}

  record Workdir(String path) implements Instruction {}

  record Expose(List<String> ports) implements Instruction {}

  record User(String user) implements Instruction {}

  record Volume(List<String> paths) implements Instruction {}

  record Maintainer(String name) implements Instruction {}

  record StopSignal(String signal) implements Instruction {}

  record Shell(List<String> words) implements Instruction {}

  record OnBuild(String trigger) implements Instruction {}

  /// @param test `NONE`; or `CMD` or `CMD-SHELL` and what follows
  /// @param times nanoseconds by `Interval`, `Timeout`, `StartPeriod`, `StartInterval`
  record Healthcheck(List<String> test, Map<String, Long> times, int retries)
      implements Instruction {}

  /// One `name=value`.
  record Pair(String name, String value) {}

  /// A build argument.
  record Declared(String name, Optional<String> value) {}
}
