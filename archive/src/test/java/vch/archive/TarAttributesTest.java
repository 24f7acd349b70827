package vch.archive;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TarAttributesTest {
  private static final Map<String, byte[]> ATTRIBUTES =
      Map.of(
          "security.capability", new byte[] {1, 0, '\n', (byte) 0xff, '='}, "user.a", new byte[0]);
  private static final long LARGE = TarConstants.MAXSIZE + 1;
  private static final Instant TIME = Instant.parse("2026-01-01T12:00:00.123456789Z");

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, 512, "UTF-8");

  TarAttributesTest() {
    out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    out.setAddPaxHeadersForNonAsciiNames(true);
  }

  private static TarArchiveEntry entry(String name, byte kind) {
    var entry = new TarArchiveEntry(name, kind, true);
    entry.setNames("", "");
    entry.setLastModifiedTime(FileTime.from(TIME));
    return entry;
  }

  private static TarArchiveEntry file(String name) {
    return entry(name, TarConstants.LF_NORMAL);
  }

  /// Kinds of the headers written so far; none of the entries has content.
  private String headers() {
    var kinds = new StringBuilder();
    var all = bytes.toByteArray();
    for (int at = 0; at < all.length; ) {
      char kind = (char) all[at + 156];
      kinds.append(kind);
      int body = 0;
      if (kind == 'x') {
        body = Integer.parseInt(new String(all, at + 124, 11, US_ASCII).strip(), 8);
      }
      at += 512 + (body + 511) / 512 * 512;
    }
    return kinds.toString();
  }

  private static TarArchiveEntry large() {
    var entry = file("large");
    entry.setSize(LARGE);
    return entry;
  }

  private static TarArchiveEntry owned() {
    var entry = file("owned");
    entry.setUserId(4_000_000_000L);
    entry.setGroupId(3_000_000_000L);
    return entry;
  }

  private static TarArchiveEntry linked() {
    var entry = entry("link", TarConstants.LF_SYMLINK);
    entry.setLinkName("target/".repeat(30) + "ä");
    return entry;
  }

  private static TarArchiveEntry device() {
    var entry = entry("device", TarConstants.LF_CHR);
    entry.setDevMajor(4_000_000);
    entry.setDevMinor(5_000_000);
    return entry;
  }

  private static TarArchiveEntry early() {
    var entry = file("early");
    entry.setLastModifiedTime(FileTime.from(Instant.ofEpochSecond(-1, 500_000_000)));
    return entry;
  }

  static Stream<TarArchiveEntry> entries() {
    return Stream.of(
        file("plain"),
        file("/rooted"),
        file("ä"),
        file("n".repeat(99)),
        file("n".repeat(100)),
        file("long/".repeat(60) + "ü"),
        entry("directory/", TarConstants.LF_DIR),
        entry("long/".repeat(60), TarConstants.LF_DIR),
        large(),
        owned(),
        linked(),
        device(),
        early());
  }

  @ParameterizedTest
  @MethodSource("entries")
  void an_entry_has_one_pax_header_and_reads_as_it_was(TarArchiveEntry entry) throws IOException {
    var name = entry.getName();
    var link = entry.getLinkName();
    var time = entry.getLastModifiedTime();
    TarAttributes.put(out, entry, ATTRIBUTES);
    assertThat(headers()).hasSize(2).startsWith("x");

    var tar = new TarReader(new ByteArrayInputStream(bytes.toByteArray()));
    var read = tar.next().orElseThrow();
    assertThat(read.getName()).isEqualTo(name);
    assertThat(read.getLinkName()).isEqualTo(link);
    assertThat(read.getLastModifiedTime()).isEqualTo(time);
    assertThat(read.getSize()).isEqualTo(entry.getSize());
    assertThat(read.getLongUserId()).isEqualTo(entry.getLongUserId());
    assertThat(read.getLongGroupId()).isEqualTo(entry.getLongGroupId());
    assertThat(read.getDevMajor()).isEqualTo(entry.getDevMajor());
    assertThat(read.getDevMinor()).isEqualTo(entry.getDevMinor());
    assertThat(read.isDirectory()).isEqualTo(entry.isDirectory());
    assertThat(tar.attributes()).containsOnlyKeys(ATTRIBUTES.keySet());
    ATTRIBUTES.forEach((key, value) -> assertThat(tar.attributes().get(key)).isEqualTo(value));
  }

  @Test
  void the_next_entry_is_written_by_the_library_as_before() throws IOException {
    TarAttributes.put(out, owned(), ATTRIBUTES);
    out.closeArchiveEntry();
    TarAttributes.put(out, owned(), Map.of());
    out.closeArchiveEntry();
    assertThat(headers()).isEqualTo("x0x0");
    assertThat(bytes.toString(UTF_8)).containsOnlyOnce("PaxHeaders/attributes");
  }

  /// The length of a record counts its own digits.
  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 960, 972, 973})
  void records_of_every_length_are_read(int length) throws IOException {
    var attributes = new TreeMap<String, byte[]>();
    attributes.put("user.a", new byte[length]);
    attributes.put("user.b", new byte[] {7});
    TarAttributes.put(out, file("f"), attributes);
    var tar = new TarReader(new ByteArrayInputStream(bytes.toByteArray()));
    tar.next();
    assertThat(tar.attributes().get("user.a")).hasSize(length);
    assertThat(tar.attributes().get("user.b")).containsExactly(7);
  }

  @Test
  void capabilities_and_what_users_say_travel_and_what_steers_the_machine_does_not() {
    assertThat(Stream.of("security.capability", "user.a")).allMatch(TarAttributes::travels);
    assertThat(Stream.of("trusted.overlay.opaque", "security.selinux", "system.posix_acl_access"))
        .noneMatch(TarAttributes::travels);
  }
}
