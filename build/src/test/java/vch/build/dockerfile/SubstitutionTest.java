package vch.build.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubstitutionTest {
  private static final Map<String, String> VARIABLES =
      Map.of("A", "1", "EMPTY", "", "TWO", "x y", "long_name", "L");

  private static String word(String text) {
    return new Substitution('\\', VARIABLES).word(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "$A | 1",
        "${A}b | 1b",
        "$Ab | ~~",
        "a$long_name/b | aL/b",
        "${NO:-d} | d",
        "${EMPTY:-d} | d",
        "${EMPTY-d} | ~~",
        "${NO-d} | d",
        "${A:+p} | p",
        "${EMPTY:+p} | ~~",
        "${EMPTY+p} | p",
        "${NO:-${A}x} | 1x",
        "${NO:-'a}b'} | a}b",
        "\\$A | $A",
        "'$A' | $A",
        "\"$A\" | 1",
        "\"\\$A \\x\" | $A \\x",
        "a\\ b | a b",
        "$ | $",
        "$TWO | x y"
      })
  void words_are_replaced_as_docker_does(String text, String expected) {
    assertThat(word(text)).isEqualTo(expected);
  }

  @Test
  void words_of_a_variable_are_parted_unless_quoted() {
    var replace = new Substitution('\\', VARIABLES);
    assertThat(replace.words("$TWO z")).containsExactly("x", "y", "z");
    assertThat(replace.words("\"$TWO\" z")).containsExactly("x y", "z");
  }

  @Test
  void what_cannot_be_read_is_refused() {
    assertThatThrownBy(() -> word("${A")).hasMessage("syntax error: missing '}'");
    assertThatThrownBy(() -> word("${}")).hasMessage("syntax error: bad substitution");
    assertThatThrownBy(() -> word("${A%b}")).hasMessageContaining("unsupported modifier (%)");
    assertThatThrownBy(() -> word("${NO:?why}")).hasMessage("NO: why");
    assertThatThrownBy(() -> word("'a")).hasMessageContaining("matching single-quote");
  }
}
