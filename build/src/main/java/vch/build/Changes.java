package vch.build;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import vch.build.dockerfile.Dockerfile;
import vch.build.dockerfile.Instruction;
import vch.build.dockerfile.Substitution;
import vch.build.run.ConfigSteps;
import vch.build.run.RunConfig;
import vch.engine.compute.Images.Config;
import vch.portlayer.refusal.Refusal;

/// Defaults for containers, changed by instructions of Dockerfiles as `docker commit --change`
/// takes them. Pure.
public final class Changes {
  private static final char ESCAPE = '\\';

  private static final Set<String> TAKEN =
      Set.of(
          "cmd",
          "entrypoint",
          "env",
          "expose",
          "healthcheck",
          "label",
          "onbuild",
          "stopsignal",
          "user",
          "volume",
          "workdir");

  private Changes() {}

  /// Applies instructions, each a line or several.
  ///
  /// @throws Refusal.Invalid for one that is not read or not taken
  public static Config apply(Config config, List<String> changes) {
    var next = new RunConfig(config);
    boolean cmdSet = false;
    for (var change : changes) {
      for (var line : change.lines().filter(l -> !l.isBlank()).toList()) {
        cmdSet = one(next, line, cmdSet);
      }
    }
    return next.config();
  }

  private static boolean one(RunConfig config, String line, boolean cmdSet) {
    var word = line.strip().split("\\s+", 2)[0].toLowerCase(Locale.ROOT);
    if (!TAKEN.contains(word)) {
      throw new Refusal.Invalid(word + " is not a valid change command");
    }
    var instruction = Dockerfile.step(line, ESCAPE).instruction();
    var steps =
        new ConfigSteps(
            config,
            w -> new Substitution(ESCAPE, config.variables()).word(w),
            w -> new Substitution(ESCAPE, config.variables()).words(w),
            cmdSet);
    if (instruction instanceof Instruction.Workdir workdir) {
      var _ = steps.workdir(workdir);
    } else {
      var _ = steps.apply(instruction);
    }
    return steps.cmdSet();
  }
}
