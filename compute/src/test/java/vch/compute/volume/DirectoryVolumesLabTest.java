package vch.compute.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.vch.VchId;

/// Volumes with options of the driver, really mounted. Needs root.
@Tag("lab")
class DirectoryVolumesLabTest {
  private static final VchId VCH = new VchId("0123456789ab");
  @TempDir Path top;

  /// State below a symbolic link and a name that the kernel writes with a number: a mount that was
  /// overlooked there would be deleted together with the volume.
  @Test
  void deleting_a_volume_leaves_what_it_showed() throws IOException {
    var shown = Files.createDirectory(top.resolve("shown"));
    Files.writeString(shown.resolve("f"), "precious");
    Files.createDirectory(top.resolve("a state"));
    var state = Files.createSymbolicLink(top.resolve("link"), top.resolve("a state"));
    var options = Map.of("type", "none", "device", shown.toString(), "o", "bind");
    var volumes = new DirectoryVolumes(state, (_, _) -> options);
    volumes.create(VCH, "data");
    volumes.mount(VCH, "data");
    volumes.mount(VCH, "data");
    assertThat(volumes.mountpoint(VCH, "data").resolve("f")).hasContent("precious");
    volumes.unmount(VCH, "data", () -> false);
    assertThat(volumes.mountpoint(VCH, "data").resolve("f")).as("used").exists();
    volumes.unmount(VCH, "data", () -> true);
    assertThat(volumes.mountpoint(VCH, "data")).isEmptyDirectory();
    volumes.mount(VCH, "data");
    volumes.delete(VCH, "data");
    assertThat(volumes.mountpoint(VCH, "data")).doesNotExist();
    assertThat(shown.resolve("f")).hasContent("precious");
  }

  @Test
  void what_the_kernel_refuses_is_told() {
    var options = Map.of("type", "none", "device", "/no/such", "o", "bind");
    var volumes = new DirectoryVolumes(top, (_, _) -> options);
    volumes.create(VCH, "data");
    assertThatThrownBy(() -> volumes.mount(VCH, "data"))
        .isInstanceOf(Refusal.Failed.class)
        .hasMessageEndingWith(", flags: 0x1000: no such file or directory");
  }
}
