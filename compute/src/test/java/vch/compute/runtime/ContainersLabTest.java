package vch.compute.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("lab")
class ContainersLabTest {
  private static RuntimeLab lab;

  @BeforeAll
  static void open() throws Exception {
    lab = new RuntimeLab();
  }

  @AfterAll
  static void close() throws Exception {
    lab.close();
  }

  @Test
  void a_program_runs_and_its_exit_code_is_known() throws Exception {
    var outcome = lab.run(RuntimeLab.container("sh", "-c", "echo out; echo err >&2; exit 7"));
    assertThat(outcome.exitCode()).isEqualTo(7);
    assertThat(outcome.stdout()).isEqualTo("out\n");
    assertThat(outcome.stderr()).isEqualTo("err\n");
    assertThat(outcome.oomKilled()).isFalse();
  }

  @Test
  void the_end_of_input_reaches_the_container() throws Exception {
    var outcome = lab.run(RuntimeLab.container("sh", "-c", "cat; echo done").stdin(true), "one\n".getBytes(UTF_8), "two".getBytes(UTF_8));
    assertThat(outcome.stdout()).isEqualTo("one\ntwodone\n");
  }
}
