package vch.api.docker.container;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GoModeTest {
  @Test
  void kinds_and_special_bits_are_where_go_has_them() {
    assertThat(GoMode.of(0100644)).isEqualTo(0644);
    assertThat(GoMode.of(0104755)).isEqualTo((1L << 23) | 0755);
    assertThat(GoMode.of(0041777)).isEqualTo((1L << 31) | (1L << 20) | 0777);
    assertThat(GoMode.of(0120777)).isEqualTo((1L << 27) | 0777);
    assertThat(GoMode.of(0020666)).isEqualTo((1L << 26) | (1L << 21) | 0666);
    assertThat(GoMode.of(0060660)).isEqualTo((1L << 26) | 0660);
    assertThat(GoMode.of(0010600)).isEqualTo((1L << 25) | 0600);
    assertThat(GoMode.of(0142755)).isEqualTo((1L << 24) | (1L << 22) | 0755);
  }
}
