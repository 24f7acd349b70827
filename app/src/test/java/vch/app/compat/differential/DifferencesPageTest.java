package vch.app.compat.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// docs/reference/differences.md is made from `known-differences.json`; `-Dgolden=update` makes it
/// anew.
class DifferencesPageTest {
  private static final Path PAGE = Path.of("../docs/reference/differences.md");

  @Test
  void the_page_says_what_the_list_says() throws IOException {
    var text = page(Known.read());
    if ("update".equals(System.getProperty("golden"))) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, text);
    }
    assertThat(PAGE).content().isEqualTo(text);
  }

  @Test
  void every_difference_has_its_reason() {
    assertThat(Known.read().entries())
        .allSatisfy(
            e -> {
              assertThat(e.what()).isNotBlank();
              assertThat(e.reason()).as(e.what()).isNotBlank();
              assertThat(e.place().pattern()).as(e.what()).isNotBlank();
            });
  }

  private static String page(Known known) {
    var out = new StringBuilder();
    out.append(
        """
        # Differences from dockerd 20.10

        A VCH is held against Debian's dockerd 20.10 call by call, by seeded random sequences (`DifferentialTest`). It speaks API 1.24 to 1.50 and follows
        the engines of today (25 to 28) where they no longer answer as 20.10 did. What is left over is listed here; anything else that differs fails the
        test. This page is made from `known-differences.json` in the module `app`; change that, then run its test with `-Dgolden=update`.
        Patterns are regular expressions; no pattern stands for anything.
        """);
    var area = "";
    for (var e : known.entries()) {
      if (!e.area().equals(area)) {
        area = e.area();
        out.append("\n## ").append(area).append('\n');
      }
      out.append("\n**").append(e.what()).append("** ").append(e.reason()).append('\n');
      out.append("\n    ").append(e.operations().pattern()).append(": ");
      out.append(e.place().pattern()).append('\n');
      line(out, "dockerd", e.dockerd().pattern());
      line(out, "here   ", e.ours().pattern());
    }
    return out.toString();
  }

  private static void line(StringBuilder out, String who, String pattern) {
    if (!pattern.isEmpty()) {
      out.append("    ").append(who).append("  ").append(pattern.replace("\n", "\\n")).append('\n');
    }
  }
}
