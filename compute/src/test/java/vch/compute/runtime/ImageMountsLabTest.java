package vch.compute.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static vch.compute.runtime.RuntimeLab.sh;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vch.engine.compute.ContainerFiles;
import vch.portlayer.container.Mount;
import vch.portlayer.refusal.Refusal;

/// Images that containers mount.
@Tag("lab")
@Timeout(60)
class ImageMountsLabTest {
  private RuntimeLab lab;

  @BeforeEach
  void open() throws Exception {
    lab = new RuntimeLab();
  }

  @AfterEach
  void close() throws Exception {
    lab.close();
  }

  private String out(Specimen specimen) throws Exception {
    return lab.run(specimen).stdout();
  }

  @Test
  void an_image_is_seen_as_it_is_and_cannot_be_changed() throws Exception {
    var all = Mount.ofImage(Specimen.IMAGE, "busybox", "/tools", "");
    var again = Mount.ofImage(Specimen.IMAGE, "busybox", "/again", "");
    var outcome =
        lab.run(
            sh("rm /data/seed; cat /tools/data/seed; stat -c %u /tools/data/seed; echo x > /tools/x;"
                    + " rm /again/data/seed; grep ' /tools ' /proc/mounts; ls /tools/dev")
                .mounts(all, again));
    assertThat(outcome.stdout()).startsWith("from the image\n1000\noverlay /tools overlay ro,");
    assertThat(outcome.stderr())
        .contains("/tools/x: Read-only file system", "'/again/data/seed': Read-only file system")
        .contains("/tools/dev: No such file"); // the image has none
    assertThat(mounted()).isEmpty();
  }

  @Test
  void a_part_of_an_image_is_a_directory_or_a_file_of_it_whatever_its_links_say() throws Exception {
    Files.createSymbolicLink(lab.top().resolve("base/short"), Path.of("/data"));
    Files.createSymbolicLink(lab.top().resolve("base/out"), Path.of("/../../../etc/passwd"));
    Files.createSymbolicLink(lab.top().resolve("base/gone"), Path.of("/../../../proc/self"));
    var script = "ls /dir; cat /file | wc -l";
    assertThat(out(sh(script).mounts(part("/dir", "short"), part("/file", "out"))))
        .isEqualTo("seed\n2\n"); // the image's own /etc/passwd has two lines
    for (var none : List.of("gone", "data/none", "data/seed/x")) {
      assertThatThrownBy(() -> lab.start(sh("true").mounts(part("/dir", none))))
          .hasMessage(
              "cannot access path " + none + " of image busybox: no such file or directory");
    }
    assertThat(mounted()).isEmpty();
  }

  private static Mount part(String target, String path) {
    return Mount.ofImage(Specimen.IMAGE, "busybox", target, path);
  }

  @Test
  void files_of_a_mounted_image_are_read_from_outside_running_or_not() throws Exception {
    var container =
        lab.start(
            sh("read line").stdin(true).mounts(part("/tools", "data"), part("/one", "data/seed")));
    for (int i = 0; i < 2; i++) {
      var files = lab.processes.files();
      assertThat(files.stat(container, "/tools/seed").sizeBytes()).isEqualTo(15);
      assertThat(files.stat(container, "/one").sizeBytes()).isEqualTo(15);
      var tar = new ByteArrayOutputStream();
      files.read(container, "/tools", tar);
      assertThat(tar.toString(StandardCharsets.ISO_8859_1))
          .contains("tools/seed", "from the image\n");
      assertThatThrownBy(
              () ->
                  files.write(
                      container,
                      "/tools",
                      InputStream.nullInputStream(),
                      new ContainerFiles.Unpacking(false, false)))
          .isInstanceOf(Refusal.Invalid.class)
          .hasMessage("mounted volume is marked read-only");
      assertThat(mounted()).isEmpty();
      lab.processes.signal(container.id(), 9);
      if (i == 0) {
        lab.awaitEnd(container.id());
        lab.processes.release(container.id());
      }
    }
  }

  @Test
  void what_a_daemon_that_died_had_mounted_of_images_is_undone() throws Exception {
    var script = sh("read line; cat /tools/data/seed").stdin(true).mounts(part("/tools", ""));
    var container = lab.start(script);
    var bundle = lab.top().resolve("run/c").resolve(container.id().brief());
    lab.restart(
        () -> {
          // As it is while files are read from outside, and in the middle of a start.
          tmpfs(lab.top().resolve("run/m/image-1"));
          tmpfs(lab.top().resolve("run/c/c0ffeec0ffee/parts/0"));
        });
    assertThat(mounted()).isEmpty();
    assertThat(lab.top().resolve("run/m/image-1")).doesNotExist();
    assertThat(lab.top().resolve("run/c/c0ffeec0ffee")).doesNotExist();
    assertThat(bundle).isDirectory();
    try (var stdio = lab.processes.attach(container.id())) { // it has what it had
      stdio.write("\n".getBytes(UTF_8), 0, 1);
      assertThat(RuntimeLab.collect(stdio).stdout()).isEqualTo("from the image\n");
    }
    lab.awaitEnd(container.id());
    lab.processes.release(container.id());
    lab.startAgain(container);
    assertThat(lab.processes.files().stat(container, "/tools/data/seed").sizeBytes()).isEqualTo(15);
  }

  private static void tmpfs(Path at) {
    try {
      vch.kernel.libc.Mount.mount("none", Files.createDirectories(at), "tmpfs", 0, "size=4k");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What is mounted of images outside of containers.
  private List<String> mounted() throws IOException {
    return Files.readString(Path.of("/proc/self/mountinfo"))
        .lines()
        .filter(l -> l.contains(lab.top().resolve("run").toString()))
        .filter(l -> l.contains("/parts/") || l.contains("/image-"))
        .toList();
  }
}
