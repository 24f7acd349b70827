package vch.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommandLineTest {
  private static CommandLine parse(String... words) {
    return CommandLine.parse(words, Map.of());
  }

  @Test
  void has_defaults() {
    assertThat(parse())
        .isEqualTo(
            new CommandLine.Run(
                new Settings(
                    Path.of("/var/lib/portlayer"), Path.of("/run/portlayer"), Optional.empty()),
                false));
  }

  @Test
  void takes_values_after_a_space_or_an_equals_sign() {
    assertThat(parse("--state-dir", "/a/../s", "--run-dir=/r", "--runtime", "runc", "--debug"))
        .isEqualTo(
            new CommandLine.Run(
                new Settings(Path.of("/s"), Path.of("/r"), Optional.of("runc")), true));
  }

  @Test
  void prefers_the_command_line_to_the_environment() {
    assertThat(
            CommandLine.parse(
                new String[] {"--run-dir=/r"},
                Map.of("VCH_STATE_DIR", "/es", "VCH_RUN_DIR", "/er")))
        .isEqualTo(
            new CommandLine.Run(
                new Settings(Path.of("/es"), Path.of("/r"), Optional.empty()), false));
  }

  @Test
  void says_what_it_does_not_understand() {
    assertThat(parse("--state")).isEqualTo(new CommandLine.Wrong("unknown option '--state'"));
    assertThat(parse("now")).isEqualTo(new CommandLine.Wrong("unknown argument 'now'"));
    assertThat(parse("--run-dir")).isEqualTo(new CommandLine.Wrong("--run-dir needs a value"));
    assertThat(parse("--run-dir=")).isEqualTo(new CommandLine.Wrong("--run-dir needs a value"));
    assertThat(parse("--debug=yes")).isEqualTo(new CommandLine.Wrong("--debug takes no value"));
    assertThat(parse("--debug", "-h")).isEqualTo(new CommandLine.Help());
  }
}
