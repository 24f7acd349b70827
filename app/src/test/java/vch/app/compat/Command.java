package vch.app.compat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Runs a program to its end.
public final class Command {
  /// A command that takes longer is a failure of the test, seconds.
  static final int SECONDS_MAX = 120;

  private Command() {}

  public static Ran run(Map<String, String> environment, byte[] input, List<String> words) {
    try {
      var builder = new ProcessBuilder(words);
      builder.environment().keySet().removeIf(k -> k.startsWith("DOCKER_") || k.startsWith("VCH_"));
      builder.environment().putAll(environment);
      var process = builder.start();
      var out = drain(process.getInputStream());
      var err = drain(process.getErrorStream());
      try (var in = process.getOutputStream()) {
        in.write(input);
      } catch (IOException _) { // it did not want its input
        assert true;
      }
      if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        return new Ran(
            String.join(" ", words),
            124,
            out.get(5, TimeUnit.SECONDS),
            "did not end within " + SECONDS_MAX + " seconds");
      }
      return new Ran(String.join(" ", words), process.exitValue(), out.get(), err.get());
    } catch (IOException e) {
      throw new UncheckedIOException("run " + String.join(" ", words), e);
    } catch (Exception e) {
      throw new IllegalStateException("run " + String.join(" ", words), e);
    }
  }

  public static Ran run(String... words) {
    return run(Map.of(), new byte[0], List.of(words));
  }

  private static CompletableFuture<String> drain(InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException e) {
            return "(" + e.getMessage() + ")";
          }
        },
        Thread::startVirtualThread);
  }

  /// The words with others before them.
  public static List<String> words(List<String> before, String... words) {
    var all = new ArrayList<>(before);
    all.addAll(List.of(words));
    return all;
  }

  /// The folder of the project.
  public static Path home() {
    return Path.of("..").toAbsolutePath().normalize();
  }
}
