package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Bounds that few ask for, and what containers share with one another, seen in control groups and
/// from inside.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BoundsTest {
  private final TestVch vch = TestVch.alone("blue");
  private final TestMachine machine = vch.machine();

  @AfterAll
  void stop() {
    machine.close();
  }

  /// pid of a new container that sleeps.
  private String sleeper(String name, String... options) {
    var words = new ArrayList<>(List.of("run", "-d", "--name", name));
    words.addAll(List.of(options));
    words.addAll(List.of("busybox", "sleep", "3600"));
    vch.docker(words.toArray(new String[0])).ok();
    return vch.docker("inspect", "-f", "{{.State.Pid}}", name).ok();
  }

  private Ran run(String script, String... options) {
    var words = new ArrayList<>(List.of("run", "--rm"));
    words.addAll(List.of(options));
    words.addAll(List.of("busybox", "sh", "-c", script));
    return vch.docker(words.toArray(new String[0]));
  }

  /// Some block device of the machine, and its number.
  private record Block(String path, String number) {
    static Block any() throws IOException {
      try (var all = Files.list(Path.of("/sys/block"))) {
        for (var each : all.sorted().toList()) {
          var node = Path.of("/dev").resolve(each.getFileName());
          if (Files.exists(node)) {
            return new Block(node.toString(), Files.readString(each.resolve("dev")).strip());
          }
        }
      }
      throw new AssertionError("the machine has no block device");
    }
  }

  @Test
  void rates_of_block_devices() throws IOException {
    var block = Block.any();
    var pid =
        sleeper(
            "slow",
            "--device-read-bps",
            block.path() + ":1mb",
            "--device-write-bps",
            block.path() + ":2mb",
            "--device-read-iops",
            block.path() + ":30",
            "--device-write-iops",
            block.path() + ":40");
    assertThat(Cgroup.file(pid, "blkio", "blkio.throttle.read_bps_device", "io.max"))
        .isIn(
            block.number() + " 1048576",
            block.number() + " rbps=1048576 wbps=2097152 riops=30 wiops=40");
    assertThat(Cgroup.file(pid, "blkio", "blkio.throttle.write_iops_device", "io.max"))
        .startsWith(block.number())
        .contains("40");
    vch.docker("inspect", "-f", "{{json .HostConfig.BlkioDeviceReadIOps}}", "slow")
        .saying("[{\"Path\":\"" + block.path() + "\",\"Rate\":30}]");
    vch.docker("rm", "-f", "slow").ok();
    run("true", "--device-read-bps", "/dev/nosuch:1mb")
        .refused("stat /dev/nosuch: no such file or directory");
    run("true", "--blkio-weight", "5").refused("ange of blkio weight is from 10 to 1000");
  }

  @Test
  void devices_by_rule_can_be_used_though_they_have_no_node() throws IOException {
    var number = Block.any().number();
    var use =
        "mknod /tmp/k b "
            + number.replace(':', ' ')
            + " && head -c 1 /tmp/k >/dev/null && echo read";
    run(use).refused("Operation not permitted");
    assertThat(run(use, "--device-cgroup-rule", "b " + number + " r").ok()).isEqualTo("read");
    run("true", "--device-cgroup-rule", "c 1:11 x")
        .refused("invalid device cgroup format 'c 1:11 x'");
    vch.api(
            "POST",
            "/containers/create",
            "-H",
            "Content-Type: application/json",
            "-d",
            "{\"Image\":\"busybox\",\"HostConfig\":{\"DeviceCgroupRules\":[\"c 1:3 x\"]}}")
        .saying("invalid device cgroup rule format: 'c 1:3 x'")
        .saying("400");
  }

  @Test
  void a_parent_group_of_the_user_holds_the_container_and_stays() throws IOException {
    var parent = "pl-test-" + ProcessHandle.current().pid();
    var pid = sleeper("child", "--cgroup-parent", "/" + parent, "-m", "40m");
    var id = vch.docker("inspect", "-f", "{{.Id}}", "child").ok();
    assertThat(Files.readString(Path.of("/proc/" + pid + "/cgroup")))
        .contains(":/" + parent + "/" + id);
    assertThat(Cgroup.file(pid, "memory", "memory.limit_in_bytes", "memory.max"))
        .isEqualTo("41943040");
    assertThat(vch.docker("top", "child").ok()).contains("sleep 3600");
    machine.killDaemon();
    machine.startDaemon();
    assertThat(vch.docker("top", "child").ok()).contains("sleep 3600");
    vch.docker("rm", "-f", "child").ok();
    try (var hierarchies = Files.newDirectoryStream(Path.of("/sys/fs/cgroup"))) {
      for (var each : hierarchies) {
        assertThat(each.resolve(parent).resolve(id)).doesNotExist();
        Files.deleteIfExists(each.resolve(parent));
      }
    }
  }

  @Test
  void who_may_not_be_killed_for_memory_and_how_readily_it_is_swapped() throws IOException {
    var pid = sleeper("kept", "-m", "40m", "--oom-kill-disable", "--memory-swappiness", "7");
    if (!Cgroup.unified()) {
      assertThat(Cgroup.file(pid, "memory", "memory.swappiness", "")).isEqualTo("7");
      assertThat(Cgroup.file(pid, "memory", "memory.oom_control", ""))
          .startsWith("oom_kill_disable 1");
      vch.docker(
              "inspect",
              "-f",
              "{{.HostConfig.OomKillDisable}} {{.HostConfig.MemorySwappiness}}",
              "kept")
          .saying("true 7");
    }
    vch.docker("rm", "-f", "kept").ok();
    run("true", "--cpuset-mems", "99").refused("Requested memory nodes are not available");
  }

  @Test
  void namespaces_of_another_container_are_joined_by_its_name() {
    sleeper("donor", "--ipc", "shareable");
    assertThat(run("ps -o args", "--pid", "container:donor").ok()).contains("sleep 3600");
    vch.docker("exec", "donor", "sh", "-c", "echo hello >/dev/shm/note").ok();
    assertThat(run("cat /dev/shm/note", "--ipc", "container:donor").ok()).isEqualTo("hello");
    vch.docker("rename", "donor", "giver").ok();
    vch.docker("rm", "-f", "giver").ok();
    run("true", "--pid", "container:giver").refused("No such container: giver");
    sleeper("closed");
    run("true", "--ipc", "container:closed").refused("non-shareable IPC");
    vch.docker("rm", "-f", "closed").ok();
  }

  @Test
  void namespaces_of_the_machine_are_not_shared() {
    run("true", "--pid", "host").refused("pid mode host (--pid=host) is not supported");
    run("true", "--ipc", "host").refused("ipc mode host (--ipc=host) is not supported");
    run("true", "--uts", "host").refused("uts mode host (--uts=host) is not supported");
  }

  @Test
  void the_usual_socket_of_docker_is_that_of_the_virtual_container_host() {
    sleeper("victim", "-l", "session=1");
    var client = Command.run("sh", "-c", "readlink -f $(command -v docker)").ok();
    for (var usual : List.of("/var/run/docker.sock", "/run/docker.sock", vch.host().substring(7))) {
      assertThat(
              run(
                      "/docker -H unix:///s info -f '{{.Name}}' && /docker -H unix:///s ps -q --filter label=session=1 | wc -l",
                      "-v",
                      usual + ":/s",
                      "-v",
                      client + ":/docker:ro")
                  .ok())
          .as(usual)
          .isEqualTo("blue\n1");
    }
    run(
            "/docker -H unix:///s rm -f $(/docker -H unix:///s ps -q --filter label=session=1)",
            "--mount",
            "type=bind,src=/var/run/docker.sock,dst=/s",
            "-v",
            client + ":/docker:ro")
        .ok();
    vch.docker("inspect", "victim").refused("No such object");
  }
}
