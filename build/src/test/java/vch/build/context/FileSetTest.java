package vch.build.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vch.archive.Compression;
import vch.build.context.TarPieces.Owner;
import vch.build.context.TarPieces.Piece;
import vch.engine.compute.Hasher;

class FileSetTest {
  @TempDir Path here;

  private interface Filling {
    void into(TarArchiveOutputStream tar) throws IOException;
  }

  private static byte[] tar(Filling filling) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(out, "UTF-8")) {
      filling.into(tar);
    }
    return out.toByteArray();
  }

  private static void file(TarArchiveOutputStream tar, String name, String text)
      throws IOException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    var entry = new TarArchiveEntry(name);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  private static void link(TarArchiveOutputStream tar, byte kind, String name, String target)
      throws IOException {
    var entry = new TarArchiveEntry(name, kind);
    entry.setLinkName(target);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }

  private FileSet read(byte[] archive) throws IOException {
    return FileSetReader.read(
        new ByteArrayInputStream(archive), new Bounds(1000, 10, 0), bench("spool"));
  }

  private Workbench bench(String spool) {
    return new Workbench(() -> here.resolve(spool), Hasher::here, in -> Compression.open(in, here));
  }

  private static String text(FileSet set, String path) throws IOException {
    return new String(set.bytes(set.find(path).orElseThrow(), 100), StandardCharsets.UTF_8);
  }

  @Test
  void links_lead_to_other_entries_and_never_out() throws IOException {
    var archive =
        tar(
            t -> {
              file(t, "./d/f", "content");
              link(t, TarConstants.LF_SYMLINK, "l", "/d");
              link(t, TarConstants.LF_SYMLINK, "up", "../../d/f");
              link(t, TarConstants.LF_SYMLINK, "etc", "/etc/passwd");
              link(t, TarConstants.LF_SYMLINK, "round", "round");
            });
    try (var set = read(archive)) {
      assertThat(text(set, "l/f")).isEqualTo("content");
      assertThat(text(set, "up")).isEqualTo("content");
      assertThat(set.find("etc")).isEmpty();
      assertThat(set.find("round")).isEmpty();
      assertThat(set.find("d").orElseThrow().isDirectory()).isTrue();
    }
    assertThat(here.resolve("spool")).doesNotExist();
  }

  @Test
  void an_entry_that_leads_out_is_refused() throws IOException {
    var archive = tar(t -> file(t, "a/../../x", "y"));
    assertThatThrownBy(() -> read(archive))
        .hasMessage("entry \"a/../../x\" of the build context leads out of it");
    assertThat(here.resolve("spool")).doesNotExist();
    var below =
        tar(
            t -> {
              link(t, TarConstants.LF_SYMLINK, "l", "/tmp");
              file(t, "l/x", "y");
            });
    assertThatThrownBy(() -> read(below)).hasMessageContaining("which is no directory");
  }

  @Test
  void a_bomb_is_refused() throws IOException {
    var large = tar(t -> file(t, "zeros", "\0".repeat(2000)));
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(large);
    }
    assertThatThrownBy(() -> read(packed.toByteArray()))
        .hasMessage("the build context is larger than 1000 bytes");
    var many =
        tar(
            t -> {
              for (int i = 0; i < 11; i++) {
                file(t, "f" + i, "");
              }
            });
    assertThatThrownBy(() -> read(many)).hasMessageContaining("more than 10 entries");
    assertThatThrownBy(() -> read("no archive".repeat(100).getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("Error processing tar file");
  }

  @Test
  void the_digest_of_a_copy_follows_content_and_rights_and_not_time_or_place() throws IOException {
    var one = tar(t -> file(t, "a/f", "x"));
    var other = tar(t -> file(t, "b/f", "x"));
    var third = tar(t -> file(t, "b/f", "y"));
    String digest;
    try (var set = read(one)) {
      digest = set.digest(set.find("a").orElseThrow());
    }
    try (var set = read(other)) {
      assertThat(set.digest(set.find("b").orElseThrow())).isEqualTo(digest);
    }
    try (var set = read(third)) {
      assertThat(set.digest(set.find("b").orElseThrow())).isNotEqualTo(digest);
    }
  }

  @Test
  void what_is_written_again_reads_the_same_hard_links_too() throws IOException {
    var archive =
        tar(
            t -> {
              file(t, "f", "shared");
              link(t, TarConstants.LF_LINK, "g", "f");
            });
    try (var set = read(archive)) {
      var pieces =
          set.all().stream()
              .map(
                  e ->
                      new Piece(
                          "to/" + e.path(), e, Optional.of(set), Optional.of(new Owner(7, 8))))
              .toList();
      var written = new TarPieces(pieces.iterator()).readAllBytes();
      try (var again =
          FileSetReader.read(new ByteArrayInputStream(written), Bounds.DEFAULT, bench("again"))) {
        assertThat(text(again, "to/f")).isEqualTo("shared");
        assertThat(text(again, "to/g")).isEqualTo("shared");
        assertThat(again.find("to/g").orElseThrow())
            .matches(e -> e.shared() && e.uid() == 7 && e.gid() == 8);
      }
    }
    assertThat(here).isEmptyDirectory();
  }
}
