package vch.engine.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// nft(8) accepts every ruleset that was reviewed, in a throw-away namespace.
@Tag("lab")
class RulesetsLabTest {
  private static final Path GOLDEN = Path.of("src/test/golden/ruleset");

  static List<Path> rulesets() throws IOException {
    try (Stream<Path> all = Files.walk(GOLDEN)) {
      var files = all.filter(p -> p.toString().endsWith(".nft")).sorted().toList();
      assertThat(files).hasSizeGreaterThan(10);
      return files;
    }
  }

  @ParameterizedTest
  @MethodSource("rulesets")
  void nft_loads(Path rules) throws Exception {
    var process =
        new ProcessBuilder("unshare", "--net", "nft", "-f", rules.toString())
            .redirectErrorStream(true)
            .start();
    var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    assertThat(out).isEmpty();
  }
}
