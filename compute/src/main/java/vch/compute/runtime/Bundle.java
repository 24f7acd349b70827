package vch.compute.runtime;

import java.nio.file.Path;

/// The directory of one conmon: of a container's run, or of an exec below it. Names of the files
/// are conmon's where it makes them (`attach`, `ctl`).
record Bundle(Path directory) {
  Path config() {
    return directory.resolve("config.json");
  }

  Path process() {
    return directory.resolve("process.json");
  }

  /// pid of the process, written by conmon.
  Path pid() {
    return directory.resolve("pid");
  }

  Path monitorPid() {
    return directory.resolve("conmon.pid");
  }

  /// SEQPACKET socket of conmon.
  Path attach() {
    return directory.resolve("attach");
  }

  /// FIFO of conmon: `1 ROWS COLUMNS` resizes, `2 0 0` opens the log anew.
  Path control() {
    return directory.resolve("ctl");
  }

  /// What the runtime logs, as JSON lines.
  Path runtimeLog() {
    return directory.resolve("oci.log");
  }

  Path errors() {
    return directory.resolve("conmon.err");
  }

  Path resolvConf() {
    return directory.resolve("resolv.conf");
  }

  Path hosts() {
    return directory.resolve("hosts");
  }

  Path hostname() {
    return directory.resolve("hostname");
  }

  /// [RunRecord] of the container's run.
  Path record() {
    return directory.resolve("run");
  }

  /// Where conmon writes the exit code of an exec.
  Path execExits() {
    return directory.resolve("exit");
  }

  /// Where a /dev/shm that others may share is mounted.
  Path shm() {
    return directory.resolve("shm");
  }

  /// Where images and parts of volumes are mounted while the runtime makes the container.
  Path parts() {
    return directory.resolve("parts");
  }

  /// conmon makes it when the kernel killed for memory.
  Path oom() {
    return directory.resolve("oom");
  }
}
