package vch.compute.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import vch.compute.rootfs.MountTable.Propagation;

class MountTableTest {
  private static final String MOUNTS =
      """
      20 1 8:1 / / rw shared:1 - ext4 /dev/vda rw
      21 20 0:5 / /own rw - tmpfs t rw
      22 20 0:6 / /own/with\\040blank rw master:3 propagate_from:1 - tmpfs t rw
      23 20 0:7 / /over rw - tmpfs t rw
      24 20 0:8 / /over rw shared:9 - tmpfs t rw
      """;

  private static Propagation of(String path) {
    return MountTable.propagation(MOUNTS, Path.of(path));
  }

  @Test
  void how_mounts_spread_is_said_by_the_last_mount_above_a_path() {
    assertThat(of("/etc")).isEqualTo(new Propagation(Path.of("/"), true, false));
    assertThat(of("/owner")).isEqualTo(new Propagation(Path.of("/"), true, false));
    assertThat(of("/own/x")).isEqualTo(new Propagation(Path.of("/own"), false, false));
    assertThat(of("/own/with blank/x"))
        .isEqualTo(new Propagation(Path.of("/own/with blank"), false, true));
    assertThat(of("/over")).isEqualTo(new Propagation(Path.of("/over"), true, false));
  }
}
