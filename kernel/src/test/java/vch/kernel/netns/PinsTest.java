package vch.kernel.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("lab")
class PinsTest {
  @Test
  void what_a_process_left_that_died_while_it_pinned_is_cleared_and_pins_are_kept(
      @TempDir Path directory) throws Exception {
    try (var gate = Gate.open();
        var namespace = gate.make(() -> {})) {
      var before = new Pins(directory);
      before.add("whole", namespace);
      Files.createFile(before.path("half"));
      var pins = new Pins(directory);
      assertThat(pins.names()).containsExactly("whole");
      assertThat(pins.has("whole")).isTrue();
      assertThat(pins.path("half")).doesNotExist();
      pins.remove("whole");
      assertThat(pins.path("whole")).doesNotExist();
      pins.closeIfEmpty();
    }
  }
}
