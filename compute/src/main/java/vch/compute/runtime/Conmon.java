package vch.compute.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Open;
import vch.kernel.process.Program;
import vch.portlayer.container.ContainerId;

/// Starts conmon(8), which starts the runtime and stays as the monitor of one process: keeps its
/// streams, writes its log and its exit code. Blocks its thread. Holds no state.
///
/// Its side channels are pipes at the numbers that it is told. conmon forks twice, so our child
/// ends at once; the monitor goes on with its ends of them.
final class Conmon {
  private static final System.Logger LOG = System.getLogger(Conmon.class.getName());
  private static final JsonMapper JSON = new JsonMapper();
  private static final int ERRORS = 2;
  private static final int SYNC = 3;
  private static final int START = 4;
  private static final int ATTACH = 5;

  /// How long conmon may take until its monitor is on its own; milliseconds as a rule.
  private static final Duration FORK_MAX = Duration.ofMinutes(2);

  private static final byte GO = 0;

  private final Path program;
  private final OciRuntime runtime;

  Conmon(Path program, OciRuntime runtime) {
    this.program = program;
    this.runtime = runtime;
  }

  /// Something else than the runtime's word went wrong, or the runtime refused: `said` holds its
  /// words.
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String said) {
      super(said);
    }
  }

  /// @param log file to write to; empty: no log
  /// @param logBytesMax 0: no bound
  record Streams(
      boolean tty,
      boolean stdin,
      boolean keepStdin,
      java.util.Optional<Path> log,
      long logBytesMax) {}

  /// Creates the container of the bundle. Its first process waits for [OciRuntime#start].
  ///
  /// @return pid of the first process
  long create(ContainerId id, Bundle bundle, Path exits, Streams streams) throws IOException {
    var options = new ArrayList<String>();
    options.addAll(List.of("-c", id.value(), "-u", id.value(), "-n", id.brief()));
    options.addAll(List.of("-b", bundle.directory().toString(), "-p", bundle.pid().toString()));
    options.addAll(
        List.of(
            "-P", bundle.monitorPid().toString(), "--exit-dir", exits.toString(), "--no-sync-log"));
    options.addAll(List.of("-l", streams.log().map(l -> "k8s-file:" + l).orElse("none")));
    if (streams.logBytesMax() > 0) {
      options.addAll(List.of("--log-size-max", Long.toString(streams.logBytesMax())));
    }
    if (streams.stdin()) {
      options.add("-i");
    }
    if (streams.tty()) {
      options.add("-t");
    }
    if (streams.keepStdin()) {
      options.add("--leave-stdin-open");
    }
    try (var sync = SidePipe.open()) {
      spawn(
          bundle,
          program(bundle, options)
              .with("_OCI_SYNCPIPE", Integer.toString(SYNC))
              .with(SYNC, sync.write()));
      sync.write().close();
      return data(sync.line(), bundle);
    }
  }

  /// What is to be done while an exec is on its way.
  interface Attaching {
    /// The attach socket of the bundle is there; the process starts when this returns.
    void attach() throws IOException;
  }

  /// An exec under way. conmon writes to it when the process ends, so it stays open until then.
  record Started(long pid, SidePipe sync) {}

  /// Starts another process in a running container; its `process.json` lies in the bundle.
  Started exec(ContainerId id, Bundle bundle, boolean tty, boolean stdin, Attaching attaching)
      throws IOException {
    var options = new ArrayList<String>();
    var name = bundle.directory().getFileName().toString();
    options.addAll(
        List.of(
            "-c", id.value(), "-u", name, "-n", id.brief(), "-b", bundle.directory().toString()));
    options.addAll(List.of("-p", bundle.pid().toString(), "-P", bundle.monitorPid().toString()));
    options.addAll(
        List.of("--exit-dir", bundle.execExits().toString(), "-l", "none", "-e", "--exec-attach"));
    options.addAll(List.of("--exec-process-spec", bundle.process().toString()));
    if (stdin) {
      options.add("-i");
    }
    if (tty) {
      options.add("-t");
    }
    var sync = SidePipe.open();
    try (var attached = SidePipe.open();
        var begin = SidePipe.open()) {
      begin.tell(GO); // conmon may fork
      spawn(
          bundle,
          program(bundle, options)
              .with("_OCI_SYNCPIPE", Integer.toString(SYNC))
              .with("_OCI_STARTPIPE", Integer.toString(START))
              .with("_OCI_ATTACHPIPE", Integer.toString(ATTACH))
              .with(SYNC, sync.write())
              .with(START, begin.read())
              .with(ATTACH, attached.write()));
      sync.write().close();
      attached.write().close();
      data(attached.line(), bundle);
      attaching.attach();
      begin.tell(GO); // the process may run
      return new Started(data(sync.line(), bundle), sync);
    } catch (IOException | RuntimeException e) {
      sync.close();
      throw e;
    }
  }

  private Program program(Bundle bundle, List<String> options) {
    var words = new ArrayList<String>();
    words.addAll(
        List.of(
            program.toString(),
            "--api-version",
            "1",
            "-r",
            runtime.program().toString(),
            "--full-attach"));
    for (var argument :
        List.of(
            "--root",
            runtime.root().toString(),
            "--log",
            bundle.runtimeLog().toString(),
            "--log-format",
            "json")) {
      words.addAll(List.of("--runtime-arg", argument));
    }
    words.addAll(options);
    return Program.of(words).in(bundle.directory());
  }

  /// Returns when the monitor is on its own.
  private static void spawn(Bundle bundle, Program program) throws IOException {
    try (var errors =
            Open.open(bundle.errors(), Open.O_WRONLY | Open.O_CREAT | Open.O_APPEND, 0600);
        var child = program.with(ERRORS, errors).start()) {
      var code = child.await(FORK_MAX);
      if (code.isEmpty() || code.getAsInt() != 0) {
        throw new Refused(
            (code.isEmpty() ? "conmon hangs" : "conmon ended with " + code.getAsInt())
                + ": "
                + text(bundle.errors()));
      }
    } catch (KernelException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /// Tells a conmon the size of a terminal; nothing happens when it is gone.
  static void resize(Path control, int rows, int columns) {
    tell(control, String.format(Locale.ROOT, "1 %d %d%n", rows, columns));
  }

  /// Tells a conmon to begin a new log file; nothing happens when it is gone.
  static void reopenLog(Path control) {
    tell(control, "2 0 0\n");
  }

  private static void tell(Path control, String text) {
    // Open for both, as opening for writing alone would wait for a conmon that is gone.
    try (var fifo = FileChannel.open(control, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      fifo.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchFileException _) {
      return;
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "tell conmon through " + control, e);
    }
  }

  /// The number of a line `{"data": N, "message": "…"}`; a negative one is a refusal.
  private static long data(String line, Bundle bundle) throws IOException {
    JsonNode answer;
    try {
      answer = line.isEmpty() ? JSON.createObjectNode() : JSON.readTree(line);
    } catch (JacksonException e) {
      throw new IOException("conmon said '" + line + "'", e);
    }
    var said = StartErrors.lastError(text(bundle.runtimeLog()));
    if (said.isEmpty()) {
      said = answer.path("message").asString("").strip();
    }
    if (!answer.path("data").isNumber()) {
      throw new Refused(
          said.isEmpty() ? "conmon ended without a word " + text(bundle.errors()) : said);
    }
    long data = answer.path("data").asLong();
    if (data < 0) {
      throw new Refused(
          said.isEmpty() ? String.format(Locale.ROOT, "the runtime failed with %d", data) : said);
    }
    return data;
  }

  private static String text(Path file) throws IOException {
    try {
      return Files.readString(file).strip();
    } catch (NoSuchFileException _) {
      return "";
    }
  }
}
