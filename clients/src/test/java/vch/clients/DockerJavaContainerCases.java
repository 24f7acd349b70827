package vch.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.Statistics;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What programs do with containers by docker-java.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerJavaContainerCases {
  private final DockerJava user = new DockerJava();
  private final DockerClient docker = user.client();

  @AfterAll
  void close() throws IOException {
    docker.close();
  }

  @Test
  void a_container_lives_and_ends() throws InterruptedException {
    var id = user.run("java-life", "sh", "-c", "echo out; echo err >&2; exit 7");
    assertThat(user.waitFor(id)).isEqualTo(7);
    assertThat(user.logs(id)).isEqualTo("out\n|err\n");
    var state = docker.inspectContainerCmd(id).exec().getState();
    assertThat(state.getStatus()).isEqualTo("exited");
    assertThat(state.getExitCodeLong()).isEqualTo(7);
    assertThatThrownBy(() -> docker.stopContainerCmd(id).exec())
        .isInstanceOf(NotModifiedException.class);
    assertThatThrownBy(() -> docker.createContainerCmd("busybox").withName("java-life").exec())
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("is already in use by container");
    user.remove(id);
    assertThatThrownBy(() -> docker.inspectContainerCmd(id).exec())
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void it_is_paused_renamed_updated_restarted_and_killed() {
    var id = user.run("java-ways", "sleep", "3600");
    docker.pauseContainerCmd(id).exec();
    assertThat(docker.inspectContainerCmd(id).exec().getState().getPaused()).isTrue();
    docker.unpauseContainerCmd(id).exec();
    docker.renameContainerCmd(id).withName("java-renamed").exec();
    docker.updateContainerCmd(id).withMemory(64L * 1024 * 1024).withMemorySwap(-1L).exec();
    assertThat(docker.inspectContainerCmd("java-renamed").exec().getHostConfig().getMemory())
        .isEqualTo(64L * 1024 * 1024);
    assertThat(docker.topContainerCmd(id).exec().getProcesses()).hasDimensions(1, 8);
    docker.restartContainerCmd(id).withTimeout(0).exec();
    assertThat(docker.inspectContainerCmd(id).exec().getState().getRunning()).isTrue();
    docker.killContainerCmd(id).withSignal("KILL").exec();
    assertThat(user.waitFor(id)).isEqualTo(137);
    user.remove(id);
  }

  @Test
  void attach_gives_input_and_takes_both_streams() throws Exception {
    var id =
        docker
            .createContainerCmd("busybox")
            .withCmd("sh", "-c", "read line; echo got $line; echo and >&2")
            .withStdinOpen(true)
            .withStdInOnce(true)
            .withAttachStdin(true)
            .withAttachStdout(true)
            .withAttachStderr(true)
            .exec()
            .getId();
    var typed = new PipedOutputStream();
    var output = new DockerJava.Output();
    try (var in = new PipedInputStream(typed)) {
      docker
          .attachContainerCmd(id)
          .withStdIn(in)
          .withStdOut(true)
          .withStdErr(true)
          .withFollowStream(true)
          .exec(output);
      output.awaitStarted(10, TimeUnit.SECONDS);
      docker.startContainerCmd(id).exec();
      typed.write("a line\n".getBytes(UTF_8));
      typed.close();
      assertThat(output.awaitCompletion(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(output.out.toString()).isEqualTo("got a line\n");
    assertThat(output.err.toString()).isEqualTo("and\n");
    user.remove(id);
  }

  @Test
  void programs_are_run_inside() throws Exception {
    var id = user.run("java-exec", "sleep", "3600");
    assertThat(user.exec(id, "sh", "-c", "echo o; echo e >&2; exit 4")).isEqualTo("o\n|e\n|4");
    var exec =
        docker
            .execCreateCmd(id)
            .withCmd("head", "-n", "2") // the library never ends its input
            .withAttachStdin(true)
            .withAttachStdout(true)
            .exec()
            .getId();
    var output = new DockerJava.Output();
    docker
        .execStartCmd(exec)
        .withStdIn(new ByteArrayInputStream("one\ntwo\n".getBytes(UTF_8)))
        .exec(output)
        .awaitCompletion(30, TimeUnit.SECONDS);
    assertThat(output.out.toString()).isEqualTo("one\ntwo\n");
    var terminal =
        docker.execCreateCmd(id).withCmd("tty").withTty(true).withAttachStdout(true).exec().getId();
    var said = new DockerJava.Output();
    docker.execStartCmd(terminal).withTty(true).exec(said).awaitCompletion(30, TimeUnit.SECONDS);
    assertThat(said.out.toString()).startsWith("/dev/pts/");
    user.remove(id);
  }

  @Test
  void logs_are_followed_and_cut() throws Exception {
    var id = user.run("java-logs", "sh", "-c", "for i in 1 2 3; do echo $i; done; sleep 3600");
    var seen = new CompletableFuture<String>();
    var output =
        new DockerJava.Output() {
          @Override
          public void onNext(Frame frame) {
            super.onNext(frame);
            if (out.toString().contains("3\n")) {
              seen.complete(out.toString());
            }
          }
        };
    try (Closeable _ =
        docker.logContainerCmd(id).withStdOut(true).withFollowStream(true).exec(output)) {
      assertThat(seen.get(30, TimeUnit.SECONDS)).isEqualTo("1\n2\n3\n");
    }
    var last = new DockerJava.Output();
    docker
        .logContainerCmd(id)
        .withStdOut(true)
        .withTail(1)
        .withTimestamps(true)
        .exec(last)
        .awaitCompletion();
    assertThat(last.out.toString()).matches("20[0-9T:.-]+Z 3\n");
    user.remove(id);
  }

  @Test
  void statistics_come_as_a_stream() throws Exception {
    var id = user.run("java-stats", "sleep", "3600");
    var two = new ArrayList<Statistics>();
    var done = new CompletableFuture<List<Statistics>>();
    try (Closeable _ =
        docker
            .statsCmd(id)
            .exec(
                new ResultCallback.Adapter<Statistics>() {
                  @Override
                  public void onNext(Statistics one) {
                    two.add(one);
                    if (two.size() == 2) {
                      done.complete(two);
                    }
                  }
                })) {
      for (var one : done.get(30, TimeUnit.SECONDS)) {
        assertThat(one.getMemoryStats().getUsage()).isPositive();
        assertThat(one.getPidsStats().getCurrent()).isPositive();
        assertThat(one.getNetworks()).containsKey("eth0");
        assertThat(one.getCpuStats().getCpuUsage().getTotalUsage()).isPositive();
      }
    }
    user.remove(id);
  }

  @Test
  void files_go_in_and_out(@TempDir Path here) throws Exception {
    var file = Files.writeString(here.resolve("note"), "a note");
    var id = user.run("java-copy", "sleep", "3600");
    docker
        .copyArchiveToContainerCmd(id)
        .withHostResource(file.toString())
        .withRemotePath("/tmp")
        .exec();
    assertThat(user.exec(id, "cat", "/tmp/note")).isEqualTo("a note||0");
    try (InputStream in = docker.copyArchiveFromContainerCmd(id, "/tmp/note").exec();
        var tar = new TarArchiveInputStream(in)) {
      assertThat(tar.getNextEntry().getName()).isEqualTo("note");
      assertThat(new String(tar.readAllBytes(), UTF_8)).isEqualTo("a note");
    }
    assertThatThrownBy(() -> docker.copyArchiveFromContainerCmd(id, "/nosuch").exec())
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("Could not find the file /nosuch in container");
    assertThat(docker.containerDiffCmd(id).exec())
        .anyMatch(change -> change.getPath().equals("/tmp/note") && change.getKind() == 1);
    user.remove(id);
  }
}
