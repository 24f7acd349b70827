package vch.compute.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import vch.compute.files.Trees;
import vch.kernel.libc.KernelException;
import vch.kernel.process.Program;

/// Tries whether an OCI runtime makes containers on this machine: crun refuses some arrangements of
/// control groups that runc takes. Creates a container that never runs anything, and removes it.
/// The answer is kept until the machine boots again or the program changes.
final class RuntimeTrial {
  private static final System.Logger LOG = System.getLogger(RuntimeTrial.class.getName());
  private static final Duration TRIAL_MAX = Duration.ofSeconds(10);
  private static final int SAID_BYTES_MAX = 64 * 1024;

  private RuntimeTrial() {}

  static boolean runs(Path program, Path run, String cgroup) {
    try {
      var answer = run.resolve("trial-" + program.getFileName());
      var subject =
          program
              + " "
              + Files.getLastModifiedTime(program).toMillis()
              + " "
              + RunRecord.currentBoot();
      if (Files.exists(answer)) {
        var lines = Files.readAllLines(answer);
        if (lines.size() == 2 && lines.getFirst().equals(subject)) {
          return Boolean.parseBoolean(lines.getLast());
        }
      }
      boolean runs = tried(program, run.resolve("trial"), cgroup);
      Files.writeString(answer, subject + "\n" + runs + "\n");
      return runs;
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "try the OCI runtime " + program, e);
      return false;
    }
  }

  private static boolean tried(Path program, Path bundle, String cgroup) throws IOException {
    Trees.delete(bundle);
    Files.createDirectories(bundle);
    var group = cgroup + "-trial";
    Files.writeString(bundle.resolve("config.json"), config(group));
    var root = bundle.resolve("root").toString();
    boolean runs =
        command(program.toString(), "--root", root, "create", "--bundle", bundle.toString(), group);
    command(program.toString(), "--root", root, "delete", "--force", group);
    Trees.delete(bundle);
    return runs;
  }

  private static boolean command(String... command) {
    try {
      return Program.of(command).run(SAID_BYTES_MAX, TRIAL_MAX).status() == 0;
    } catch (Program.Late | KernelException e) {
      LOG.log(System.Logger.Level.WARNING, "try an OCI runtime: " + e.getMessage());
      return false;
    }
  }

  private static String config(String group) {
    return """
      {"ociVersion":"1.0.2","process":{"terminal":false,"user":{"uid":0,"gid":0},"args":["/bin/true"],"cwd":"/"},
       "root":{"path":"/","readonly":true},
       "mounts":[{"destination":"/proc","type":"proc","source":"proc"}],
       "linux":{"cgroupsPath":"/%s","namespaces":[{"type":"mount"},{"type":"pid"},{"type":"ipc"},{"type":"uts"}]}}
      """
        .formatted(group);
  }
}
