package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// docker cp of single files, of whole trees, of what is mounted, and of what no archive showed
/// before; docker diff and docker export.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CopyTest {
  private final TestMachine machine = new TestMachine();
  private TestVch vch = new TestVch(machine, "blue");

  @BeforeAll
  void start() {
    machine.startDaemon();
    vch = machine.create("blue");
    vch.docker(
            "run",
            "-d",
            "--name",
            "box",
            "--tmpfs",
            "/mem",
            "-v",
            "vol:/vol",
            "busybox",
            "sh",
            "-c",
            "echo m >/mem/m; echo v >/vol/v; exec sleep 3600")
        .ok();
    TestMachine.until(
        "the files are there", () -> vch.docker("exec", "box", "cat", "/vol/v").status() == 0);
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  @Test
  void files_are_copied_out_and_in(@TempDir Path here) throws IOException {
    vch.docker(
            "run",
            "-d",
            "--name",
            "files",
            "--tmpfs",
            "/mem",
            "-v",
            "stuff:/vol",
            "busybox",
            "sh",
            "-c",
            "mkdir /d; echo one >/d/1; ln -s 1 /d/link; rm /etc/group; chmod 711 /root; echo >>/etc/passwd; sleep 3600")
        .ok();
    TestMachine.until(
        "the files are there", () -> vch.docker("diff", "files").out().contains("C /etc/passwd"));
    vch.docker("cp", "files:/d", here.toString()).ok();
    assertThat(here.resolve("d/1")).hasContent("one");
    assertThat(Files.readSymbolicLink(here.resolve("d/link"))).isEqualTo(Path.of("1"));
    vch.docker("cp", "-L", "files:/d/link", here.resolve("followed").toString()).ok();
    assertThat(here.resolve("followed")).hasContent("one");
    Files.writeString(here.resolve("in"), "from outside\n");
    vch.docker("cp", here.resolve("in").toString(), "files:/mem/").ok();
    vch.docker("cp", here.resolve("in").toString(), "files:/vol/renamed").ok();
    vch.docker("cp", here.resolve("d").toString(), "files:/new").ok();
    assertThat(vch.docker("exec", "files", "cat", "/mem/in", "/vol/renamed", "/new/link").ok())
        .isEqualTo("from outside\nfrom outside\none");
    vch.docker("cp", "files:/nosuch", here.toString())
        .refused("Could not find the file /nosuch in container");
    vch.docker("cp", here.resolve("in").toString(), "files:/nosuch/in")
        .refused("Could not find the file /nosuch in container");
    assertThat(vch.docker("diff", "files").ok().lines())
        .contains("A /d/1", "D /etc/group", "C /etc", "A /new/link", "C /root")
        .doesNotContain("A /mem/in", "A /vol/renamed", "C /bin");
    vch.docker("stop", "-t", "0", "files").ok();
    vch.docker("cp", "files:/vol/renamed", here.resolve("back").toString()).ok();
    assertThat(here.resolve("back"))
        .as("a volume of a stopped container")
        .hasContent("from outside");
    var tar = here.resolve("all.tar").toString();
    vch.docker("export", "-o", tar, "files").ok();
    var listed = Command.run("tar", "tf", tar).ok().lines().toList();
    assertThat(listed)
        .contains("d/1", "new/", "bin/busybox")
        .doesNotContain("etc/group", "vol/renamed");
    vch.docker("import", tar, "exported:1").saying("sha256:");
    assertThat(vch.docker("run", "--rm", "exported:1", "cat", "/d/link").ok()).isEqualTo("one");
    vch.docker("rmi", "exported:1").ok();
    vch.docker("rm", "-f", "files").ok();
    vch.docker("volume", "rm", "stuff").ok();
  }

  @Test
  void a_read_only_place_takes_no_copy(@TempDir Path here) throws IOException {
    Files.writeString(here.resolve("in"), "x");
    vch.docker(
            "run",
            "-d",
            "--name",
            "sealed",
            "--read-only",
            "-v",
            here + ":/ro:ro",
            "-v",
            "/rw",
            "busybox",
            "sleep",
            "3600")
        .ok();
    vch.docker("cp", here.resolve("in").toString(), "sealed:/tmp/")
        .refused("container rootfs is marked read-only");
    vch.docker("cp", here.resolve("in").toString(), "sealed:/ro/")
        .refused("mounted volume is marked read-only");
    vch.docker("cp", here.resolve("in").toString(), "sealed:/rw/").ok();
    vch.docker("rm", "-fv", "sealed").ok();
  }

  @Test
  void a_whole_running_container_without_the_files_of_the_kernel(@TempDir Path here)
      throws IOException {
    vch.docker("cp", "box:/", here.resolve("all").toString()).ok();
    assertThat(here.resolve("all/mem/m")).hasContent("m");
    assertThat(here.resolve("all/vol/v")).hasContent("v");
    assertThat(here.resolve("all/proc")).isEmptyDirectory();
    assertThat(here.resolve("all/sys")).isEmptyDirectory();
    var name = vch.docker("inspect", "-f", "{{.Config.Hostname}}", "box").ok();
    assertThat(Files.readString(here.resolve("all/etc/hosts"))).contains("\t" + name + "\n");
    for (var kernels : new String[] {"/proc/version", "/dev/null", "/sys/kernel"}) {
      vch.docker("cp", "box:" + kernels, here.toString())
          .refused("Could not find the file " + kernels + " in container box");
    }
  }

  @Test
  void extended_attributes_go_along(@TempDir Path here) throws IOException {
    // The docker CLI sends none of `user.`, but GNU tar does, and the API takes what tar sends.
    var file = Files.writeString(here.resolve("file"), "text");
    attributes(file).write("foo", ByteBuffer.wrap("bar".getBytes(StandardCharsets.UTF_8)));
    var tar = here.resolve("in.tar").toString();
    Command.run("tar", "--xattrs", "-C", here.toString(), "-cf", tar, "file").ok();
    vch.docker(Files.readAllBytes(Path.of(tar)), "cp", "-", "box:/vol").ok();
    vch.docker("cp", "box:/vol/file", here.resolve("plain").toString()).ok();
    assertThat(here.resolve("plain")).hasContent("text");
    vch.api(
            "GET",
            "/containers/box/archive?path=/vol/file",
            "-o",
            here.resolve("out.tar").toString())
        .saying("200");
    var out = Files.createDirectory(here.resolve("out"));
    Command.run("tar", "--xattrs", "-C", out.toString(), "-xf", here.resolve("out.tar").toString())
        .ok();
    var value = ByteBuffer.allocate(8);
    attributes(out.resolve("file")).read("foo", value);
    assertThat(new String(value.array(), 0, value.position(), StandardCharsets.UTF_8))
        .isEqualTo("bar");
  }

  private static UserDefinedFileAttributeView attributes(Path file) {
    return Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
  }

  @Test
  void a_web_socket_carries_the_streams_of_a_container() {
    vch.docker("run", "-d", "-i", "--name", "echo", "busybox", "sh", "-c", "read x; echo got $x")
        .ok();
    // RFC 6455, section 5.7: one text message "hi\n", masked by zeros
    var request =
        "GET /containers/echo/attach/ws?stream=1&stdin=1&stdout=1 HTTP/1.1\\r\\nHost: d\\r\\nConnection: Upgrade\\r\\n"
            + "Upgrade: websocket\\r\\nSec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n"
            + "\\201\\203\\000\\000\\000\\000hi\\n";
    var socket = vch.host().substring("unix://".length());
    var talk =
        "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(sys.stdin.buffer.read());\n"
            + "while True:\n b=s.recv(4096)\n if not b: break\n sys.stdout.buffer.write(b)";
    var said =
        Command.run(
            "sh",
            "-c",
            "printf '" + request + "' | timeout 20 python3 -c '" + talk + "' " + socket);
    assertThat(said.out()).contains("101 Switching Protocols").contains("got hi");
    vch.docker("rm", "-f", "echo").ok();
  }
}
