package vch.compute.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalMountTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "size=5m,uid=1000|0|size=5m,uid=1000|0",
        "bind|4096||0",
        "ro,bind,noexec|4105||0",
        "rbind,rslave|20480||540672",
        "ro,rw,nodev|4||0",
        "addr=10.0.0.1,ro,soft|1|addr=10.0.0.1,soft|0"
      })
  void words_of_mount_become_flags_and_the_rest_is_for_the_file_system(
      String words, long flags, String data, long propagation) {
    var mount = LocalMount.of(Map.of("type", "x", "device", "/d", "o", words));
    assertThat(mount)
        .isEqualTo(new LocalMount("/d", "x", flags, data == null ? "" : data, propagation));
  }

  @Test
  void options_may_be_missing() {
    assertThat(LocalMount.of(Map.of("type", "tmpfs", "device", "tmpfs")))
        .isEqualTo(new LocalMount("tmpfs", "tmpfs", 0, "", 0));
  }
}
