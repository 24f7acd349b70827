package vch.compute.image.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vch.archive.BadArchiveException;
import vch.compute.image.QuietRights;
import vch.compute.image.Tars;

class LayerUnpackerTest {
  @TempDir Path top;
  private Path root;
  private Path outside;
  private final QuietRights rights = new QuietRights();

  @BeforeEach
  void directories() throws IOException {
    root = Files.createDirectory(top.resolve("layer"));
    outside = Files.createDirectory(top.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "unchanged");
    rights.below(root);
  }

  private LayerUnpacker.Unpacked unpack(Tars tar) throws IOException {
    return unpack(tar.bytes(), Limits.DEFAULT);
  }

  private LayerUnpacker.Unpacked unpack(byte[] tar, Limits limits) throws IOException {
    return new LayerUnpacker(root, rights, limits).unpack(new ByteArrayInputStream(tar));
  }

  private void nothingOutside() throws IOException {
    assertThat(Files.readString(outside.resolve("secret"))).isEqualTo("unchanged");
    try (var list = Files.list(outside)) {
      assertThat(list).hasSize(1);
    }
    try (var list = Files.list(top)) {
      assertThat(list).hasSize(2);
    }
  }

  @Test
  void files_directories_and_links_come_out_with_mode_owner_and_time() throws IOException {
    unpack(
        new Tars()
            .directory("tmp", 01777)
            .file(
                "bin/su",
                "x",
                e -> {
                  e.setMode(04755);
                  e.setUserId(4_000_000_000L);
                  e.setGroupId(7);
                })
            .link("bin/sh", "/bin/su")
            .hardLink("bin/su2", "bin/su"));
    assertThat(Files.getAttribute(root.resolve("tmp"), "unix:mode")).isEqualTo(0x4000 | 01777);
    assertThat(Files.getAttribute(root.resolve("bin/su"), "unix:mode")).isEqualTo(0x8000 | 04755);
    assertThat(Files.getLastModifiedTime(root.resolve("bin/su")).toMillis())
        .isEqualTo(1_000_000_000_000L);
    assertThat(Files.getLastModifiedTime(root.resolve("tmp")).toMillis())
        .isEqualTo(1_000_000_000_000L);
    assertThat(
            Files.getLastModifiedTime(root.resolve("bin/sh"), LinkOption.NOFOLLOW_LINKS).toMillis())
        .isEqualTo(1_000_000_000_000L);
    assertThat(Files.readSymbolicLink(root.resolve("bin/sh"))).hasToString("/bin/su");
    assertThat(Files.isSameFile(root.resolve("bin/su"), root.resolve("bin/su2"))).isTrue();
    assertThat(rights.owners).containsEntry("bin/su", "4000000000:7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../evil", "a/../../evil", "/../evil", "..", "a/b/../../../outside/secret"})
  void a_name_that_leads_out_is_refused(String name) throws IOException {
    assertThatThrownBy(() -> unpack(new Tars().file(name, "evil")))
        .isInstanceOf(BadArchiveException.class)
        .hasMessage("entry \"" + name + "\" leads out of the layer");
    nothingOutside();
  }

  @Test
  @Timeout(20) // opening it would wait for a writer for ever
  void a_fifo_is_made_and_not_opened() throws IOException {
    unpack(new Tars().kind("pipe", TarArchiveEntry.LF_FIFO, _ -> {}));
    assertThat((int) Files.getAttribute(root.resolve("pipe"), "unix:mode") & 0xf000)
        .isEqualTo(0x1000);
    assertThat(Files.getLastModifiedTime(root.resolve("pipe")).toMillis())
        .isEqualTo(1_000_000_000_000L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"99999999 path=x\n", "x path=y\n", "20 size=99999999999\n"})
  void an_archive_that_cannot_be_read_is_bad_and_no_fault_of_the_disk(String pax) {
    assertThatThrownBy(
            () ->
                unpack(
                    new Tars()
                        .put(
                            new TarArchiveEntry("x", TarArchiveEntry.LF_PAX_EXTENDED_HEADER_LC),
                            pax.getBytes(StandardCharsets.UTF_8),
                            0644,
                            _ -> {})
                        .file("f", "x")))
        .isInstanceOf(BadArchiveException.class)
        .hasMessageStartingWith("this is no tar archive that can be read: ");
  }

  @Test
  void a_stream_that_fails_is_no_fault_of_the_archive() {
    var fails =
        new java.io.InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("the client is gone");
          }
        };
    assertThatThrownBy(() -> new LayerUnpacker(root, rights, Limits.DEFAULT).unpack(fails))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("the client is gone");
  }

  @Test
  void an_absolute_name_means_the_root_of_the_layer() throws IOException {
    unpack(new Tars().file("/etc/x", "in"));
    assertThat(root.resolve("etc/x")).hasContent("in");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ABSOLUTE", "../outside", "../../../../../../../../OUTSIDE", "sub/../../outside"})
  void a_link_to_the_outside_is_kept_and_never_followed(String target) throws IOException {
    var to =
        target.equals("ABSOLUTE")
            ? outside.toString()
            : target.replace("OUTSIDE", outside.toString().substring(1));
    unpack(new Tars().link("way", to).file("way/secret", "evil").directory("way/more"));
    nothingOutside();
    assertThat(Files.isSymbolicLink(root.resolve("way"))).isTrue();
  }

  @Test
  void a_file_replaces_a_link_and_is_not_written_through_it() throws IOException {
    unpack(new Tars().link("f", outside.resolve("secret").toString()).file("f", "evil"));
    nothingOutside();
    assertThat(root.resolve("f")).hasContent("evil").isRegularFile();
    assertThat(Files.isSymbolicLink(root.resolve("f"))).isFalse();
  }

  @Test
  void a_directory_replaces_a_link_and_metadata_stays_inside() throws IOException {
    var before = Files.getLastModifiedTime(outside);
    unpack(new Tars().link("d", outside.toString()).directory("d", 0700).file("d/secret", "in"));
    assertThat(root.resolve("d/secret")).hasContent("in");
    nothingOutside();
    assertThat(Files.getLastModifiedTime(outside)).isEqualTo(before);
  }

  @Test
  void the_time_of_a_directory_that_a_link_replaced_is_not_set_through_the_link()
      throws IOException {
    var victim = Files.createDirectory(outside.resolve("b"));
    var before = Files.getLastModifiedTime(victim);
    unpack(new Tars().directory("a").directory("a/b").link("a", outside.toString()));
    assertThat(Files.getLastModifiedTime(victim)).isEqualTo(before);
  }

  @Test
  void a_cached_parent_is_forgotten_when_a_link_replaces_it() throws IOException {
    unpack(
        new Tars()
            .directory("a")
            .file("a/one", "1")
            .link("a", outside.toString())
            .file("a/secret", "evil"));
    nothingOutside();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/passwd", "../../outside/secret", "nowhere", "dir"})
  void a_hard_link_reaches_only_files_of_the_layer(String target) throws IOException {
    var name = target.startsWith("/") ? outside.resolve("secret").toString() : target;
    assertThatThrownBy(() -> unpack(new Tars().directory("dir").hardLink("l", name)))
        .isInstanceOf(BadArchiveException.class);
    nothingOutside();
  }

  @Test
  void a_hard_link_to_a_link_is_the_link_itself() throws IOException {
    unpack(new Tars().link("s", outside.resolve("secret").toString()).hardLink("h", "s"));
    assertThat(Files.isSymbolicLink(root.resolve("h"))).isTrue();
  }

  @Test
  void a_loop_of_links_ends() {
    assertThatThrownBy(() -> unpack(new Tars().link("a", "b").link("b", "a").file("a/x", "")))
        .hasMessage("entry \"a/x\" leads through too many symbolic links");
  }

  @Test
  void a_file_is_no_directory() {
    assertThatThrownBy(() -> unpack(new Tars().file("a", "").file("a/b", "")))
        .hasMessage("entry \"a/b\" lies below \"a\", which is a file");
  }

  @Test
  void removed_files_become_devices_and_opaque_directories_an_attribute() throws IOException {
    unpack(new Tars().directory("d").file("d/.wh.gone", "").file("e/.wh..wh..opq", ""));
    assertThat(rights.nodes).containsExactly(java.util.Map.entry("d/gone", "2000 0:0"));
    assertThat(rights.attributes).containsOnlyKeys("e trusted.overlay.opaque");
    assertThat(root.resolve("e")).isDirectory().isEmptyDirectory();
    assertThat(root.resolve("d/.wh.gone")).doesNotExist();
  }

  @Test
  void what_the_layer_has_itself_stays_when_it_also_removes_it() throws IOException {
    unpack(
        new Tars()
            .file("f", "new")
            .file(".wh.f", "")
            .directory("d")
            .file("d/x", "x")
            .file(".wh.d", ""));
    assertThat(root.resolve("f")).hasContent("new");
    assertThat(root.resolve("d/x")).hasContent("x");
    assertThat(rights.attributes).containsOnlyKeys("d trusted.overlay.opaque");
  }

  @ParameterizedTest
  @ValueSource(strings = {".wh.", ".wh..", ".wh...", "a/.wh..", "a/.wh..."})
  void a_whiteout_of_nothing_or_of_the_parent_is_refused(String name) throws IOException {
    assertThatThrownBy(() -> unpack(new Tars().file(name, "")))
        .isInstanceOf(BadArchiveException.class);
    nothingOutside();
  }

  @Test
  void the_last_of_two_entries_with_one_name_counts() throws IOException {
    unpack(
        new Tars()
            .file("f", "one")
            .file("f", "two")
            .directory("g")
            .file("g/x", "x")
            .file("g", "now a file")
            .link("f2", "x")
            .directory("f2"));
    assertThat(root.resolve("f")).hasContent("two");
    assertThat(root.resolve("g")).hasContent("now a file");
    assertThat(root.resolve("f2")).isDirectory();
  }

  @Test
  void devices_and_fifos_are_made_but_not_the_one_that_overlayfs_understands() throws IOException {
    unpack(
        new Tars()
            .device("null", TarArchiveEntry.LF_CHR, 1, 3)
            .device("sda", TarArchiveEntry.LF_BLK, 8, 0)
            .kind("p", TarArchiveEntry.LF_FIFO, _ -> {}));
    assertThat(rights.nodes)
        .containsEntry("null", "2000 1:3")
        .containsEntry("sda", "6000 8:0")
        .containsEntry("p", "1000 0:0");
    assertThatThrownBy(() -> unpack(new Tars().device("wh", TarArchiveEntry.LF_CHR, 0, 0)))
        .hasMessageContaining("device 0:0");
  }

  @Test
  void capabilities_come_as_bytes_and_attributes_that_steer_overlayfs_do_not() throws IOException {
    var capability = HexFormat.of().parseHex("0100000280000000000000000000000000000000");
    unpack(pax("bin/newuidmap", "SCHILY.xattr.security.capability", capability));
    assertThat(rights.attributes.get("bin/newuidmap security.capability")).isEqualTo(capability);
    unpack(
        pax("x", "SCHILY.xattr.trusted.overlay.redirect", "/etc".getBytes(StandardCharsets.UTF_8)));
    unpack(pax("y", "SCHILY.xattr.security.selinux", "a".getBytes(StandardCharsets.UTF_8)));
    unpack(pax("z", "SCHILY.xattr.user.note", "hello".getBytes(StandardCharsets.UTF_8)));
    assertThat(rights.attributes)
        .containsOnlyKeys("bin/newuidmap security.capability", "z user.note");
  }

  /// A PAX header with a binary value, which the library cannot write.
  private static Tars paxOf(String name, byte[] record) {
    return new Tars()
        .put(new TarArchiveEntry("PaxHeaders/x", (byte) 'x'), record, 0644, _ -> {})
        .file(name, "content");
  }

  private static Tars pax(String name, String key, byte[] value) {
    int rest = key.length() + 1 + value.length + 2; // ' ' and newline
    int length = rest + 2;
    while (Integer.toString(length).length() + rest != length) {
      length++;
    }
    var record = ByteBuffer.allocate(length);
    record
        .put((length + " " + key + "=").getBytes(StandardCharsets.UTF_8))
        .put(value)
        .put((byte) '\n');
    return paxOf(name, record.array());
  }

  @Test
  void sizes_and_counts_are_bounded() {
    var big = new Tars().file("a", "x".repeat(10_000)).bytes();
    assertThatThrownBy(() -> unpack(big, new Limits(5_000, 100, 0)))
        .hasMessage("the layer unpacks to more than 5000 bytes");
    var many = new Tars();
    for (int i = 0; i < 20; i++) {
      many.file("m" + i, "");
    }
    var bytes = many.bytes();
    assertThatThrownBy(() -> unpack(bytes, new Limits(1 << 20, 10, 0)))
        .hasMessage("the layer has more than 10 entries");
    assertThatThrownBy(() -> unpack(big, new Limits(1 << 20, 10, Long.MAX_VALUE)))
        .hasMessageStartingWith("no space left on device");
  }

  @Test
  void headers_are_bounded() {
    var record = new byte[2 << 20];
    java.util.Arrays.fill(record, (byte) '1');
    assertThatThrownBy(() -> unpack(paxOf("a", record)))
        .hasMessageContaining("headers of one archive entry");
  }

  @Test
  void long_and_foreign_names_are_kept() throws IOException {
    var deep = "directory/".repeat(30) + "Főtanúsítvány.crt";
    unpack(new Tars().file(deep, "deep"));
    assertThat(root.resolve(deep)).hasContent("deep");
    assertThatThrownBy(() -> unpack(new Tars().file("x/".repeat(3000) + "y", "")))
        .hasMessageContaining("longer than 4096");
  }

  @Test
  void what_is_no_archive_is_refused_whatever_it_is() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(20261121);
    var good =
        new Tars()
            .directory("a")
            .file("a/b", "content".repeat(200))
            .link("c", "a/b")
            .hardLink("d", "a/b")
            .bytes();
    for (int round = 0; round < 300; round++) {
      var bad = good.clone();
      for (int i = 0; i < 1 + random.nextInt(40); i++) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      var directory = top.resolve("fuzz" + round);
      try {
        Files.createDirectory(directory);
        new LayerUnpacker(directory, new QuietRights(), Limits.DEFAULT)
            .unpack(new ByteArrayInputStream(bad));
      } catch (IOException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }
}
