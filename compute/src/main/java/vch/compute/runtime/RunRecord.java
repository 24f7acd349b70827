package vch.compute.runtime;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;
import vch.portlayer.container.ContainerId;

/// What a later daemon must know of a run. Lies in the run directory, as nothing runs any more
/// after a reboot.
///
/// @param boot id of the machine's boot
/// @param runtime the OCI runtime that the run was started with
/// @param process empty until the first process was started: a run that a daemon's death cut short
/// @param cgroupParent of the container's control group, where it is not the daemon's own
/// @param logFilesMax how many files of a rotating log are kept; 1: conmon alone sees to it
/// @param logBytesMax size at which the daemon rotates; 0: conmon alone does
/// @param logCompressed rotated files of the log are compressed
record RunRecord(
    ContainerId id,
    String boot,
    Path runtime,
    Optional<ProcessKey> monitor,
    Optional<ProcessKey> process,
    String cgroupParent,
    int logFilesMax,
    long logBytesMax,
    boolean logCompressed) {
  RunRecord started(Optional<ProcessKey> nextMonitor, Optional<ProcessKey> nextProcess) {
    return new RunRecord(
        id,
        boot,
        runtime,
        nextMonitor,
        nextProcess,
        cgroupParent,
        logFilesMax,
        logBytesMax,
        logCompressed);
  }

  void write(Path file) throws IOException {
    var values = new Properties();
    values.setProperty("id", id.value());
    values.setProperty("boot", boot);
    values.setProperty("runtime", runtime.toString());
    values.setProperty("cgroupParent", cgroupParent);
    values.setProperty("logFilesMax", Integer.toString(logFilesMax));
    values.setProperty("logBytesMax", Long.toString(logBytesMax));
    values.setProperty("logCompressed", Boolean.toString(logCompressed));
    monitor.ifPresent(m -> values.setProperty("monitor", m.text()));
    process.ifPresent(p -> values.setProperty("process", p.text()));
    var text = new StringWriter();
    values.store(text, null);
    var fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(fresh, text.toString());
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /// Empty when there is none, or one of another form.
  static Optional<RunRecord> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    var values = new Properties();
    values.load(new StringReader(Files.readString(file)));
    var id = values.getProperty("id", "");
    if (id.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new RunRecord(
            new ContainerId(id),
            values.getProperty("boot", ""),
            Path.of(values.getProperty("runtime", "")),
            ProcessKey.fromText(values.getProperty("monitor", "")),
            ProcessKey.fromText(values.getProperty("process", "")),
            values.getProperty("cgroupParent", ""),
            Integer.parseInt(values.getProperty("logFilesMax", "1")),
            Long.parseLong(values.getProperty("logBytesMax", "0")),
            Boolean.parseBoolean(values.getProperty("logCompressed", "false"))));
  }

  static String currentBoot() throws IOException {
    return HostProbe.setting("/proc/sys/kernel/random/boot_id");
  }
}
