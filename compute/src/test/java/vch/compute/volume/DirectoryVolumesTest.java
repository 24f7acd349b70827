package vch.compute.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.vch.VchId;

class DirectoryVolumesTest {
  private static final VchId VCH = new VchId("0123456789ab");
  @TempDir Path state;

  @Test
  void a_volume_is_a_directory_until_it_is_deleted() throws IOException {
    var volumes = new DirectoryVolumes(state, (_, _) -> java.util.Map.of());
    volumes.create(VCH, "data");
    Files.writeString(volumes.mountpoint(VCH, "data").resolve("file"), "123");
    volumes.create(VCH, "data");
    assertThat(volumes.sizeBytes(VCH, "data")).isEqualTo(3);
    volumes.delete(VCH, "data");
    volumes.delete(VCH, "data");
    assertThat(volumes.sizeBytes(VCH, "data")).isZero();
  }

  @Test
  void names_lead_nowhere_else() {
    for (var name : new String[] {"../x", "a/b", "", ".hidden"}) {
      assertThatThrownBy(
              () -> new DirectoryVolumes(state, (_, _) -> java.util.Map.of()).delete(VCH, name))
          .isInstanceOf(Refusal.Invalid.class);
    }
  }
}
