package vch.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SummaryTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "unix:///run/portlayer/blue/docker.sock|unix:///run/portlayer/blue/docker.sock",
        "/run/with (two) spaces/ca.pem|'/run/with (two) spaces/ca.pem'",
        "it's|'it'\\''s'",
        "$HOME|'$HOME'"
      })
  void what_is_printed_for_a_shell_is_one_word_of_it(String text, String word) {
    assertThat(Summary.word(text)).isEqualTo(word);
  }
}
