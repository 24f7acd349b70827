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
  void a_listing_without_pids_and_another_column_of_that_name_are_refused() {
    assertThatThrownBy(() -> PsListing.parse("USER\nroot\n"))
        .hasMessage("Couldn't find PID field in ps output");
    assertThatThrownBy(() -> PsListing.parse("")).hasMessageContaining("PID");
    assertThatThrownBy(() -> PsListing.of("-o ppid=PID", options -> "PID\n1\n"))
        .hasMessage("specifying \"ppid=PID\" is not allowed");
  }

  @Test
  void options_go_to_ps_as_they_are() {
    var listing = PsListing.of("-C none", options -> options.equals("-C none") ? "PID\n1\n" : "");
    assertThat(listing.rows()).containsExactly(List.of("1"));
  }
}
