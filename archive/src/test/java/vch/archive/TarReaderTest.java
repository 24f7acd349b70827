package vch.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What strangers may write. Where an entry may go is for those to say who unpack it; here it is
/// told as it stands.
@Timeout(60)
class TarReaderTest {
  private static TarReader reader(byte[] archive) {
    return new TarReader(new ByteArrayInputStream(archive));
  }

  private static TarArchiveEntry first(byte[] archive) throws IOException {
    return reader(archive).next().orElseThrow();
  }

  /// Reads all of it, and how much there is of content.
  private static long drain(InputStream archive) throws IOException {
    var tar = new TarReader(archive);
    long bytes = 0;
    while (tar.next().isPresent()) {
      bytes += tar.transferTo(java.io.OutputStream.nullOutputStream());
    }
    return bytes;
  }

  private static void refused(byte[] archive, String why) {
    assertThatThrownBy(() -> drain(new ByteArrayInputStream(archive)))
        .isInstanceOf(BadArchiveException.class)
        .hasMessageContaining(why);
  }

  @Test
  void entries_come_in_order_with_their_content() throws IOException {
    var tar = reader(new RawTar().file("a", "one").entry("d/", '5', "").file("d/b", "").whole());
    var seen = new ArrayList<String>();
    for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
      var it = entry.get();
      seen.add(it.getName() + " " + it.isDirectory() + " " + new String(tar.readAllBytes(), UTF_8));
      assertThat(it.getMode() & 07777).isEqualTo(0644);
      assertThat(it.getLongUserId()).isEqualTo(1);
      assertThat(it.getLastModifiedTime().toInstant().getEpochSecond()).isEqualTo(1_000_000_000);
    }
    assertThat(seen).containsExactly("a false one", "d/ true ", "d/b false ");
    assertThat(tar.next()).isEmpty();
  }

  @Test
  void content_that_is_passed_over_is_none_of_the_next_entry() throws IOException {
    var tar = reader(new RawTar().file("a", "x".repeat(5000)).file("b", "two").whole());
    tar.next();
    assertThat(tar.read()).isEqualTo('x');
    tar.next();
    assertThat(tar.readAllBytes()).asString(UTF_8).isEqualTo("two");
    assertThat(tar.read()).isEqualTo(-1);
  }

  /// It may look like a header, and be more than headers may.
  @Test
  void content_that_is_passed_over_counts_neither_as_headers_nor_hides_them() throws IOException {
    var fake = new String(new RawTar().pax("SCHILY.xattr.user.fake=1").begun(), ISO_8859_1);
    var large = fake + "x".repeat(2 * HeaderTap.HEADERS_BYTES_MAX + 1);
    var archive =
        new RawTar().file("a", large).pax("SCHILY.xattr.user.true=1").file("b", "").whole();
    var tar = reader(archive);
    tar.next();
    assertThat(tar.next().orElseThrow().getName()).isEqualTo("b");
    assertThat(tar.attributes()).containsOnlyKeys("user.true");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../etc/passwd", "/etc/passwd", "a/../../b", "..", ".", "a//b", "a b"})
  void names_that_lead_anywhere_are_told_as_they_stand(String name) throws IOException {
    assertThat(first(new RawTar().file(name, "x").whole()).getName()).isEqualTo(name);
    assertThat(first(new RawTar().pax("path=" + name).file("other", "x").whole()).getName())
        .isEqualTo(name.replaceFirst("^/", "")); // the library's way with names of pax headers
    var link = first(new RawTar().entry("l", '2', name).whole());
    assertThat(link.isSymbolicLink()).isTrue();
    assertThat(link.getLinkName()).isEqualTo(name);
    var hard = first(new RawTar().pax("linkpath=" + name).entry("l", '1', "other").whole());
    assertThat(hard.isLink()).isTrue();
    assertThat(hard.getLinkName()).isEqualTo(name);
  }

  @Test
  void devices_and_fifos_are_told_as_such() throws IOException {
    var numbers = "0000010\0" + "0000377\0";
    var none = RawTar.octal(0);
    assertThat(first(new RawTar().entry("c", '3', "", none, numbers, "").whole()))
        .matches(TarArchiveEntry::isCharacterDevice)
        .returns(8, TarArchiveEntry::getDevMajor)
        .returns(255, TarArchiveEntry::getDevMinor);
    assertThat(first(new RawTar().entry("b", '4', "", none, numbers, "").whole()))
        .matches(TarArchiveEntry::isBlockDevice);
    assertThat(first(new RawTar().entry("f", '6', "").whole())).matches(TarArchiveEntry::isFIFO);
  }

  @Test
  void extended_attributes_are_bytes_and_of_one_entry_only() throws IOException {
    var capability = "\1\0\0\2\0\4\0\0\u00ff\u00fe=\n\0\0\0\0\0\0\0\0";
    var archive =
        new RawTar()
            .pax("SCHILY.xattr.security.capability=" + capability, "SCHILY.xattr.user.empty=")
            .file("a", "one")
            .file("b", "two")
            .entry("long", 'L', "", RawTar.octal(301), "n".repeat(300) + "\0")
            .pax("SCHILY.xattr.user.n=1", "comment=SCHILY.xattr.user.no=0")
            .file("c", "")
            .whole();
    var tar = reader(archive);
    tar.next();
    assertThat(tar.attributes()).containsOnlyKeys("security.capability", "user.empty");
    assertThat(tar.attributes().get("security.capability"))
        .isEqualTo(capability.getBytes(ISO_8859_1));
    assertThat(tar.attributes().get("user.empty")).isEmpty();
    tar.next();
    assertThat(tar.attributes()).isEmpty();
    assertThat(tar.next().orElseThrow().getName()).isEqualTo("n".repeat(300));
    assertThat(tar.attributes()).containsOnlyKeys("user.n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "3 a",
        "99 SCHILY.xattr.user.a=1\n",
        "0 SCHILY.xattr.user.a=1\n",
        "-1 x=1\n",
        "99999999999999999999 x=1\n",
        "x",
        "6 a=b",
        "12 size=abc\n",
        "11 size=-1\n",
        "11 mtime=x\n",
        "30 size=99999999999999999999\n",
        "29 GNU.sparse.realsize=-10000\n"
      })
  void records_that_mean_nothing_are_refused_or_passed_over(String body) {
    var archive =
        new RawTar()
            .entry("pax", 'x', "", RawTar.octal(body.length()), body)
            .file("a", "one")
            .whole();
    try {
      assertThat(drain(new ByteArrayInputStream(archive))).isLessThanOrEqualTo(3);
    } catch (IOException e) {
      assertThat(e).isInstanceOf(BadArchiveException.class);
    }
  }

  @Test
  void headers_of_one_entry_are_bounded_whoever_says_how_long_they_are() {
    int most = HeaderTap.HEADERS_BYTES_MAX;
    var why = "the headers of one archive entry take more than " + most + " bytes";
    var value = "SCHILY.xattr.user.a=" + "x".repeat(most);
    refused(new RawTar().pax(value).file("a", "").whole(), why);
    var name = "n".repeat(most);
    refused(new RawTar().entry("L", 'L', "", RawTar.octal(most), name).file("a", "").whole(), why);
    var many = new RawTar();
    for (int i = 0; i < 20; i++) {
      many.pax("SCHILY.xattr.user.a" + i + "=" + "x".repeat(most / 16));
    }
    refused(many.file("a", "").whole(), why);
  }

  @Test
  void headers_just_below_the_bound_are_read() throws IOException {
    var value = "x".repeat(HeaderTap.HEADERS_BYTES_MAX - 4 * RawTar.BLOCK_BYTES);
    var tar = reader(new RawTar().pax("SCHILY.xattr.user.a=" + value).file("a", "").whole());
    tar.next();
    assertThat(tar.attributes().get("user.a")).hasSize(value.length());
  }

  /// An endless stream, which nobody may wait for or keep.
  private static InputStream endless(byte[] beginning) {
    return new SequenceInputStream(
        new ByteArrayInputStream(beginning),
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] b, int off, int len) {
            Arrays.fill(b, off, off + len, (byte) 'x');
            return len;
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "L", "K", "g"})
  void a_header_that_claims_gigabytes_is_refused_before_they_are_read(String type) {
    var begun = new RawTar().entry("h", type.charAt(0), "", RawTar.octal(7L << 30), "").begun();
    assertThatThrownBy(() -> new TarReader(endless(begun)).next())
        .isInstanceOf(BadArchiveException.class);
  }

  @Test
  void a_sparse_file_of_a_gigabyte_is_read_piece_by_piece() throws IOException {
    var map = "1\n1073741824\n0\n"; // one extent of no bytes, at the end
    var archive =
        new RawTar()
            .pax("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.realsize=1073741824")
            .file("bomb", map + "\0".repeat(RawTar.BLOCK_BYTES - map.length()))
            .whole();
    var tar = reader(archive);
    var entry = tar.next().orElseThrow();
    assertThat(entry.isSparse()).isTrue();
    assertThat(entry.getRealSize()).isEqualTo(1L << 30);
    assertThat(tar.readNBytes(1 << 20)).containsOnly(0); // whoever unpacks it counts
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "77777777777\0", // 8 GiB less one: the end of the archive comes first
        "9999999999x\0",
        "\u0080\0\0\0\177\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", // 2^63 - 1
        "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff" // -1
      })
  void a_size_that_cannot_be_is_refused(String size) {
    var twelve = size.substring(0, 12);
    assertThatThrownBy(
            () ->
                drain(
                    new ByteArrayInputStream(
                        new RawTar().entry("a", '0', "", twelve, "content").begun())))
        .isInstanceOf(BadArchiveException.class);
  }

  @Test
  void what_is_no_archive_is_refused_and_nothing_is_an_empty_one() throws IOException {
    refused("This is no archive. ".repeat(100).getBytes(UTF_8), "this is no tar archive");
    assertThat(reader(new byte[0]).next()).isEmpty();
    assertThat(reader(new byte[1024]).next()).isEmpty();
    assertThat(reader(new byte[100_000]).next()).isEmpty();
  }

  private static byte[] specimen() {
    return new RawTar()
        .entry("d/", '5', "")
        .pax("path=d/ä", "SCHILY.xattr.user.a=\u00ff", "mtime=1.5", "size=600")
        .file("d/a", "0123456789".repeat(60))
        .entry("long", 'L', "", RawTar.octal(200), "n".repeat(199) + "\0")
        .entry("l", '2', "d/a")
        .entry("s", '3', "")
        .whole();
  }

  @Test
  void an_archive_cut_anywhere_ends_or_is_refused_and_never_gives_more_than_there_was()
      throws IOException {
    var whole = specimen();
    assertThat(drain(new ByteArrayInputStream(whole))).isEqualTo(600);
    for (int cut = 0; cut < whole.length; cut += 37) {
      var part = Arrays.copyOf(whole, cut);
      try {
        assertThat(drain(new ByteArrayInputStream(part))).isLessThanOrEqualTo(600);
      } catch (IOException e) {
        assertThat(e).as("cut at %d", cut).isInstanceOf(BadArchiveException.class);
      }
    }
  }

  @Test
  void content_that_ends_too_early_is_refused() {
    var begun = new RawTar().file("a", "0123456789".repeat(600)).begun();
    refused(Arrays.copyOf(begun, 3000), "this is no tar archive that can be read");
  }

  /// `-Darchive.seed=N` repeats a run.
  @Test
  void an_archive_changed_anywhere_is_read_or_refused() {
    long seed = Long.getLong("archive.seed", System.nanoTime());
    var dice = new Random(seed);
    var whole = specimen();
    for (int round = 0; round < 3000; round++) {
      var changed = whole.clone();
      for (int i = dice.nextInt(4); i >= 0; i--) {
        int at = dice.nextInt(changed.length);
        changed[at] = (byte) dice.nextInt(256);
        summed(changed, at / RawTar.BLOCK_BYTES * RawTar.BLOCK_BYTES);
      }
      try {
        var tar = reader(changed);
        while (tar.next().isPresent()) {
          tar.readNBytes(1 << 16);
        }
      } catch (IOException e) {
        assertThat(e).as("seed %d round %d", seed, round).isInstanceOf(BadArchiveException.class);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + " round " + round, e);
      }
    }
  }

  /// Gives a block the checksum of a header, so that it is looked at.
  private static void summed(byte[] archive, int at) {
    Arrays.fill(archive, at + 148, at + 156, (byte) ' ');
    int sum = 0;
    for (int i = at; i < at + RawTar.BLOCK_BYTES; i++) {
      sum += archive[i] & 0xff;
    }
    var text = String.format(java.util.Locale.ROOT, "%06o\0 ", sum).getBytes(ISO_8859_1);
    System.arraycopy(text, 0, archive, at + 148, text.length);
  }

  @Test
  void a_stream_that_fails_is_no_fault_of_the_archive() {
    var whole = specimen();
    for (var cut : List.of(0, 100, 512, 1100, 1700, 2100, 3000)) {
      var broken =
          new SequenceInputStream(
              new ByteArrayInputStream(Arrays.copyOf(whole, cut)), new Broken());
      assertThatThrownBy(() -> drain(broken))
          .as("after %d", cut)
          .isExactlyInstanceOf(IOException.class)
          .hasMessage("the line is cut");
    }
  }

  @Test
  void the_stream_stays_open() throws IOException {
    var closed = new boolean[1];
    var in =
        new ByteArrayInputStream(specimen()) {
          @Override
          public void close() {
            closed[0] = true;
          }
        };
    try (var tar = new TarReader(in)) {
      tar.next();
    }
    assertThat(closed[0]).isFalse();
  }
}
