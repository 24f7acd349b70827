package vch.compute.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vch.engine.compute.Processes.Usage;
import vch.engine.compute.UsageDetails;
import vch.engine.compute.UsageDetails.BlockCount;
import vch.portlayer.container.ContainerId;

/// The files of both cgroup versions, as the kernel writes them.
class CgroupsTest {
  private static final ContainerId ID = new ContainerId("ab".repeat(32));
  @TempDir Path mount;

  private void write(String file, String text) throws IOException {
    var path = mount.resolve("pl").resolve(ID.value()).resolve(file);
    Files.createDirectories(path.resolveSibling("."));
    Files.writeString(path, text);
  }

  @Test
  void version_2() throws IOException {
    var cgroups = new Cgroups(new CgroupMounts(Optional.of(mount), Map.of()), "pl");
    assertThat(cgroups.usage(ID)).isEqualTo(new Usage(0, 0, 0, 0, 0, 0, UsageDetails.NONE));
    write(
        "cpu.stat",
        "usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_periods 4\nnr_throttled 2\nthrottled_usec 7\n");
    write("pids.max", "100\n");
    write("memory.current", "4096\n");
    write("memory.max", "max\n");
    write("memory.stat", "anon 1\ninactive_file 99\n");
    write("memory.events", "low 0\noom 1\noom_kill 1\n");
    write("pids.current", "3\n");
    write("io.stat", "8:0 rbytes=5 wbytes=6 rios=1\n");
    write("cgroup.procs", "10\n");
    write("below/cgroup.procs", "11\n12\n");
    write("cgroup.freeze", "1\n");
    assertThat(cgroups.unified()).isTrue();
    assertThat(cgroups.usage(ID))
        .isEqualTo(
            new Usage(
                30_000,
                10_000,
                20_000,
                4096,
                0,
                3,
                new UsageDetails(
                    List.of(),
                    4,
                    2,
                    7_000,
                    0,
                    1,
                    Map.of("anon", 1L, "inactive_file", 99L),
                    100,
                    List.of(new BlockCount(8, 0, "read", 5), new BlockCount(8, 0, "write", 6)),
                    List.of())));
    assertThat(cgroups.oomKilled(ID)).isTrue();
    assertThat(cgroups.frozen(ID)).isTrue();
    assertThat(cgroups.pids(ID)).containsExactlyInAnyOrder(10L, 11L, 12L);
    assertThat(cgroups.found()).containsExactly(ID);
    assertThat(cgroups.path(ID, "")).isEqualTo("/pl/" + ID);
  }

  @Test
  void version_1() throws IOException {
    var all =
        Map.of("memory", mount, "pids", mount, "cpuacct", mount, "freezer", mount, "blkio", mount);
    var cgroups = new Cgroups(new CgroupMounts(Optional.empty(), all), "pl");
    write("cpuacct.usage", "500\n");
    write("cpuacct.usage_percpu", "200 300 \n");
    write("memory.max_usage_in_bytes", "8192\n");
    write("memory.failcnt", "1\n");
    write("pids.max", "max\n");
    write("blkio.throttle.io_serviced_recursive", "8:0 Read 1\nTotal 1\n");
    write("cpuacct.stat", "user 2\nsystem 1\n");
    write("memory.usage_in_bytes", "4096\n");
    write("memory.limit_in_bytes", "9223372036854771712\n");
    write("memory.stat", "inactive_file 1\ntotal_inactive_file 99\n");
    write("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n");
    write("pids.current", "3\n");
    write("blkio.throttle.io_service_bytes_recursive", "8:0 Read 5\n8:0 Write 6\nTotal 11\n");
    write("freezer.state", "THAWED\n");
    assertThat(cgroups.usage(ID))
        .isEqualTo(
            new Usage(
                500,
                10_000_000,
                20_000_000,
                4096,
                0,
                3,
                new UsageDetails(
                    List.of(200L, 300L),
                    0,
                    0,
                    0,
                    8192,
                    1,
                    Map.of("inactive_file", 1L, "total_inactive_file", 99L),
                    0,
                    List.of(new BlockCount(8, 0, "Read", 5), new BlockCount(8, 0, "Write", 6)),
                    List.of(new BlockCount(8, 0, "Read", 1)))));
    assertThat(cgroups.oomKilled(ID)).isFalse();
    assertThat(cgroups.frozen(ID)).isFalse();
  }
}
