package vch.compute.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static vch.compute.runtime.RuntimeLab.sh;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vch.engine.compute.Processes.StartFailed;
import vch.portlayer.container.Device;
import vch.portlayer.container.Limits;
import vch.portlayer.container.Mount;
import vch.portlayer.container.Ulimit;

/// What a container sees of the machine.
@Tag("lab")
@Timeout(60)
class ContainersLabTest {
  private static RuntimeLab lab;

  @BeforeAll
  static void open() throws Exception {
    lab = new RuntimeLab();
  }

  @AfterAll
  static void close() throws Exception {
    lab.close();
  }

  private static String out(Specimen specimen) throws Exception {
    var outcome = lab.run(specimen);
    assertThat(outcome)
        .extracting(RuntimeLab.Outcome::exitCode)
        .as(outcome.toString())
        .isEqualTo(0);
    return outcome.stdout();
  }

  @Test
  void a_program_runs_and_its_exit_code_is_known() throws Exception {
    var outcome = lab.run(sh("echo out; echo err >&2; exit 7"));
    assertThat(outcome).isEqualTo(new RuntimeLab.Outcome(7, false, "out\n", "err\n"));
  }

  @Test
  void a_program_that_is_not_there_is_127() {
    assertThatThrownBy(() -> lab.start(RuntimeLab.container("nosuch")))
        .isInstanceOf(StartFailed.class)
        .hasMessage(
            "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed:"
                + " unable to start container process: exec: \"nosuch\": executable file not found in $PATH: unknown")
        .asInstanceOf(type(StartFailed.class))
        .extracting(StartFailed::exitCode)
        .isEqualTo(127);
  }

  @Test
  void a_program_that_cannot_be_run_is_126() {
    for (var program : List.of("/bin/notrunnable", "/etc")) {
      assertThatThrownBy(() -> lab.start(RuntimeLab.container(program)))
          .asInstanceOf(type(StartFailed.class))
          .extracting(StartFailed::exitCode)
          .isEqualTo(126);
    }
  }

  @Test
  void a_failed_start_leaves_nothing_and_can_be_tried_again() throws Exception {
    var container = RuntimeLab.container("nosuch").container();
    lab.processes.prepare(container);
    assertThatThrownBy(() -> lab.startAgain(container)).isInstanceOf(StartFailed.class);
    assertThat(lab.processes.observe()).doesNotContainKey(container.id());
    assertThat(lab.top().resolve("run/c").resolve(container.id().brief())).doesNotExist();
    assertThat(lab.top().resolve("run/m").resolve(container.id().brief())).doesNotExist();
    assertThatThrownBy(() -> lab.startAgain(container)).isInstanceOf(StartFailed.class);
    lab.processes.delete(container.id());
  }

  @Test
  void the_environment_is_dockers_and_the_containers() throws Exception {
    var specimen = sh("env").environment("A=1", "PATH=/bin");
    assertThat(out(specimen).lines().toList())
        .contains("A=1", "PATH=/bin", "HOSTNAME=" + specimen.container().hostname(), "HOME=/root");
  }

  @Test
  void a_working_directory_that_is_not_there_is_made() throws Exception {
    assertThat(out(sh("pwd").workingDirectory("/made/on/the/way"))).isEqualTo("/made/on/the/way\n");
  }

  @Test
  void users_and_groups_are_those_of_the_image() throws Exception {
    assertThat(out(sh("id -u; id -g; id -G").user("worker"))).isEqualTo("1000\n1000\n1000 29\n");
    assertThat(out(sh("id -u; id -g; id -G").user("worker:video", "audio")))
        .isEqualTo("1000\n44\n44 29\n");
    assertThat(out(sh("id -u; id -g").user("4711:4712"))).isEqualTo("4711\n4712\n");
    assertThatThrownBy(() -> lab.start(sh("id").user("nobodyhere")))
        .isInstanceOf(StartFailed.class)
        .hasMessage("unable to find user nobodyhere: no matching entries in passwd file");
  }

  @Test
  void the_daemons_files_for_names_are_there_and_follow_it() throws Exception {
    var container =
        lab.start(sh("read line; cat /etc/resolv.conf /etc/hosts /etc/hostname").stdin(false));
    lab.processes.rewrite(
        container.id(), new vch.engine.compute.Processes.Files("r\n", "h\n", "n\n"));
    try (var stdio = lab.processes.attach(container.id())) {
      stdio.write("go\n".getBytes(UTF_8), 0, 3);
      assertThat(RuntimeLab.collect(stdio).stdout()).isEqualTo("r\nh\nn\n");
    }
  }

  @Test
  void capabilities_are_dockers_unless_said_otherwise() throws Exception {
    var show = "grep -E 'CapEff|CapBnd' /proc/self/status | cut -f2 | tr '\\n' ' '";
    assertThat(out(sh(show))).isEqualTo("00000000a80425fb 00000000a80425fb ");
    assertThat(out(sh(show).capabilities(List.of("NET_ADMIN"), List.of("ALL"))))
        .isEqualTo("0000000000001000 0000000000001000 ");
    assertThat(out(sh(show).user("1000"))).isEqualTo("0000000000000000 00000000a80425fb ");
    var offered =
        "%016x".formatted(HostProbe.capabilities(Files.readString(Path.of("/proc/self/status"))));
    assertThat(out(sh(show).privileged())).startsWith(offered + " ");
  }

  @Test
  void the_default_filter_of_system_calls_is_in_force() throws Exception {
    assertThat(out(sh("grep Seccomp: /proc/self/status"))).contains("2");
    // mount is refused by the filter (EPERM) even with the capability's name, unless that
    // capability is granted
    assertThat(lab.run(sh("unshare -n true")).exitCode()).isNotZero();
    assertThat(
            lab.run(sh("unshare -n true").capabilities(List.of("SYS_ADMIN"), List.of())).exitCode())
        .isZero();
    assertThat(out(sh("grep Seccomp: /proc/self/status").seccomp("unconfined"))).contains("0");
    var noMkdir =
        """
        {"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":1,
         "excludes":{"caps":["CAP_SYS_ADMIN"]}}]}
        """;
    assertThat(lab.run(sh("mkdir /tmp/a").seccomp(noMkdir)).exitCode()).isNotZero();
    assertThat(
            lab.run(
                    sh("mkdir /tmp/a")
                        .seccomp(noMkdir)
                        .capabilities(List.of("SYS_ADMIN"), List.of()))
                .exitCode())
        .isZero();
  }

  @Test
  void secrets_of_the_machine_are_masked_and_proc_is_read_only() throws Exception {
    assertThat(out(sh("cat /proc/kcore | wc -c; ls /sys/firmware | wc -l; cat /proc/keys | wc -c")))
        .isEqualTo("0\n0\n0\n");
    assertThat(lab.run(sh("echo 1 > /proc/sys/vm/drop_caches")).exitCode()).isNotZero();
    assertThat(lab.run(sh("echo b > /proc/sysrq-trigger")).exitCode()).isNotZero();
    assertThat(lab.run(sh("mkdir /sys/fs/cgroup/pids/x /sys/fs/cgroup/x")).exitCode()).isNotZero();
  }

  @Test
  void only_harmless_devices_can_be_opened() throws Exception {
    assertThat(lab.run(sh("echo x > /dev/null && head -c 4 /dev/urandom > /dev/zero")).exitCode())
        .isZero();
    assertThat(lab.run(sh("mknod /tmp/disk b 254 0 && head -c 1 /tmp/disk")).exitCode())
        .isNotZero();
    assertThat(
            out(
                sh("stat -c %t:%T /dev/myfull; head -c 1 /dev/myfull | wc -c")
                    .devices(new Device("/dev/full", "/dev/myfull", "r"))))
        .isEqualTo("1:7\n1\n");
    assertThat(lab.run(sh("test -c /dev/kmsg").privileged()).exitCode()).isZero();
  }

  @Test
  void a_read_only_root_takes_no_writes_but_a_tmpfs_does() throws Exception {
    var tmpfs =
        new Mount(Mount.Kind.TMPFS, "", "/scratch", false, List.of("size=1m", "mode=1770"), "");
    var outcome =
        lab.run(
            sh("echo x > /file; echo x > /scratch/file && cat /scratch/file")
                .readOnlyRoot()
                .mounts(tmpfs));
    assertThat(outcome.stdout()).isEqualTo("x\n");
    assertThat(outcome.stderr()).contains("Read-only file system");
    assertThat(out(sh("grep ' /scratch ' /proc/mounts").mounts(tmpfs)))
        .contains("noexec", "nosuid", "size=1024k", "mode=1770");
  }

  @Test
  void bind_mounts_show_the_machine_and_obey_read_only() throws Exception {
    var source = Files.createDirectories(lab.top().resolve("shared"));
    Files.writeString(source.resolve("in"), "from outside\n");
    var write = new Mount(Mount.Kind.BIND, source.toString(), "/mnt/w", false, List.of(), "");
    var read = new Mount(Mount.Kind.BIND, source.toString(), "/mnt/r", true, List.of(), "");
    assertThat(
            out(
                sh("cat /mnt/r/in; echo back > /mnt/w/out; echo x 2>/dev/null > /mnt/r/no; true")
                    .mounts(write, read)))
        .isEqualTo("from outside\n");
    assertThat(source.resolve("out")).hasContent("back\n");
    assertThat(source.resolve("no")).doesNotExist();
    var missing = lab.top().resolve("made/by/v");
    lab.run(
        sh("true")
            .mounts(
                new Mount(Mount.Kind.BIND, missing.toString(), "/mnt/m", false, List.of(), "")));
    assertThat(missing).isDirectory();
    assertThatThrownBy(
            () ->
                lab.start(
                    sh("true")
                        .mounts(
                            new Mount(
                                Mount.Kind.BIND,
                                "/no/such/place",
                                "/m",
                                false,
                                List.of("nocreate"),
                                ""))))
        .hasMessageContaining("bind source path does not exist: /no/such/place");
  }

  @Test
  void an_empty_volume_is_filled_from_the_image_once() throws Exception {
    var volume = new Mount(Mount.Kind.VOLUME, "filled", "/data", false, List.of(), "");
    var specimen =
        sh("cat /data/seed; stat -c %u /data /data/seed; rm /data/seed; echo kept > /data/mine")
            .mounts(volume);
    assertThat(out(specimen)).isEqualTo("from the image\n1000\n1000\n");
    assertThat(out(sh("ls /data").mounts(volume))).isEqualTo("mine\n");
    var empty = new Mount(Mount.Kind.VOLUME, "empty", "/data", false, List.of("nocopy"), "");
    assertThat(out(sh("ls /data").mounts(empty))).isEmpty();
  }

  @Test
  void what_a_container_writes_is_its_own_and_counted() throws Exception {
    var container =
        lab.start(sh("head -c 100000 /dev/zero > /big; rm /data/seed; touch /etc/mine"));
    lab.awaitEnd(container.id());
    assertThat(lab.processes.writtenBytes(container.id())).isEqualTo(100000);
    assertThat(out(sh("cat /data/seed"))).isEqualTo("from the image\n");
    lab.processes.release(container.id());
    assertThat(
            lab.processes.<List<String>>withRoot(
                container,
                root -> {
                  try (var names = Files.list(root.resolve("etc"))) {
                    return names.map(p -> p.getFileName().toString()).sorted().toList();
                  }
                }))
        .containsExactly("group", "hostname", "hosts", "mine", "mtab", "passwd", "resolv.conf");
  }

  @Test
  void the_runtimes_mount_points_do_not_show_as_the_containers_writes() throws Exception {
    var container = lab.start(sh("true"));
    lab.awaitEnd(container.id());
    lab.processes.release(container.id());
    try (var names =
        Files.walk(
            lab.top()
                .resolve("state/containers")
                .resolve(container.id().value())
                .resolve("upper"))) {
      assertThat(names.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void ulimits_sysctls_shm_and_hostname_are_as_asked() throws Exception {
    var specimen =
        sh("ulimit -n; cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/net/ipv4/ip_default_ttl; grep /dev/shm /proc/mounts; hostname")
            .ulimits(new Ulimit("nofile", 123, 456))
            .sysctls(Map.of("net.ipv4.ip_default_ttl", "33"))
            .shm(2 << 20);
    assertThat(out(specimen))
        .startsWith("123\n0\n33\n")
        .contains("size=2048k")
        .endsWith(specimen.container().hostname() + "\n");
  }

  @Test
  void limits_are_in_force_and_can_be_changed() throws Exception {
    var specimen =
        sh("read line")
            .stdin(false)
            .limits(new Limits(64 << 20, 0, 0, 500_000_000, 512, 0, 0, "0", "", 20, 300));
    var container = lab.start(specimen);
    assertThat(lab.processes.usage(container.id()).memoryLimitBytes()).isEqualTo(64 << 20);
    // the runtime's threads are there until it has become the program
    for (int i = 0; i < 500 && lab.processes.usage(container.id()).pids() != 1; i++) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(lab.processes.usage(container.id()).pids()).isEqualTo(1);
    assertThat(lab.processes.usage(container.id()).cpuNanos()).isPositive();
    var pid = lab.observed(container).pid();
    assertThat(Files.readString(Path.of("/proc/" + pid + "/oom_score_adj"))).isEqualTo("300\n");
    assertThat(cgroup(pid, "cpu", "cpu.cfs_quota_us")).isEqualTo("50000");
    assertThat(cgroup(pid, "cpuset", "cpuset.cpus")).isEqualTo("0");
    assertThat(cgroup(pid, "pids", "pids.max")).isEqualTo("20");
    lab.processes.limit(
        new Specimen(container)
            .limits(new Limits(96 << 20, 0, 0, 0, 0, 0, 0, "", "", 30, 0))
            .container());
    assertThat(lab.processes.usage(container.id()).memoryLimitBytes()).isEqualTo(96 << 20);
    assertThat(cgroup(pid, "pids", "pids.max")).isEqualTo("30");
    assertThat(lab.processes.pids(container.id())).containsExactly(pid);
  }

  private static String cgroup(long pid, String controller, String file) throws Exception {
    var groups =
        Files.readAllLines(Path.of("/proc/" + pid + "/cgroup")).stream()
            .map(l -> l.split(":", 3))
            .collect(Collectors.toMap(f -> f[1], f -> f[2]));
    return Files.readString(Path.of("/sys/fs/cgroup", controller, groups.get(controller), file))
        .strip();
  }

  @Test
  void running_out_of_memory_is_told() throws Exception {
    var outcome =
        lab.run(
            sh("yes | tr \\\\n x | head -c 200000000 | grep n")
                .limits(new Limits(8 << 20, 8 << 20, 0, 0, 0, 0, 0, "", "", 0, 0)));
    assertThat(outcome.oomKilled()).isTrue();
  }

  @Test
  void namespaces_of_the_machine_and_of_others_can_be_shared() throws Exception {
    var owner =
        lab.start(
            sh("echo mine > /dev/shm/note; sleep 1000").namespaces(Map.of("ipc", "shareable")));
    RuntimeLab.await(() -> lab.processes.pids(owner.id()).size() == 1);
    RuntimeLab.await(
        () ->
            Files.exists(
                Path.of(
                    "/proc/" + lab.processes.pids(owner.id()).getFirst() + "/root/dev/shm/note")));
    var guest = "container:" + owner.id();
    assertThat(
            out(
                sh("cat /dev/shm/note; ps | grep -c 'sleep 1000'")
                    .namespaces(Map.of("ipc", guest, "pid", guest))))
        .startsWith("mine\n");
    var alone = lab.start(sh("sleep 1000"));
    assertThatThrownBy(
            () -> lab.start(sh("true").namespaces(Map.of("ipc", "container:" + alone.id()))))
        .hasMessageContaining("non-shareable IPC");
    assertThat(out(sh("hostname").namespaces(Map.of("uts", guest))))
        .isEqualTo(owner.hostname() + "\n");
    assertThat(
            out(
                sh("ls -d /proc/" + ProcessHandle.current().pid())
                    .namespaces(Map.of("pid", "host"))))
        .contains("/proc/");
    assertThatThrownBy(
            () -> lab.start(sh("true").namespaces(Map.of("pid", "container:" + "00".repeat(32)))))
        .hasMessageContaining("cannot join the pid namespace of a non running container");
  }

  @Test
  void processes_that_outlive_the_first_in_a_shared_pid_namespace_are_killed_at_release()
      throws Exception {
    var container = lab.start(sh("sleep 1000 & true").namespaces(Map.of("pid", "host")));
    lab.awaitEnd(container.id());
    assertThat(lab.processes.pids(container.id())).hasSize(1);
    lab.processes.release(container.id());
    assertThat(lab.processes.pids(container.id())).isEmpty();
  }

  @Test
  void hundreds_of_layers_are_mounted() throws Exception {
    try (var many = new RuntimeLab(130)) {
      assertThat(many.run(sh("ls /layers | wc -l")).stdout()).isEqualTo("130\n");
      assertThat(
              many.run(
                      sh("ls /i/layers | wc -l")
                          .mounts(Mount.ofImage(Specimen.IMAGE, "busybox", "/i", "")))
                  .stdout())
          .isEqualTo("130\n");
    }
  }
}
