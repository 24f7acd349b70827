package vch.api.docker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PsListingTest {
  @Test
  void the_last_column_takes_the_rest_and_rows_of_others_are_left_out() {
    var all = PsListing.parse("  PID TTY      CMD\n    7 ?        sleep 1 2\n   42 pts/0    sh\n");
    assertThat(all.only(List.of(7L)).json())
        .hasToString(
            "{\"Titles\":[\"PID\",\"TTY\",\"CMD\"],\"Processes\":[[\"7\",\"?\",\"sleep 1 2\"]]}");
    assertThat(all.only(List.of(8L)).rows()).isEmpty();
  }

  @Test
  void a_listing_without_pids_and_options_that_ps_does_not_know_are_refused() {
    assertThatThrownBy(() -> PsListing.parse("USER\nroot\n"))
        .hasMessage("Couldn't find PID field in ps output");
    assertThatThrownBy(() -> PsListing.parse("")).hasMessageContaining("PID");
    assertThatThrownBy(() -> PsListing.of("-o ppid=PID"))
        .hasMessage("specifying \"ppid=PID\" is not allowed");
    assertThatThrownBy(() -> PsListing.of("-o nosuchcolumn"))
        .hasMessageStartingWith("ps: error: unknown user-defined format specifier");
  }

  @Test
  void the_program_of_the_machine_is_asked() throws Exception {
    long self = ProcessHandle.current().pid();
    var own = PsListing.of("-e --forest -o pid,nice,args").only(List.of(self));
    assertThat(own.titles()).containsExactly("PID", "NI", "COMMAND");
    assertThat(own.rows()).singleElement().satisfies(r -> assertThat(r).hasSize(3));
  }
}
