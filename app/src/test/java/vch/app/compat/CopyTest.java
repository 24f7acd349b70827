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

/// docker cp of whole trees, of what is mounted, and of what no archive showed before.
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
