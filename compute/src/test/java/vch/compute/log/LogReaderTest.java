package vch.compute.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vch.engine.compute.LogQuery;
import vch.engine.compute.Logs;

@Timeout(30)
class LogReaderTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("ctr.log");
  }

  private static String line(int second, String rest) {
    return NOON.plusSeconds(second).toString().replace("Z", ".123456789+00:00") + " " + rest + "\n";
  }

  private static LogQuery query(int tail) {
    return new LogQuery(false, true, true, Optional.empty(), Optional.empty(), tail);
  }

  private LogReader reader(LogQuery query) throws IOException {
    return new LogReader(
        new LogFiles(file), query, () -> false, InstantSource.fixed(NOON), () -> {});
  }

  private List<String> read(LogQuery query) throws IOException {
    var texts = new ArrayList<String>();
    try (var logs = reader(query)) {
      for (var line = logs.next(); line.stream() != 0; line = logs.next()) {
        texts.add(new String(line.text(), UTF_8));
      }
    }
    return texts;
  }

  @Test
  void parts_are_joined_by_stream_and_torn_lines_passed_over() throws IOException {
    Files.writeString(
        file,
        line(0, "stdout P one ")
            + line(0, "stderr F err")
            + "torn by a cra\n"
            + line(1, "stdout F two")
            + line(2, "stdout F ")
            + line(3, "stdout P rest"));
    assertThat(read(query(-1))).containsExactly("err\n", "one two\n", "\n", "rest");
    try (var logs = reader(query(-1))) {
      var first = logs.next();
      assertThat(first.stream()).isEqualTo(2);
      assertThat(first.at()).isEqualTo(NOON.plusNanos(123456789));
    }
  }

  @Test
  void a_last_line_without_line_feed_is_one_of_the_tail() throws IOException {
    Files.writeString(
        file,
        line(0, "stdout F one")
            + line(1, "stdout F two")
            + line(2, "stderr F err")
            + line(3, "stdout P un")
            + line(4, "stdout P finished"));
    assertThat(read(query(1))).containsExactly("unfinished");
    assertThat(read(query(2))).containsExactly("err\n", "unfinished");
    assertThat(read(query(3))).containsExactly("two\n", "err\n", "unfinished");
  }

  @Test
  void the_tail_of_long_logs_is_found_from_the_end_over_rotated_files() throws IOException {
    Files.writeString(file.resolveSibling("ctr.log.2"), text(0, 5000));
    Files.writeString(file.resolveSibling("ctr.log.1"), text(5000, 5003));
    Files.writeString(file, text(5003, 15000));
    assertThat(read(query(-1))).hasSize(15000);
    for (int tail :
        new int[] {0, 1, 2, 1500, 1501, 9996, 9997, 9998, 10000, 10001, 14999, 15000, 20000}) {
      var expected =
          IntStream.range(Math.max(0, 15000 - tail), 15000)
              .mapToObj(i -> "line " + i + "\n")
              .toList();
      assertThat(read(query(tail))).as("tail %d", tail).isEqualTo(expected);
    }
  }

  private static String text(int from, int to) {
    var text = new StringBuilder();
    IntStream.range(from, to).forEach(i -> text.append(line(i, "stdout F line " + i)));
    return text.toString();
  }

  @Test
  void the_tail_counts_lines_of_the_wanted_stream_and_whole_lines() throws IOException {
    Files.writeString(
        file,
        line(0, "stdout F a")
            + line(1, "stdout P b")
            + line(1, "stdout F c")
            + line(2, "stderr F d")
            + line(3, "stderr F e"));
    assertThat(read(new LogQuery(false, true, false, Optional.empty(), Optional.empty(), 1)))
        .containsExactly("bc\n");
    assertThat(read(query(3))).containsExactly("bc\n", "d\n", "e\n");
  }

  @Test
  void times_bound_what_is_read() throws IOException {
    Files.writeString(file, text(0, 10));
    var some =
        new LogQuery(
            false,
            true,
            true,
            Optional.of(NOON.plusSeconds(3)),
            Optional.of(NOON.plusSeconds(6)),
            -1);
    assertThat(read(some)).containsExactly("line 3\n", "line 4\n", "line 5\n");
  }

  @Test
  void a_log_that_was_never_written_is_empty() throws IOException {
    assertThat(read(query(-1))).isEmpty();
    assertThat(read(query(5))).isEmpty();
  }

  @Test
  void following_sees_what_comes_over_a_rotation_and_ends_with_the_container() throws IOException {
    var running = new AtomicBoolean(true);
    Files.writeString(file, text(0, 2));
    var files = new LogFiles(file);
    files.keepRotated(2);
    var follow = new LogQuery(true, true, true, Optional.empty(), Optional.empty(), 1);
    try (var logs =
        new LogReader(files, follow, running::get, InstantSource.fixed(NOON), () -> {})) {
      assertThat(logs.next().text()).asString(UTF_8).isEqualTo("line 1\n");
      Files.writeString(file, text(2, 3), java.nio.file.StandardOpenOption.APPEND);
      Files.writeString(file.resolveSibling("fresh"), text(3, 4));
      Files.move(
          file.resolveSibling("fresh"),
          file,
          java.nio.file.StandardCopyOption.REPLACE_EXISTING); // as conmon does
      files.keepRotated(2);
      assertThat(logs.next().text()).asString(UTF_8).isEqualTo("line 2\n");
      assertThat(logs.next().text()).asString(UTF_8).isEqualTo("line 3\n");
      running.set(false);
      assertThat(logs.next()).isEqualTo(Logs.Line.END);
    }
    assertThat(read(query(-1))).hasSize(4);
  }

  @Test
  void the_daemon_rotates_what_has_grown_to_its_bound() throws IOException {
    var files = new LogFiles(file);
    for (int i = 0; i < 4; i++) {
      Files.writeString(file, text(i * 10, i * 10 + 10));
      files.keepRotated(3);
      assertThat(files.rotate(100_000, 3)).isFalse();
      assertThat(files.rotate(100, 3)).isTrue();
      assertThat(files.rotate(100, 3)).isFalse(); // nobody has begun a new one yet
    }
    assertThat(read(query(-1))).hasSize(20).startsWith("line 20\n").endsWith("line 39\n");
    Files.writeString(file, text(40, 41));
    files.keepRotated(3);
    assertThat(read(query(2))).containsExactly("line 39\n", "line 40\n");
  }

  @Test
  void times_bound_a_last_line_without_line_feed_too() throws IOException {
    Files.writeString(file, line(1, "stdout P out") + line(5, "stderr P err"));
    var late =
        new LogQuery(false, true, true, Optional.of(NOON.plusSeconds(3)), Optional.empty(), -1);
    assertThat(read(late)).containsExactly("err");
  }

  @Test
  void closing_ends_a_reader_that_waits() throws Exception {
    var follow = new LogQuery(true, true, true, Optional.empty(), Optional.empty(), -1);
    var logs =
        new LogReader(new LogFiles(file), follow, () -> true, InstantSource.fixed(NOON), () -> {});
    var reading =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    assertThat(logs.next()).isEqualTo(Logs.Line.END);
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                });
    logs.close();
    reading.join();
  }

  @Test
  void only_as_many_files_are_kept_as_asked() throws IOException {
    var files = new LogFiles(file);
    for (int i = 0; i < 5; i++) {
      Files.writeString(file.resolveSibling("fresh"), text(i, i + 1));
      Files.move(
          file.resolveSibling("fresh"), file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      files.keepRotated(3);
      files.keepRotated(3);
    }
    assertThat(read(query(-1))).containsExactly("line 2\n", "line 3\n", "line 4\n");
    assertThat(files.all()).hasSize(3);
  }

  private static void compress(LogFiles files) throws Exception {
    new Rotation(files, new Rotation.Bounds(0, 9, true), () -> {}).changed();
    while (files.uncompressed(true).isPresent() || Files.exists(files.fresh())) {
      Thread.sleep(1);
    }
  }

  @Test
  void compressed_files_are_read_as_plain_ones() throws Exception {
    var files = new LogFiles(file);
    Files.writeString(file.resolveSibling("ctr.log.3"), text(0, 5000));
    Files.writeString(
        file.resolveSibling("ctr.log.2"), text(5000, 9000) + line(9000, "stdout P line "));
    Files.writeString(
        file.resolveSibling("ctr.log.1"), line(9000, "stdout F 9000") + text(9001, 9003));
    Files.writeString(file, text(9003, 12000) + line(12000, "stdout P line 12000"));
    compress(files);
    assertThat(files.all())
        .extracting(f -> f.path().getFileName().toString())
        .containsExactly("ctr.log.3.gz", "ctr.log.2.gz", "ctr.log.1.gz", "ctr.log");
    var all =
        IntStream.rangeClosed(0, 12000)
            .mapToObj(i -> "line " + i + (i < 12000 ? "\n" : ""))
            .toList();
    assertThat(read(query(-1))).isEqualTo(all);
    for (int tail :
        new int[] {
          0, 1, 2997, 2998, 2999, 3000, 3001, 3002, 3003, 7000, 7001, 7002, 12000, 12001, 20000
        }) {
      assertThat(read(query(tail)))
          .as("tail %d", tail)
          .isEqualTo(all.subList(Math.max(0, all.size() - tail), all.size()));
    }
    var some =
        new LogQuery(
            false,
            true,
            true,
            Optional.of(NOON.plusSeconds(4998)),
            Optional.of(NOON.plusSeconds(5002)),
            -1);
    assertThat(read(some)).isEqualTo(all.subList(4998, 5002));
  }

  @Test
  void the_tail_ends_in_a_compressed_file_whose_last_line_was_cut() throws Exception {
    var files = new LogFiles(file);
    Files.writeString(
        file.resolveSibling("ctr.log.1"), text(0, 3) + line(3, "stderr P err") + text(3, 4));
    Files.writeString(file, text(4, 5));
    compress(files);
    assertThat(read(query(2))).containsExactly("line 3\n", "line 4\n");
    assertThat(read(query(3))).containsExactly("line 3\n", "line 4\n", "err");
    assertThat(read(query(4))).containsExactly("line 2\n", "line 3\n", "line 4\n", "err");
  }

  @Test
  void a_reader_goes_on_behind_a_file_that_was_compressed_while_it_read() throws Exception {
    var files = new LogFiles(file);
    Files.writeString(file, text(0, 2));
    var follow = new LogQuery(true, true, true, Optional.empty(), Optional.empty(), -1);
    try (var logs = new LogReader(files, follow, () -> false, InstantSource.system(), () -> {})) {
      assertThat(logs.next().text()).asString(UTF_8).isEqualTo("line 0\n");
      for (int i = 2; i < 5; i++) {
        assertThat(files.rotate(1, 9)).isTrue();
        Files.writeString(file, text(i, i + 1));
        compress(files);
      }
      for (int i = 1; i < 5; i++) {
        assertThat(logs.next().text()).asString(UTF_8).isEqualTo("line " + i + "\n");
      }
      assertThat(logs.next()).isEqualTo(Logs.Line.END);
    }
  }

  @Test
  void what_a_death_left_of_compressing_is_finished_and_says_nothing_twice() throws Exception {
    var files = new LogFiles(file);
    Files.writeString(file.resolveSibling("ctr.log.1"), text(0, 2));
    Files.writeString(file, text(2, 3));
    var plain = Files.readAllBytes(file.resolveSibling("ctr.log.1"));
    compress(files);
    Files.write(file.resolveSibling("ctr.log.1"), plain); // it died before this one was gone
    Files.writeString(files.fresh(), "half a fi"); // or before it was whole
    assertThat(read(query(-1))).containsExactly("line 0\n", "line 1\n", "line 2\n");
    assertThat(files.rotate(1, 9)).isTrue();
    Files.writeString(file, text(3, 4));
    compress(files);
    assertThat(read(query(-1))).containsExactly("line 0\n", "line 1\n", "line 2\n", "line 3\n");
    try (var left = Files.list(directory)) {
      assertThat(left.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("ctr.log", "ctr.log.keep", "ctr.log.1.gz", "ctr.log.2.gz");
    }
  }

  @Test
  void what_was_rotated_last_is_compressed_when_nobody_writes_any_more() throws Exception {
    var files = new LogFiles(file);
    var rotation = new Rotation(files, new Rotation.Bounds(1, 9, true), () -> {});
    Files.writeString(file, text(0, 3));
    rotation.changed();
    assertThat(files.all()).hasSize(1).noneMatch(LogFile::compressed);
    rotation.ended();
    while (!Files.exists(file.resolveSibling("ctr.log.1.gz"))) {
      Thread.sleep(1);
    }
    assertThat(read(query(-1))).containsExactly("line 0\n", "line 1\n", "line 2\n");
  }

  /// There are as many carriers of virtual threads as processors, and gzip gives none back.
  @Test
  void compressing_holds_up_no_virtual_thread() throws Exception {
    var noise = new byte[24 << 20];
    new java.util.Random(1).nextBytes(noise);
    var logs = new java.util.ArrayList<LogFiles>();
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      var log = Files.createDirectories(directory.resolve("log" + i)).resolve("ctr.log");
      Files.write(log.resolveSibling("ctr.log.1"), noise);
      logs.add(new LogFiles(log));
    }
    for (var files : logs) {
      new Rotation(files, new Rotation.Bounds(0, 9, true), () -> {}).ended();
    }
    Thread.ofVirtual().start(() -> {}).join();
    for (var files : logs) {
      assertThat(files.all()).noneMatch(LogFile::compressed);
    }
    for (var files : logs) {
      while (files.uncompressed(false).isPresent()) {
        Thread.sleep(1);
      }
    }
  }

  @Test
  void a_rotation_that_is_closed_changes_nothing_any_more() throws IOException {
    var files = new LogFiles(file);
    var rotation = new Rotation(files, new Rotation.Bounds(1, 2, true), () -> {});
    Files.writeString(file, text(0, 1));
    rotation.close();
    rotation.changed();
    try (var left = Files.list(directory)) {
      assertThat(left).containsExactly(file);
    }
  }
}
