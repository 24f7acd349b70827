package vch.compute.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vch.compute.files.Trees;

class RootPathTest {
  @TempDir Path directory;
  private Path root;

  @BeforeEach
  void make() throws IOException {
    root =
        directory.resolve(
            "a/b/c/d/root"); // deep, so that links out of it still end in the test's own directory
    Files.createDirectories(root.resolve("etc/real"));
    Files.writeString(root.resolve("etc/passwd"), "inside");
    Files.createSymbolicLink(root.resolve("etc/absolute"), Path.of("/etc/real"));
    Files.createSymbolicLink(root.resolve("etc/out"), Path.of("../../../../etc/passwd"));
    Files.createSymbolicLink(root.resolve("up"), Path.of(".."));
    Files.createSymbolicLink(root.resolve("chain"), Path.of("up/chain2"));
    Files.createSymbolicLink(root.resolve("chain2"), Path.of("/up/etc/absolute"));
    Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
  }

  @ParameterizedTest
  @CsvSource({
    "/etc/passwd, etc/passwd",
    "etc/passwd, etc/passwd",
    "/etc/absolute/x, etc/real/x",
    "/etc/out, etc/passwd",
    "/../../etc/passwd, etc/passwd",
    "/up/up/up/etc, etc",
    "/chain, etc/real",
    "/not/there/../here, not/here",
    "/, ''"
  })
  void nothing_leads_out(String path, String expected) throws IOException {
    assertThat(RootPath.resolve(root, path)).isEqualTo(root.resolve(expected));
  }

  @Test
  void loops_end() {
    assertThatThrownBy(() -> RootPath.resolve(root, "/loop/x"))
        .hasMessageContaining("too many levels of symbolic links");
  }

  @Test
  void text_is_read_within_the_root_and_within_bounds() throws IOException {
    assertThat(RootPath.text(root, "/etc/out", 100)).isEqualTo("inside");
    assertThat(RootPath.text(root, "/etc/out", 3)).isEmpty();
    assertThat(RootPath.text(root, "/etc", 100)).isEmpty();
    assertThat(RootPath.text(root, "/none", 100)).isEmpty();
  }

  @Test
  void trees_are_measured_and_removed_without_following_links() throws IOException {
    var tree = Files.createDirectories(root.resolve("tree/sub"));
    Files.writeString(tree.resolve("file"), "12345");
    Files.createLink(tree.resolve("again"), tree.resolve("file"));
    Files.createSymbolicLink(tree.resolve("link"), root.resolve("etc"));
    assertThat(Trees.bytes(root.resolve("tree"))).isEqualTo(5);
    assertThat(Trees.empty(tree)).isFalse();
    Trees.delete(root.resolve("tree"));
    Trees.delete(root.resolve("tree"));
    assertThat(root.resolve("tree")).doesNotExist();
    assertThat(root.resolve("etc/passwd")).exists();
  }

  @Test
  void mount_points_with_spaces_are_read() {
    assertThat(MountTable.parse("36 35 0:41 / /run/a\\040b\\134c rw - overlay overlay rw\n"))
        .containsExactly(Path.of("/run/a b\\c"));
  }
}
