package vch.compute.image.archive;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootRightsTest {
  @Test
  void a_directory_is_settled_and_one_that_cannot_be_is_named(@TempDir Path directory) {
    var rights = new RootRights();
    assertThatCode(() -> rights.settle(directory)).doesNotThrowAnyException();
    var missing = directory.resolve("missing");
    assertThatThrownBy(() -> rights.settle(missing))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "write "
                + missing
                + " to its disk: open "
                + missing
                + ": no such file or directory (ENOENT)");
  }
}
