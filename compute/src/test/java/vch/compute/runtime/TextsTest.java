package vch.compute.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vch.engine.compute.UsageDetails.BlockCount;

/// What the kernel and the programs say, read rightly.
class TextsTest {
  @ParameterizedTest
  @CsvSource({
    "127, 'exec: \"x\": executable file not found in $PATH'",
    "127, 'exec: \"/x\": stat /x: no such file or directory'",
    "127, 'executable file `x` not found in $PATH: No such file or directory'",
    "126, 'exec: \"/etc\": permission denied'",
    "126, 'exec: \"/etc\": is a directory'",
    "126, 'exec /x: exec format error'",
    "127, 'mount /a:/b: not a directory'",
    "128, 'cgroups: cannot find cgroup mount destination'"
  })
  void start_failures_have_dockers_codes(int code, String said) {
    assertThat(StartErrors.code(said)).isEqualTo(code);
  }

  @Test
  void the_last_error_of_a_runtimes_log_counts() {
    var log =
        "{\"level\":\"warning\",\"msg\":\"w\"}\n{\"level\":\"error\",\"msg\":\"first\"}\n{\"level\":\"error\",\"msg\":\"last \"}\n";
    assertThat(StartErrors.lastError(log)).isEqualTo("last");
    assertThat(StartErrors.lastError("")).isEmpty();
  }

  @Test
  void a_process_is_known_by_its_start_time() {
    var stat = "42 (a ) b) S 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 1";
    assertThat(ProcessKey.parse(42, stat)).contains(new ProcessKey(42, 987654));
    assertThat(ProcessKey.parse(42, stat.replace(") S", ") Z"))).isEmpty();
    assertThat(ProcessKey.fromText("42 987654")).contains(new ProcessKey(42, 987654));
    assertThat(ProcessKey.of(ProcessHandle.current().pid()).orElseThrow().alive()).isTrue();
  }

  @Test
  void cgroup_mounts_of_both_versions() {
    var hybrid =
        CgroupMounts.parse(
            """
            cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0
            cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0
            cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
            """);
    assertThat(hybrid.onlyUnified()).isFalse();
    assertThat(hybrid.hierarchy("cpuacct")).contains(Path.of("/sys/fs/cgroup/cpu,cpuacct"));
    assertThat(hybrid.all()).hasSize(3);
    var unified = CgroupMounts.parse("cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n");
    assertThat(unified.onlyUnified()).isTrue();
    assertThat(unified.hierarchy("memory")).contains(Path.of("/sys/fs/cgroup"));
  }

  @Test
  void numbers_of_cgroup_files() {
    assertThat(CgroupTexts.named("usage_usec 12\nuser_usec 5\nodd line\n"))
        .isEqualTo(Map.of("usage_usec", 12L, "user_usec", 5L));
    assertThat(
            CgroupTexts.named(
                "hierarchical_memory_limit 9223372036854771712\nmany 18446744073709551615\n"))
        .as("what does not fit is left out")
        .isEqualTo(Map.of("hierarchical_memory_limit", 9223372036854771712L));
    assertThat(CgroupTexts.named("")).isEmpty();
    assertThat(CgroupTexts.pairs("8:0 rbytes=10 wbytes=1\n8:16 rbytes=5\n", "rbytes", "wbytes"))
        .containsExactly(
            new BlockCount(8, 0, "read", 10),
            new BlockCount(8, 0, "write", 1),
            new BlockCount(8, 16, "read", 5));
  }

  @Test
  void kernel_versions_and_device_numbers() {
    assertThat(HostProbe.atLeast("5.12.0-rc1", 5, 12)).isTrue();
    assertThat(HostProbe.atLeast("5.9.1", 5, 12)).isFalse();
    assertThat(HostProbe.atLeast("6.1-amd64", 5, 12)).isTrue();
    assertThat(List.of(HostProbe.major(0x10300), HostProbe.minor(0x10300)))
        .containsExactly(259L, 0L);
    assertThat(HostProbe.minor(0x100003L)).isEqualTo(0x103);
    assertThat(HostProbe.capabilities("Name:\tx\nCapBnd:\t000001ffffffffff\n"))
        .isEqualTo((1L << 41) - 1);
  }
}
