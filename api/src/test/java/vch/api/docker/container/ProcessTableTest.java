package vch.api.docker.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessTableTest {
  @Test
  void rows_are_those_of_ps(@TempDir Path proc) throws Exception {
    Files.createDirectory(proc.resolve("42"));
    Files.writeString(proc.resolve("stat"), "cpu  1 2 3\nbtime 1795262400\n");
    Files.writeString(proc.resolve("meminfo"), "MemTotal:       1000000 kB\n");
    Files.writeString(
        proc.resolve("passwd"), "root:x:0:0::/:/bin/sh\nwww-data:x:33:33::/:/bin/sh\n");
    Files.writeString(
        proc.resolve("42/stat"),
        "42 (my (odd) name) S 7 42 42 34817 42 4194560 1 2 3 4 6000 500 0 0 20 0 3 0 100000 10485760 2500 18446744073709551615 1\n");
    Files.writeString(proc.resolve("42/status"), "Name:\tx\nUid:\t33\t33\t33\t33\n");
    Files.writeString(proc.resolve("42/cmdline"), "nginx\0-g\0daemon off;\0");
    var now = Instant.ofEpochSecond(1795262400L + 2000);
    var row =
        new ProcessTable(proc, proc.resolve("passwd"), now, ZoneOffset.UTC).row(42).orElseThrow();
    assertThat(row)
        .containsEntry("user", "www-data")
        .containsEntry("uid", "33")
        .containsEntry("pid", "42")
        .containsEntry("ppid", "7")
        .containsEntry("c", "6")
        .containsEntry("tty", "pts/1")
        .containsEntry("time", "00:01:05")
        .containsEntry("stime", "12:16")
        .containsEntry("args", "nginx -g daemon off;")
        .containsEntry("comm", "my (odd) name")
        .containsEntry("vsz", "10240")
        .containsEntry("rss", "10000")
        .containsEntry("pmem", "1.0")
        .containsEntry("stat", "Ssl+")
        .containsEntry("nlwp", "3");
    assertThat(new ProcessTable(proc, proc.resolve("passwd"), now, ZoneOffset.UTC).row(43))
        .isEmpty();
  }

  @Test
  void options_choose_columns() {
    assertThat(ProcessTable.Columns.parse("-ef").orElseThrow().titles())
        .containsExactly("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD");
    assertThat(ProcessTable.Columns.parse("aux").orElseThrow().titles())
        .startsWith("USER", "PID", "%CPU")
        .endsWith("COMMAND");
    assertThat(ProcessTable.Columns.parse("-eo pid,comm").orElseThrow().titles())
        .containsExactly("PID", "COMMAND");
    assertThat(ProcessTable.Columns.parse("-o pid -o args").orElseThrow().keys())
        .containsExactly("pid", "args");
    assertThat(ProcessTable.Columns.parse("--forest")).isEmpty();
    assertThat(ProcessTable.Columns.parse("-o secrets")).isEmpty();
  }
}
