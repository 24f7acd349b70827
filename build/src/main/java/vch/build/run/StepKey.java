package vch.build.run;

import java.util.List;
import java.util.TreeMap;
import vch.build.context.Hash;
import vch.engine.compute.Images.Config;

/// What makes two steps on the same parent the same: the configuration with what the step does for
/// its command.
final class StepKey {
  private StepKey() {}

  /// 64 hex digits.
  static String of(Config step) {
    return Hash.of(
        List.of(
            String.join(
                "\0\0",
                String.join("\0", step.entrypoint()),
                String.join("\0", step.cmd()),
                String.join("\0", step.env()),
                step.workingDir(),
                step.user(),
                new TreeMap<>(step.labels()).toString(),
                String.join("\0", step.exposedPorts()),
                String.join("\0", step.volumes()),
                step.stopSignal(),
                step.healthcheckJson().orElse(""),
                String.join("\0", step.shell()),
                String.join("\0", step.onBuild()))));
  }
}
