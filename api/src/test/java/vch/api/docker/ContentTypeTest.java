package vch.api.docker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vch.portlayer.refusal.Refusal;

class ContentTypeTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        " Application/JSON ",
        "application/json;",
        "application/json; charset=utf-8",
        "application/json;charset=\"a;b\" ; v=1"
      })
  void json_is_taken_whatever_its_parameters(String given) {
    ContentType.requireJson(given);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|no media type",
        ";x=1|no media type",
        "a b|expected slash after first token",
        "application/|expected token after slash",
        "application/json x|unexpected content after media subtype",
        "application/json; x|invalid media parameter",
        "application/json; =x|invalid media parameter",
        "application/json; x=1 y|invalid media parameter"
      })
  void what_cannot_be_read_is_refused_in_the_words_of_go(String given, String fault) {
    assertThatThrownBy(() -> ContentType.requireJson(given))
        .isInstanceOf(Refusal.Invalid.class)
        .hasMessage("malformed Content-Type header (" + given + "): mime: " + fault);
  }

  @Test
  void other_types_are_not_supported() {
    for (var given : new String[] {"text/plain", "json", "application/x-tar; x=1"}) {
      assertThatThrownBy(() -> ContentType.requireJson(given))
          .hasMessage(
              "unsupported Content-Type header (" + given + "): must be 'application/json'");
    }
  }
}
