package vch.bench.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Runs programs. What a measurement starts is told neither of Docker nor of VCHs by the
/// environment.
public final class Shell {
  /// Characters of a word that a message repeats: a class path is no help.
  private static final int WORD_MAX = 40;

  private static final Map<String, String> FURTHER =
      Map.of("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin");

  private final Path directory;

  /// @param directory where output goes that nobody asked for, and the docker CLI's settings
  public Shell(Path directory) {
    this.directory = directory;
  }

  /// A program that did not do what it was started for.
  public static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String text;

    Failed(String text) {
      super(text);
      this.text = text;
    }

    /// What went wrong.
    public String text() {
      return text;
    }
  }

  /// A program's output and status.
  public record Ran(int status, String out, String err) {}

  ProcessBuilder builder(List<String> words) {
    var builder = new ProcessBuilder(words).directory(directory.toFile());
    var environment = builder.environment();
    environment.keySet().removeIf(k -> k.startsWith("DOCKER_") || k.startsWith("VCH_"));
    environment.putAll(FURTHER);
    environment.put("DOCKER_CONFIG", directory.resolve("docker-config").toString());
    environment.put("CONTAINERS_CONF", directory.resolve("containers.conf").toString());
    environment.put("COMPOSE_HTTP_TIMEOUT", "300");
    return builder.redirectInput(Redirect.from(new java.io.File("/dev/null")));
  }

  /// Runs to the end.
  public Ran run(List<String> words) {
    return run(words, 600);
  }

  public Ran run(List<String> words, int secondsMax) {
    try {
      var out = Files.createTempFile(directory, "out", "");
      var err = Files.createTempFile(directory, "err", "");
      try {
        var process =
            builder(words).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        try {
          if (!process.waitFor(secondsMax, TimeUnit.SECONDS)) {
            kill(process);
            return new Ran(
                124, Files.readString(out), "it took more than " + secondsMax + " seconds");
          }
        } catch (InterruptedException e) {
          kill(process);
          throw interrupted(e);
        }
        return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("run " + String.join(" ", words), e);
    }
  }

  /// Runs to the end and returns its output.
  ///
  /// @throws Failed when its status is not 0
  public String ok(List<String> words) {
    var ran = run(words);
    if (ran.status() != 0) {
      throw new Failed(tail(words) + " ended with " + ran.status() + ": " + ran.err().strip());
    }
    return ran.out().strip();
  }

  public String ok(String... words) {
    return ok(List.of(words));
  }

  /// Milliseconds that a program takes from its start to its end, its output thrown away.
  ///
  /// @throws Failed when its status is not 0
  public double millis(List<String> words) {
    return together(List.of(words));
  }

  /// Milliseconds from the start of the first program to the end of the last, all at once.
  ///
  /// @throws Failed when one's status is not 0
  public double together(List<List<String>> all) {
    var processes = new ArrayList<Process>();
    try {
      var err = directory.resolve("together.err").toFile();
      var builders =
          all.stream()
              .map(w -> builder(w).redirectOutput(Redirect.DISCARD).redirectError(err))
              .toList();
      long start = System.nanoTime();
      for (var builder : builders) {
        processes.add(builder.start());
      }
      int failed = 0;
      for (var process : processes) {
        failed += process.waitFor() == 0 ? 0 : 1;
      }
      double took = (System.nanoTime() - start) / 1e6;
      if (failed > 0) {
        throw new Failed(
            failed
                + " of "
                + all.size()
                + " failed, such as "
                + tail(all.getFirst())
                + ": "
                + Files.readString(err.toPath()).strip());
      }
      return took;
    } catch (InterruptedException e) {
      processes.forEach(Shell::kill);
      throw interrupted(e);
    } catch (IOException e) {
      processes.forEach(Shell::kill);
      throw new UncheckedIOException("run " + String.join(" ", all.getFirst()), e);
    }
  }

  /// What a reader recognises a long command by.
  private static String tail(List<String> words) {
    return words.subList(Math.max(0, words.size() - 6), words.size()).stream()
        .map(w -> w.length() > WORD_MAX ? w.substring(0, WORD_MAX) + "…" : w)
        .collect(Collectors.joining(" "));
  }

  /// Starts a program that goes on, with its output in a file of the directory.
  public Process start(String log, List<String> words) {
    try {
      var file = directory.resolve(log).toFile();
      return builder(words)
          .redirectOutput(Redirect.appendTo(file))
          .redirectError(Redirect.appendTo(file))
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException("run " + String.join(" ", words), e);
    }
  }

  /// SIGTERM, and SIGKILL to what does not end within half a minute.
  public static void end(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        kill(process);
      }
    } catch (InterruptedException e) {
      kill(process);
      throw interrupted(e);
    }
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted", e);
  }

  public Path directory() {
    return directory;
  }

  /// Words, one after the other.
  public static List<String> words(List<String> first, String... further) {
    var all = new ArrayList<>(first);
    all.addAll(List.of(further));
    return List.copyOf(all);
  }
}
