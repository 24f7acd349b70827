package vch.compute.runtime;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.util.concurrent.atomic.AtomicLong;
import vch.compute.rootfs.Roots;
import vch.engine.compute.Processes.Exec;
import vch.engine.compute.Processes.ExecSpec;
import vch.engine.compute.Processes.StartFailed;
import vch.portlayer.container.Container;
import vch.portlayer.refusal.Refusal;

/// Starts additional processes in running containers. Blocks its thread. Owns the count that names
/// their bundles.
final class Execs {
  private final Conmon conmon;
  private final SpecBuilder specs;
  private final Roots roots;
  private final AtomicLong count = new AtomicLong();

  Execs(Conmon conmon, SpecBuilder specs, Roots roots) {
    this.conmon = conmon;
    this.specs = specs;
    this.roots = roots;
  }

  /// @throws StartFailed as for a container, or with 126 where Docker has no other code
  Exec start(Container container, Run run, ExecSpec spec) throws IOException {
    var id = container.id();
    var bundle = bundle(run.bundle());
    var exec = new ConmonExec(bundle, id.value());
    try {
      Files.createDirectory(bundle.execExits());
      Files.writeString(
          bundle.process(), specs.process(container, roots.merged(id), spec).toString());
      exec.started(conmon.exec(id, bundle, spec.tty(), spec.stdin(), exec::attach));
      return exec;
    } catch (Conmon.Refused e) {
      exec.failed();
      throw StartErrors.exec(StartErrors.said(e));
    } catch (Refusal e) {
      exec.failed();
      throw new StartFailed(StartErrors.NOT_RUNNABLE, StartErrors.said(e));
    } catch (IOException | RuntimeException e) {
      exec.failed();
      throw e;
    }
  }

  private Bundle bundle(Bundle of) throws IOException {
    while (true) {
      var directory =
          of.directory().resolve("x" + Long.toString(count.incrementAndGet(), Character.MAX_RADIX));
      try {
        return new Bundle(Files.createDirectory(directory));
      } catch (FileAlreadyExistsException _) {
        // of a former daemon; take the next number
      }
    }
  }
}
