package vch.compute.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PsTest {
  @Test
  void the_program_of_the_machine_is_asked() throws Exception {
    long self = ProcessHandle.current().pid();
    assertThat(Ps.run(" -e --forest -o pid,nice,args ").lines())
        .anyMatch(l -> l.strip().matches("PID +NI COMMAND"))
        .anyMatch(l -> l.strip().startsWith(self + " "));
    assertThatThrownBy(() -> Ps.run("-o nosuchcolumn"))
        .hasMessageStartingWith("ps: error: unknown user-defined format specifier");
  }
}
