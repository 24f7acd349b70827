package vch.build.run;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;
import vch.engine.compute.Images.Config;

/// What makes two steps on the same parent the same: the configuration with what the step does for
/// its command.
final class StepKey {
  private StepKey() {}

  /// 64 hex digits.
  static String of(Config step) {
    try {
      var text =
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
              String.join("\0", step.onBuild()));
      var digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
