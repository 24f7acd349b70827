package vch.build.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PatternsTest {
  @Test
  void later_rules_decide_and_directories_cover_what_is_in_them() {
    var ignore =
        Patterns.ignore(
            """
            # a comment
            /target
            *.log
            !keep.log
            **/*.tmp
            docs/**/draft?
            """);
    assertThat(ignore.ignores("target/classes/A.class")).isTrue();
    assertThat(ignore.ignores("sub/target")).isFalse();
    assertThat(ignore.ignores("a.log")).isTrue();
    assertThat(ignore.ignores("keep.log")).isFalse();
    assertThat(ignore.ignores("x.tmp")).isTrue();
    assertThat(ignore.ignores("a/b/x.tmp")).isTrue();
    assertThat(ignore.ignores("docs/a/b/draft1")).isTrue();
    assertThat(ignore.ignores("docs/draft1")).isTrue();
    assertThat(ignore.ignores("Dockerfile")).isFalse();
  }

  @Test
  void a_pattern_of_copy_stays_within_its_directory() {
    assertThat(Patterns.glob("*.txt").test("a.txt")).isTrue();
    assertThat(Patterns.glob("*.txt").test("d/a.txt")).isFalse();
    assertThat(Patterns.glob("d/[a-c]?").test("d/bx")).isTrue();
    assertThat(Patterns.glob("d/[^a-c]").test("d/b")).isFalse();
    assertThat(Patterns.glob("a\\*").test("a*")).isTrue();
    assertThat(Patterns.glob("a*b*b").test("a-b-bb")).isTrue();
    assertThat(Patterns.glob("a*b*c").test("a-c-b")).isFalse();
    assertThat(Patterns.wild("a\\*")).isFalse();
    assertThat(Patterns.wild("a?")).isTrue();
    assertThatThrownBy(() -> Patterns.glob("a[")).hasMessage("syntax error in pattern: a[");
  }

  @Test
  void a_pattern_made_to_take_forever_does_not() {
    var name = "a".repeat(200);
    assertThat(Patterns.glob("*a".repeat(60) + "b").test(name)).isFalse();
    var path = "a/".repeat(500) + "c";
    assertThat(Patterns.ignore("**/a/".repeat(30) + "b").ignores(path)).isFalse();
  }
}
