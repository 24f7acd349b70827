package vch.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

@Timeout(60)
class CompressionTest {
  private static final byte[] TEXT = text();

  @TempDir private static Path libraries = Path.of("");

  /// Compressible, and not by much.
  private static byte[] text() {
    var dice = new Random(1);
    var text = new StringBuilder();
    for (int i = 0; i < 40_000; i++) {
      text.append(dice.nextInt(10_000)).append('\n');
    }
    return text.toString().getBytes(UTF_8);
  }

  private static OutputStream compressor(Compression how, OutputStream out) throws IOException {
    return switch (how) {
      case NONE -> out;
      case GZIP -> new GZIPOutputStream(out);
      case ZSTD -> new ZstdOutputStream(out).setChecksum(true);
      case BZIP2 -> new BZip2CompressorOutputStream(out, 1);
      case XZ -> new XZOutputStream(out, new LZMA2Options(0));
    };
  }

  private static byte[] compressed(Compression how, byte[] content) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var to = compressor(how, out)) {
      to.write(content);
    }
    return out.toByteArray();
  }

  private static InputStream open(byte[] content) throws IOException {
    return Compression.open(new ByteArrayInputStream(content), libraries);
  }

  private static byte[] plain(byte[] content) throws IOException {
    try (var in = open(content)) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @EnumSource
  void is_told_by_the_first_bytes_and_taken_away(Compression how) throws IOException {
    for (var content : new byte[][] {TEXT, {}, {'x'}}) {
      var file = compressed(how, content);
      assertThat(Compression.of(file)).isEqualTo(how);
      assertThat(Compression.of(Files.write(libraries.resolve("file"), file))).isEqualTo(how);
      assertThat(plain(file)).isEqualTo(content);
      try (var in = open(file)) {
        for (var b : Arrays.copyOf(content, Math.min(10, content.length))) {
          assertThat(in.read()).isEqualTo(b);
        }
        in.skipNBytes(Math.max(0, content.length - 10));
        assertThat(in.read()).isEqualTo(-1);
        assertThat(in.read(new byte[5])).isEqualTo(-1);
      }
    }
  }

  /// As `cat a.gz b.gz`, and as parallel compressors write.
  @ParameterizedTest
  @EnumSource
  void parts_one_after_the_other_are_one_content(Compression how) throws IOException {
    var out = new ByteArrayOutputStream();
    out.writeBytes(compressed(how, TEXT));
    out.writeBytes(compressed(how, TEXT));
    assertThat(plain(out.toByteArray())).hasSize(2 * TEXT.length).endsWith(TEXT);
  }

  private static void damaged(byte[] file, String how) {
    assertThatThrownBy(() -> plain(file))
        .as(how)
        .isInstanceOf(BadArchiveException.class)
        .hasMessageStartingWith("the compression is damaged: ");
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void one_that_is_cut_is_refused(Compression how) throws IOException {
    var file = compressed(how, TEXT);
    for (int cut : new int[] {8, 20, file.length / 2, file.length - 1}) {
      damaged(Arrays.copyOf(file, cut), "cut at " + cut);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void one_that_is_damaged_is_refused(Compression how) throws IOException {
    var file = compressed(how, TEXT);
    for (int at : new int[] {file.length / 3, file.length / 2, file.length * 3 / 4}) {
      var changed = file.clone();
      changed[at] ^= 0x55;
      damaged(changed, "changed at " + at);
    }
  }

  /// `-Darchive.seed=N` repeats a run.
  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void one_changed_anywhere_is_read_or_refused(Compression how) throws IOException {
    long seed = Long.getLong("archive.seed", System.nanoTime());
    var dice = new Random(seed);
    var file = compressed(how, Arrays.copyOf(TEXT, 2000));
    for (int round = 0; round < 300; round++) {
      var changed = file.clone();
      changed[6 + dice.nextInt(changed.length - 6)] = (byte) dice.nextInt(256);
      try (var in = open(changed)) {
        in.readNBytes(1 << 20);
      } catch (IOException e) {
        assertThat(e).as("seed %d round %d", seed, round).isInstanceOf(BadArchiveException.class);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + " round " + round, e);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_stream_that_fails_is_no_fault_of_the_compression(Compression how) throws IOException {
    var file = compressed(how, TEXT);
    for (int cut : new int[] {0, 4, 20, file.length / 2}) {
      var broken =
          new SequenceInputStream(new ByteArrayInputStream(Arrays.copyOf(file, cut)), new Broken());
      assertThatThrownBy(() -> Compression.open(broken, libraries).readAllBytes())
          .as("after %d bytes", cut)
          .isExactlyInstanceOf(IOException.class)
          .hasMessage("the line is cut");
    }
  }

  /// A header may ask for gigabytes before there is any content.
  @Test
  void a_dictionary_that_takes_more_memory_than_is_given_is_refused() throws IOException {
    var options = new LZMA2Options(0);
    options.setDictSize(64 << 20);
    assertThat(plain(xz(options))).isEqualTo(TEXT);
    options.setDictSize(128 << 20);
    assertThatThrownBy(() -> plain(xz(options)))
        .isInstanceOf(BadArchiveException.class)
        .hasMessageStartingWith("the compression is damaged: ")
        .hasMessageContaining("memory");
  }

  private static byte[] xz(LZMA2Options options) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var to = new XZOutputStream(out, options)) {
      to.write(TEXT);
    }
    return out.toByteArray();
  }

  /// RFC 8878, 3.1.1.1: magic, no flags, a window of 2^(10 + 21) bytes, one empty last block.
  @Test
  void a_window_that_takes_more_memory_than_is_given_is_refused() {
    byte[] frame = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, (byte) (21 << 3), 1, 0, 0};
    assertThatThrownBy(() -> plain(frame))
        .isInstanceOf(BadArchiveException.class)
        .hasMessageContaining("memory");
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void a_bomb_goes_off_piece_by_piece(Compression how) throws IOException {
    var bomb = compressed(how, new byte[16 << 20]);
    assertThat(bomb).hasSizeLessThan(1 << 20);
    try (var in = open(bomb)) {
      assertThat(in.readNBytes(1 << 20)).containsOnly(0); // whoever reads counts
    }
  }

  @Test
  void what_only_begins_as_one_is_damaged_and_what_is_too_short_is_none() throws IOException {
    assertThat(plain(new byte[] {0x1f})).containsExactly(0x1f);
    assertThat(plain("BZ".getBytes(UTF_8))).hasSize(2);
    assertThat(plain(new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z'})).hasSize(5);
    assertThatThrownBy(() -> plain(new byte[] {0x1f, (byte) 0x8b}))
        .isInstanceOf(BadArchiveException.class)
        .hasMessage("the compression is damaged: it ends too early");
    assertThatThrownBy(() -> plain("BZh is no bzip2".getBytes(UTF_8)))
        .isInstanceOf(BadArchiveException.class);
  }
}
