package vch.compute.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import vch.portlayer.container.ContainerId;

/// Commands of an OCI runtime on containers that exist. Creating and exec go through [Conmon]. Blocks its thread for some
/// milliseconds a command. Holds no state.
final class OciRuntime {
  private final Path program;
  private final Path root;

  /// @param root directory for the runtime's own state
  OciRuntime(Path program, Path root) {
    this.program = program;
    this.root = root;
  }

  Path program() {
    return program;
  }

  Path root() {
    return root;
  }

  String name() {
    return program.getFileName().toString();
  }

  /// The runtime said no.
  static final class Failed extends IOException {
    private static final long serialVersionUID = 1L;

    Failed(String said) {
      super(said);
    }
  }

  void start(ContainerId id) throws IOException {
    run("start", id.value());
  }

  void pause(ContainerId id) throws IOException {
    run("pause", id.value());
  }

  void resume(ContainerId id) throws IOException {
    run("resume", id.value());
  }

  /// @param resources `linux.resources` as a JSON file
  void update(ContainerId id, Path resources) throws IOException {
    run("update", "--resources", resources.toString(), id.value());
  }

  /// Kills what is left of the container, and forgets it; nothing happens when the runtime does not know it.
  void delete(ContainerId id) throws IOException {
    if (Files.isDirectory(root.resolve(id.value()))) {
      run("delete", "--force", id.value());
    }
  }

  private void run(String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.addAll(List.of(program.toString(), "--root", root.toString()));
    command.addAll(List.of(arguments));
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectInput(Path.of("/dev/null").toFile()).start();
    var said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).strip();
    try {
      if (process.waitFor() != 0) {
        throw new Failed(said.isEmpty() ? name() + " " + arguments[0] + " failed without a word" : said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(name() + " " + arguments[0] + ": interrupted", e);
    }
  }
}
