package vch.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vch.portlayer.refusal.Refusal;

class SignalsTest {
  @ParameterizedTest
  @CsvSource({
    "TERM,15",
    "sigterm,15",
    "SIGKILL,9",
    "9,9",
    "HUP,1",
    "1,1",
    "usr2,12",
    "SYS,31",
    "64,64",
    "RTMIN,34",
    "SIGRTMIN+3,37",
    "RTMAX-14,50"
  })
  void a_signal_has_names_and_a_number(String text, int number) {
    assertThat(Signals.parse(text)).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "65", "-1", "FOO", "SIG", "SIGSIGTERM", "TERM ", "1٣"})
  void what_is_no_signal_is_refused(String text) {
    assertThatThrownBy(() -> Signals.parse(text))
        .isInstanceOf(Refusal.Invalid.class)
        .hasMessage("invalid signal: " + text);
  }

  @Test
  void numbers_are_those_of_signal_7() {
    assertThat(Signals.parse("KILL")).isEqualTo(Signals.KILL);
    assertThat(Signals.parse("CHLD")).isEqualTo(17);
    assertThat(Signals.parse("WINCH")).isEqualTo(28);
  }
}
