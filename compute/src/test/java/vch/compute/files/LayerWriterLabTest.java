package vch.compute.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vch.kernel.libc.Mknod;
import vch.kernel.libc.Xattr;

/// Upper layers of overlays as layers of images. Needs root for devices and attributes.
@Tag("lab")
class LayerWriterLabTest {
  private static final int S_IFCHR = 0x2000;

  @TempDir Path temporary = Path.of("/");
  private Path upper = temporary;
  private Path lower = temporary;

  @BeforeEach
  void trees() throws IOException {
    upper = Files.createDirectory(temporary.resolve("upper"));
    lower = Files.createDirectory(temporary.resolve("lower"));
  }

  private List<String> written() throws IOException {
    var out = new ByteArrayOutputStream();
    long entries = LayerWriter.write(upper, List.of(lower), out);
    var names = new ArrayList<String>();
    try (var tar = new TarArchiveInputStream(new ByteArrayInputStream(out.toByteArray()))) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        var capability = entry.getExtraPaxHeader("SCHILY.xattr.user.note");
        names.add(
            entry.getName()
                + (entry.isLink() ? " = " + entry.getLinkName() : "")
                + (entry.isSymbolicLink() ? " -> " + entry.getLinkName() : "")
                + (capability == null ? "" : " [" + capability + "]"));
      }
    }
    assertThat(entries).isEqualTo(names.size());
    return names;
  }

  private static void whiteout(Path path) {
    Mknod.mknod(path, S_IFCHR, Mknod.makedev(0, 0));
  }

  @Test
  void what_is_new_is_written_and_what_is_gone_is_marked() throws IOException {
    Files.writeString(lower.resolve("gone"), "x");
    Files.createDirectories(lower.resolve("replaced/old"));
    Files.createDirectories(lower.resolve("kept"));
    whiteout(upper.resolve("gone"));
    whiteout(upper.resolve("never-was"));
    Files.createDirectories(upper.resolve("replaced"));
    Xattr.set(upper.resolve("replaced"), "trusted.overlay.opaque", new byte[] {'y'});
    Files.writeString(upper.resolve("replaced/new"), "n");
    Files.createDirectories(upper.resolve("fresh"));
    Xattr.set(upper.resolve("fresh"), "trusted.overlay.opaque", new byte[] {'y'});
    Files.createDirectories(upper.resolve("kept"));
    Files.writeString(upper.resolve("kept/a"), "a");
    Files.createLink(upper.resolve("kept/b"), upper.resolve("kept/a"));
    Files.createSymbolicLink(upper.resolve("link"), Path.of("/etc/passwd"));
    assertThat(written())
        .containsExactly(
            "fresh/",
            ".wh.gone",
            "kept/",
            "kept/a",
            "kept/b = kept/a",
            "link -> /etc/passwd",
            "replaced/",
            "replaced/.wh..wh..opq",
            "replaced/new");
  }

  @Test
  void nothing_changed_is_nothing_written() throws IOException {
    Files.createDirectories(lower.resolve("d"));
    assertThat(written()).isEmpty();
  }

  @Test
  void attributes_go_with_their_files() throws IOException {
    Files.writeString(upper.resolve("f"), "x");
    Xattr.set(upper.resolve("f"), "user.note", "väl".getBytes(StandardCharsets.UTF_8));
    assertThat(written()).containsExactly("f [väl]");
  }
}
