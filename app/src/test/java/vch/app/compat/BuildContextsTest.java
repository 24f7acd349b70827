package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Where the files of a build come from, and what of them is kept (docs/decisions/0029).
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BuildContextsTest {
  private final TestVch vch = TestVch.alone("blue");
  @TempDir private Path temp;
  private Path context = Path.of("/nowhere");

  @AfterAll
  void stop() {
    vch.machine().close();
  }

  @BeforeEach
  void context() throws IOException {
    context = Files.createTempDirectory(temp, "context");
  }

  private void dockerfile(String text) throws IOException {
    Files.writeString(context.resolve("Dockerfile"), text);
  }

  private Ran build(String... options) {
    var words = Command.words(java.util.List.of("build"), options);
    words.add(context.toString());
    return vch.dockerWith("DOCKER_BUILDKIT", "0", words.toArray(new String[0]));
  }

  private static Ran here(String... words) {
    return Command.run(words);
  }

  private String in(String image, String line) {
    return vch.docker("run", "--rm", image, "sh", "-c", line).ok();
  }

  /// A file with a capability and an attribute of users.
  private Path attributed(Path file) throws IOException {
    Files.createDirectories(file.resolveSibling("."));
    Files.writeString(file, "program");
    here("setcap", "cap_net_raw,cap_sys_admin+ep", file.toString()).ok();
    here(
            "python3",
            "-c",
            "import os,sys; os.setxattr(sys.argv[1], 'user.note', b'kept')",
            file.toString())
        .ok();
    return file;
  }

  /// Extended attributes of a file of an image, as the image is saved.
  private String attributes(String image, String path) throws IOException {
    var saved = temp.resolve("saved.tar").toString();
    var root = Files.createTempDirectory(temp, "root");
    var id = vch.docker("create", image, "true").ok();
    vch.docker("export", "-o", saved, id).ok();
    vch.docker("rm", id).ok();
    here("tar", "--xattrs", "--xattrs-include=*", "-C", root.toString(), "-xf", saved, path).ok();
    var file = root.resolve(path).toString();
    return here("getcap", "-n", file).ok().replace(file, "").strip()
        + " "
        + here(
                "python3",
                "-c",
                "import os,sys; print(sorted(a for a in os.listxattr(sys.argv[1]) if a.startswith('user.')))",
                file)
            .ok();
  }

  @Test
  void capabilities_and_attributes_of_users_go_into_images_and_from_stage_to_stage()
      throws IOException {
    attributed(context.resolve("dir/file"));
    here(
            "tar",
            "--xattrs",
            "--xattrs-include=*",
            "-C",
            context.resolve("dir").toString(),
            "-cf",
            context + "/whole.tar",
            "file")
        .ok();
    here("zstd", "-q", context + "/whole.tar").ok();
    dockerfile(
        """
        FROM busybox AS first
        COPY --chown=5:6 dir/file /copied
        COPY dir /tree/
        ADD whole.tar.zst /added/
        FROM busybox
        COPY --from=first / /
        """);
    build("-t", "attributed").ok();
    // the docker CLI sends capabilities along, and no attributes of users
    assertThat(attributes("attributed", "copied")).isEqualTo("cap_net_raw,cap_sys_admin=ep []");
    assertThat(attributes("attributed", "tree/file")).startsWith("cap_net_raw,cap_sys_admin=ep");
    assertThat(attributes("attributed", "added/file"))
        .isEqualTo("cap_net_raw,cap_sys_admin=ep ['user.note']");
    assertThat(build("-t", "attributed").ok()).contains("Using cache");
    here("setcap", "cap_net_raw+ep", context.resolve("dir/file").toString()).ok();
    build("-t", "attributed").ok();
    assertThat(attributes("attributed", "copied")).isEqualTo("cap_net_raw=ep []");
  }

  @Test
  void contexts_come_compressed_by_zstd_too() throws IOException {
    dockerfile("FROM busybox\nCOPY file /file\n");
    Files.writeString(context.resolve("file"), "packed\n");
    var tar = temp.resolve("context.tar");
    here("tar", "-C", context.toString(), "-cf", tar.toString(), ".").ok();
    here("zstd", "-q", tar.toString()).ok();
    vch.api(
            "POST",
            "/build?t=packed",
            "-H",
            "Content-Type: application/x-tar",
            "--data-binary",
            "@" + tar + ".zst")
        .saying("Successfully tagged packed:latest");
    assertThat(in("packed", "cat /file")).isEqualTo("packed");
    var bytes = Files.readAllBytes(Path.of(tar + ".zst"));
    var cut = temp.resolve("cut");
    Files.write(cut, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    vch.api("POST", "/build", "-H", "Content-Type: application/x-tar", "--data-binary", "@" + cut)
        .saying("Error processing tar file");
  }

  private Ran remote(String url, String further) {
    return vch.api(
        "POST", "/build?remote=" + URLEncoder.encode(url, StandardCharsets.UTF_8) + further);
  }

  @Test
  void a_remote_context_is_an_archive_or_a_dockerfile() throws Exception {
    var www = Files.createDirectory(temp.resolve("www"));
    Files.writeString(www.resolve("alone"), "FROM busybox\nRUN echo alone >/said\n");
    dockerfile("FROM busybox\nCOPY file /said\n");
    Files.writeString(context.resolve("file"), "archive\n");
    here("tar", "-C", context.toString(), "-cjf", www + "/context", ".").ok();
    here("tar", "-C", context.toString(), "-cf", www + "/plain", ".").ok();
    try (var server = WebServer.beside(vch, www)) {
      var url = server.url();
      remote(url + "alone", "&t=alone")
          .saying("Downloading build context from remote url: " + url + "alone")
          .saying("Successfully tagged alone:latest");
      assertThat(in("alone", "cat /said")).isEqualTo("alone");
      for (var name : java.util.List.of("context", "plain")) {
        remote(url + name, "&t=" + name).saying("Successfully tagged " + name + ":latest");
        assertThat(in(name, "cat /said")).isEqualTo("archive");
      }
      remote(url + "nothing", "")
          .saying("error downloading remote context " + url + "nothing: ")
          .saying("404");
      remote("https://example.com/x.git#main", "").saying("is not offered");
    }
  }
}
