package vch.compute.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vch.engine.compute.ContainerFiles.Difference;
import vch.engine.compute.ContainerFiles.Unpacking;
import vch.kernel.libc.Mknod;
import vch.kernel.libc.Mount;
import vch.kernel.libc.Xattr;
import vch.portlayer.refusal.Refusal;

/// Trees of files whose links lead out of them, as a hostile container would lay them. Needs root
/// for owners and devices.
@Tag("lab")
class FileTreeLabTest {
  private static final Unpacking PLAIN = new Unpacking(false, false);

  @TempDir Path temporary = Path.of("/");
  private Path root = temporary;
  private Path outside = temporary;

  @BeforeEach
  void trees() throws IOException {
    root = Files.createDirectory(temporary.resolve("root"));
    outside = Files.createDirectory(temporary.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "secret");
    Files.createDirectory(root.resolve("d"));
    Files.writeString(root.resolve("d/f"), "inside");
  }

  private FileTree tree() throws IOException {
    return new FileTree(root, Map.of());
  }

  private static byte[] tar(TarArchiveEntry... entries) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new TarArchiveOutputStream(bytes)) {
      for (var entry : entries) {
        boolean file = entry.isFile() && entry.getLinkName().isEmpty();
        entry.setSize(file ? 2 : 0);
        out.putArchiveEntry(entry);
        if (file) {
          out.write(new byte[] {'h', 'i'});
        }
        out.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private void unpack(String base, Unpacking how, byte[] tar) throws IOException {
    try (var tree = tree()) {
      new TreeReader(tree, base, how, Optional.empty()).unpack(new ByteArrayInputStream(tar));
    }
  }

  @Test
  void the_mark_of_what_overlayfs_removed_is_refused_by_it() throws IOException {
    var upper = Files.createDirectory(temporary.resolve("upper"));
    var work = Files.createDirectory(temporary.resolve("work"));
    var options = "lowerdir=" + outside + ",upperdir=" + upper + ",workdir=" + work;
    Mount.mount("overlay", root, "overlay", 0, options);
    try {
      assertThatThrownBy(
              () -> unpack("/", PLAIN, tar(new TarArchiveEntry("gone", TarConstants.LF_CHR))))
          .isInstanceOf(Refusal.Invalid.class)
          .hasMessage("entry \"gone\" is a device that cannot be made there: 0,0");
    } finally {
      Mount.unmount(root, Mount.MNT_DETACH);
    }
    unpack("/d", PLAIN, tar(new TarArchiveEntry("gone", TarConstants.LF_CHR)));
    assertThat(root.resolve("d/gone")).as("a plain file system takes it").exists();
  }

  private Map<String, String> archive(String path, String name) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var tree = tree();
        var found = tree.find(path, false).orElseThrow();
        var writer = new TreeWriter(tree, bytes)) {
      writer.put(found.node(), name);
    }
    var entries = new TreeMap<String, String>();
    try (var in = new TarArchiveInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        var content = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        entries.put(
            entry.getName(), entry.getLinkName().isEmpty() ? content : "->" + entry.getLinkName());
      }
    }
    return entries;
  }

  @Test
  void links_lead_to_places_inside_only() throws IOException {
    Files.createSymbolicLink(root.resolve("absolute"), Path.of("/d"));
    Files.createSymbolicLink(root.resolve("up"), Path.of("../../../../d/../d"));
    Files.createSymbolicLink(root.resolve("out"), outside);
    Files.createSymbolicLink(root.resolve("self"), Path.of("self"));
    try (var tree = tree()) {
      for (var path : List.of("absolute/f", "up/f", "/../d/f", "d/../absolute/./f")) {
        try (var found = tree.find(path, true).orElseThrow()) {
          assertThat(found.node().inside()).as(path).isEqualTo("/d/f");
        }
      }
      assertThat(tree.find("out/secret", true)).isEmpty();
      assertThat(tree.find("d/f/x", true)).isEmpty();
      assertThatThrownBy(() -> tree.find("self", true))
          .hasMessageContaining("too many levels of symbolic links");
      assertThatThrownBy(() -> tree.directory("d/f")).isInstanceOf(NotDirectoryException.class);
    }
  }

  @Test
  void an_archive_cannot_write_through_links_of_the_tree() throws IOException {
    Files.createSymbolicLink(root.resolve("d/out"), outside);
    Files.createSymbolicLink(root.resolve("d/file"), outside.resolve("secret"));
    unpack("/d", PLAIN, tar(new TarArchiveEntry("out/new"), new TarArchiveEntry("file")));
    assertThat(outside.resolve("secret")).hasContent("secret");
    assertThat(outside.resolve("new")).doesNotExist();
    assertThat(root.resolve(outside.toString().substring(1)).resolve("new"))
        .as("made inside, as chroot(2) would")
        .hasContent("hi");
    assertThat(root.resolve("d/file")).isRegularFile();
    assertThatThrownBy(() -> unpack("/d", PLAIN, tar(new TarArchiveEntry("../../x"))))
        .isInstanceOf(Refusal.Invalid.class)
        .hasMessageContaining("leads out of its directory");
  }

  @Test
  void removing_what_is_in_the_way_does_not_follow_links() throws IOException {
    Files.createSymbolicLink(root.resolve("d/out"), outside);
    unpack("/", PLAIN, tar(new TarArchiveEntry("d")));
    assertThat(root.resolve("d")).isRegularFile();
    assertThat(outside.resolve("secret")).exists();
  }

  @Test
  void kinds_are_kept_where_asked() {
    var how = new Unpacking(true, false);
    assertThatThrownBy(() -> unpack("/", how, tar(new TarArchiveEntry("d"))))
        .hasMessageContaining("cannot overwrite directory \"/d\" with non-directory");
    assertThatThrownBy(() -> unpack("/d", how, tar(new TarArchiveEntry("f/"))))
        .hasMessageContaining("cannot overwrite non-directory \"/d/f\" with directory");
  }

  @Test
  void owners_modes_times_and_kinds_go_both_ways() throws IOException {
    var file = new TarArchiveEntry("f");
    file.setIds(1000, 1001);
    file.setMode(04750);
    file.setModTime(1_000_000_000_000L);
    var link = new TarArchiveEntry("l", TarConstants.LF_SYMLINK);
    link.setLinkName("/nowhere");
    var hard = new TarArchiveEntry("h", TarConstants.LF_LINK);
    hard.setLinkName("f");
    var pipe = new TarArchiveEntry("p", TarConstants.LF_FIFO);
    var device = new TarArchiveEntry("null", TarConstants.LF_CHR);
    device.setDevMajor(1);
    device.setDevMinor(3);
    var directory = new TarArchiveEntry("e/");
    directory.setModTime(1_000_000_000_000L);
    Files.delete(root.resolve("d/f"));
    unpack("/d", PLAIN, tar(directory, new TarArchiveEntry("e/x"), file, link, hard, pipe, device));
    var attributes = Node.attributes(root.resolve("d/f"), false);
    assertThat(attributes.uid()).isEqualTo(1000);
    assertThat(attributes.gid()).isEqualTo(1001);
    assertThat(attributes.permissions()).isEqualTo(04750);
    assertThat(attributes.modified().getEpochSecond()).isEqualTo(1_000_000_000);
    assertThat(attributes.names()).isEqualTo(2);
    assertThat(Node.attributes(root.resolve("d/e"), false).modified().getEpochSecond())
        .isEqualTo(1_000_000_000);
    var made = Node.attributes(root.resolve("d/null"), false);
    assertThat(made.major()).isEqualTo(1);
    assertThat(made.minor()).isEqualTo(3);
    assertThat(archive("/d", "D"))
        .containsExactly(
            Map.entry("D/", ""),
            Map.entry("D/e/", ""),
            Map.entry("D/e/x", "hi"),
            Map.entry("D/f", "hi"),
            Map.entry("D/h", "->D/f"),
            Map.entry("D/l", "->/nowhere"),
            Map.entry("D/null", ""),
            Map.entry("D/p", ""));
  }

  @Test
  void the_difference_of_layers_is_read_as_overlayfs_reads_it() throws IOException {
    var lower = Files.createDirectory(temporary.resolve("lower"));
    for (var directory : List.of("same", "changed", "opaque")) {
      Files.createDirectory(lower.resolve(directory));
      Files.writeString(lower.resolve(directory).resolve("old"), "old");
    }
    var upper = Files.createDirectory(temporary.resolve("upper"));
    Files.createDirectory(upper.resolve("same"));
    Files.setLastModifiedTime(
        upper.resolve("same"), Files.getLastModifiedTime(lower.resolve("same")));
    Files.createDirectory(upper.resolve("changed"));
    Mknod.mknod(upper.resolve("changed/old"), Mknod.S_IFCHR, 0);
    Mknod.mknod(upper.resolve("changed/never"), Mknod.S_IFCHR, 0);
    Files.writeString(upper.resolve("changed/new"), "");
    Files.createDirectory(upper.resolve("opaque"));
    Files.writeString(upper.resolve("opaque/old"), "");
    Xattr.set(upper.resolve("opaque"), "trusted.overlay.opaque", new byte[] {'y'});
    assertThat(LayerDifference.of(upper, List.of(lower)))
        .containsExactly(
            new Difference(Difference.Kind.CHANGED, "/changed"),
            new Difference(Difference.Kind.ADDED, "/changed/new"),
            new Difference(Difference.Kind.DELETED, "/changed/old"),
            new Difference(Difference.Kind.CHANGED, "/opaque"),
            new Difference(Difference.Kind.ADDED, "/opaque/old"));
  }
}
