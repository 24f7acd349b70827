package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A container fills the disk that the state directory is on.
@Tag("compat")
class FullDiskTest {
  private final TestMachine machine = new TestMachine();

  @BeforeEach
  void small() throws IOException {
    Files.createDirectories(machine.state);
    Command.run("mount", "-t", "tmpfs", "-o", "size=320m", "small", machine.state.toString()).ok();
  }

  @AfterEach
  void stop() {
    machine.close();
  }

  enum Meanwhile {
    NOTHING {
      @Override
      void happen(TestMachine machine) {}
    },
    A_RESTART {
      @Override
      void happen(TestMachine machine) {
        machine.stopDaemon();
        machine.startDaemon();
      }
    },
    A_CRASH {
      @Override
      void happen(TestMachine machine) {
        machine.killDaemon();
        machine.startDaemon();
      }
    };

    abstract void happen(TestMachine machine);
  }

  @ParameterizedTest
  @EnumSource
  void nothing_new_is_taken_and_whoever_fills_it_is_stopped_and_removed(Meanwhile meanwhile) {
    machine.startDaemon();
    var vch = machine.create("blue");
    vch.sleeper("hog");
    vch.docker("exec", "hog", "dd", "if=/dev/zero", "of=/big", "bs=1M")
        .refused("No space left on device");
    vch.docker("run", "-d", "busybox", "true").refused("Nothing new can be recorded");
    vch.docker("network", "create", "app").refused("KiB are free on the disk of " + machine.state);
    vch.docker("commit", "hog", "copy").refused("no space left on device");
    vch.docker("restart", "-t", "0", "hog").ok();
    meanwhile.happen(machine);
    assertThat(vch.docker("ps", "-a", "--format", "{{.Names}}").ok()).isEqualTo("hog");
    vch.docker("stop", "-t", "0", "hog").ok();
    vch.docker("rm", "hog").ok();
    vch.docker("network", "create", "app").ok();
    vch.docker("run", "--rm", "--network", "app", "busybox", "true").ok();
    assertThat(machine.vch("plan").ok()).isEmpty();
  }
}
