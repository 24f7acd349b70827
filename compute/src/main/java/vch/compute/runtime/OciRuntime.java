package vch.compute.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import vch.compute.files.Trees;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Open;
import vch.kernel.libc.Poll;
import vch.kernel.libc.Read;
import vch.kernel.process.Program;
import vch.portlayer.container.ContainerId;

/// Commands of an OCI runtime on containers that exist. Creating and exec go through [Conmon].
/// Blocks its thread for some milliseconds a command. Holds no state.
final class OciRuntime {
  private static final String RUNC = "runc";

  /// How often it is looked whether a process that should come to its gate still lives.
  private static final int ALIVE_CHECK_MILLIS = 100;

  /// Removing a container takes the longest: the runtime itself gives up after ten seconds.
  private static final Duration TIME_MAX = Duration.ofMinutes(2);

  private static final int SAID_BYTES_MAX = 64 * 1024;

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

  /// Lets the first process of a created container go on to the program it was made for.
  ///
  /// What `runc start` does is to take a byte from the FIFO that the process waits at. A whole
  /// process for that costs more than everything else of a start but the creation, so here it is
  /// done by hand where the FIFO is runc's.
  ///
  /// @param process the first one, which waits
  void start(ContainerId id, ProcessKey process) throws IOException {
    var gate = root.resolve(id.value()).resolve("exec.fifo");
    if (name().equals(RUNC) && Files.exists(gate)) {
      letGo(gate, process);
    } else {
      run("start", id.value());
    }
  }

  private static void letGo(Path gate, ProcessKey process) throws IOException {
    try (var fifo =
        Open.open(gate, Open.O_RDONLY | Open.O_NONBLOCK)) { // does not wait for the other
      var word = new byte[1];
      while (Poll.poll(ALIVE_CHECK_MILLIS, new int[] {fifo.number()}, new short[] {Poll.POLLIN})[0]
          == 0) {
        if (!process.alive()) {
          throw new Failed("container process is already dead");
        }
      }
      if (Read.read(fifo, word, 0, word.length) == 0) {
        throw new Failed("cannot start an already running container");
      }
    }
    Files.deleteIfExists(gate); // to runc, a container that has it was never started
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

  /// Forgets a container whose processes and control groups are gone, where that takes no more than
  /// removing what the runtime wrote down.
  ///
  /// @return false when [#delete(ContainerId)] is needed
  boolean forget(ContainerId id) {
    if (!name().equals(RUNC)) {
      return false;
    }
    Trees.delete(root.resolve(id.value()));
    return true;
  }

  /// Kills what is left of the container, and forgets it; nothing happens when the runtime does not
  /// know it.
  void delete(ContainerId id) throws IOException {
    if (Files.isDirectory(root.resolve(id.value()))) {
      run("delete", "--force", id.value());
    }
  }

  private void run(String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.addAll(List.of(program.toString(), "--root", root.toString()));
    command.addAll(List.of(arguments));
    Program.Ran ran;
    try {
      ran = Program.of(command).run(SAID_BYTES_MAX, TIME_MAX);
    } catch (Program.Late | KernelException e) {
      throw new Failed(StartErrors.said(e));
    }
    if (ran.status() != 0) {
      throw new Failed(
          ran.said().isEmpty()
              ? name() + " " + arguments[0] + " failed without a word"
              : ran.said());
    }
  }
}
