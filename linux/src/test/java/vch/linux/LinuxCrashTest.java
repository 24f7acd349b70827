package vch.linux;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import vch.engine.fake.CrashContract;
import vch.engine.machine.Machine;

/// Daemons killed in the middle of their plans, on the kernel.
@Tag("lab")
class LinuxCrashTest extends CrashContract {
  private Optional<Lab> lab = Optional.empty();

  @BeforeEach
  void open() throws IOException {
    lab = Optional.of(new Lab());
  }

  /// Fails when a namespace is left over.
  @AfterEach
  void close() throws IOException {
    lab.orElseThrow().close();
  }

  @Override
  protected Machine machine() {
    return lab.orElseThrow().machine();
  }
}
