package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Every setting of a container that is offered, seen from inside the container: in /proc, in its
/// cgroup, in its mounts.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SettingsTest {
  /// Docker's fourteen default capabilities.
  private static final long DEFAULT_CAPABILITIES = 0xa80425fbL;

  private final TestVch vch = TestVch.alone("blue");

  @AfterAll
  void stop() {
    vch.machine().close();
  }

  /// Output of a shell script in a container with these options.
  private String inside(String script, String... options) {
    return run(script, options).ok();
  }

  private Ran run(String script, String... options) {
    var words = new java.util.ArrayList<>(java.util.List.of("run", "--rm"));
    words.addAll(java.util.List.of(options));
    words.addAll(java.util.List.of("busybox", "sh", "-c", script));
    return vch.docker(words.toArray(new String[0]));
  }

  @Test
  void environment_directory_and_names(@TempDir Path here) throws IOException {
    Files.writeString(here.resolve("env"), "FROM_FILE=f\n# nothing\nHOME=/elsewhere\n");
    assertThat(
            inside(
                "echo $A-$FROM_FILE-$HOME-$HOSTNAME; pwd; hostname; hostname -f; echo $PATH",
                "-e",
                "A=a b",
                "--env-file",
                here.resolve("env").toString(),
                "-w",
                "/made/here",
                "--hostname",
                "h1",
                "--domainname",
                "d.example"))
        .isEqualTo(
            "a b-f-/elsewhere-h1\n/made/here\nh1\nh1.d.example\n/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    assertThat(vch.docker("run", "--rm", "--entrypoint", "echo", "busybox", "a", "b").ok())
        .isEqualTo("a b");
    assertThat(vch.docker("run", "--rm", "--entrypoint", "", "busybox", "echo", "c").ok())
        .isEqualTo("c");
    vch.docker("run", "--rm", "-w", "relative", "busybox", "true")
        .refused("the working directory 'relative' is invalid, it needs to be an absolute path");
  }

  @Test
  void users_by_name_and_number() {
    var script = "id -u; id -g; id -G; echo $HOME; cat /proc/self/oom_score_adj";
    assertThat(inside(script, "-u", "nobody")).startsWith("65534\n65534\n65534\n");
    assertThat(inside(script, "-u", "1234:5678")).startsWith("1234\n5678\n5678\n/\n");
    assertThat(inside(script, "-u", "root:nogroup", "--group-add", "55", "--oom-score-adj", "300"))
        .isEqualTo("0\n65534\n65534 55\n/root\n300");
    run("true", "-u", "nobody:nosuch")
        .refused("unable to find group nosuch: no matching entries in group file");
  }

  @Test
  void binds_are_read_only_or_not_and_made_where_missing(@TempDir Path here) throws IOException {
    Files.writeString(here.resolve("file"), "outside");
    var bind = here + ":/b";
    run("cat /b/file; touch /b/x", "-v", bind + ":ro").refused("Read-only file system");
    assertThat(inside("cat /b/file; echo inside >/b/new; chown 7:8 /b/new", "-v", bind))
        .isEqualTo("outside");
    assertThat(here.resolve("new")).hasContent("inside");
    assertThat(Files.getAttribute(here.resolve("new"), "unix:uid")).isEqualTo(7);
    assertThat(inside("cat /etc/motd", "-v", here.resolve("file") + ":/etc/motd:ro"))
        .as("a file")
        .isEqualTo("outside");
    inside("true", "-v", here.resolve("fresh") + ":/b");
    assertThat(here.resolve("fresh")).isDirectory();
    run("true", "--mount", "type=bind,src=" + here.resolve("none") + ",dst=/b")
        .refused("bind source path does not exist: " + here.resolve("none"));
    assertThat(here.resolve("none")).doesNotExist();
    assertThat(
            inside("touch /b/y; echo $?", "--mount", "type=bind,src=" + here + ",dst=/b,readonly"))
        .isEqualTo("1");
    run("true", "-v", "relative/path:/b")
        .refused("includes invalid characters for a local volume name");
    run("true", "-v", here + ":b").refused("mount path must be absolute");
    run("true", "-v", here + ":/b", "-v", "vol:/b").refused("Duplicate mount point: /b");
  }

  @Test
  void volumes_are_filled_from_the_image_kept_and_shared() {
    assertThat(inside("cat /var/www/index.html; echo more >/var/www/more", "-v", "www:/var/www"))
        .contains("It works");
    assertThat(inside("ls /data", "-v", "www:/data")).isEqualTo("index.html\nmore");
    assertThat(inside("ls /var/www", "--mount", "type=volume,src=empty,dst=/var/www,volume-nocopy"))
        .isEmpty();
    run("touch /data/x", "--mount", "type=volume,src=www,dst=/data,ro")
        .refused("Read-only file system");
    vch.docker("create", "--name", "holder", "-v", "www:/shared", "-v", "/anonymous", "busybox")
        .ok();
    assertThat(inside("cat /shared/more; mkdir /anonymous/d", "--volumes-from", "holder"))
        .isEqualTo("more");
    run("touch /shared/x", "--volumes-from", "holder:ro").refused("Read-only file system");
    vch.docker("volume", "rm", "www").refused("volume is in use");
    vch.docker("rm", "-v", "holder").ok();
    vch.docker("volume", "create", "--label", "a=b", "made").ok();
    assertThat(vch.docker("volume", "ls", "-q", "--filter", "label=a=b").ok()).isEqualTo("made");
    assertThat(
            vch.docker("volume", "inspect", "-f", "{{.Driver}} {{.Scope}} {{.Labels.a}}", "made")
                .ok())
        .isEqualTo("local local b");
    vch.docker("volume", "rm", "www", "empty", "made").ok();
    vch.docker("volume", "rm", "made").refused("no such volume");
    assertThat(vch.docker("volume", "ls", "-q").ok()).as("nothing is left").isEmpty();
  }

  @Test
  void temporary_file_systems() {
    assertThat(inside("grep ' /t ' /proc/mounts; ls -ld /t", "--tmpfs", "/t:size=1m,mode=1770"))
        .contains("tmpfs /t tmpfs rw,nosuid,nodev,noexec,relatime,size=1024k,mode=1770")
        .contains("drwxrwx--T");
    assertThat(inside("df -k /t | tail -1", "--mount", "type=tmpfs,dst=/t,tmpfs-size=2m"))
        .contains("2048");
    assertThat(inside("grep /dev/shm /proc/mounts", "--shm-size", "8m")).contains("size=8192k");
    assertThat(inside("grep /dev/shm /proc/mounts")).contains("size=65536k");
    run("true", "--tmpfs", "/t:nonsense=1").refused("invalid tmpfs option");
  }

  @Test
  void limits_stand_in_the_cgroup() throws IOException {
    vch.docker(
            "run",
            "-d",
            "--name",
            "bound",
            "-m",
            "32m",
            "--memory-reservation",
            "16m",
            "--cpus",
            "0.5",
            "--pids-limit",
            "17",
            "--cpu-shares",
            "512",
            "--cpuset-cpus",
            "0",
            "busybox",
            "sleep",
            "3600")
        .ok();
    var pid = vch.docker("inspect", "-f", "{{.State.Pid}}", "bound").ok();
    assertThat(Cgroup.file(pid, "memory", "memory.limit_in_bytes", "memory.max"))
        .isEqualTo("33554432");
    assertThat(Cgroup.file(pid, "pids", "pids.max", "pids.max")).isEqualTo("17");
    assertThat(Cgroup.file(pid, "cpuset", "cpuset.cpus", "cpuset.cpus")).isEqualTo("0");
    assertThat(Cgroup.file(pid, "cpu", "cpu.cfs_quota_us", "cpu.max"))
        .isIn("50000", "50000 100000");
    vch.docker(
            "update",
            "-m",
            "48m",
            "--memory-swap",
            "96m",
            "--cpus",
            "1",
            "--pids-limit",
            "20",
            "bound")
        .ok();
    assertThat(Cgroup.file(pid, "memory", "memory.limit_in_bytes", "memory.max"))
        .isEqualTo("50331648");
    assertThat(Cgroup.file(pid, "pids", "pids.max", "pids.max")).isEqualTo("20");
    assertThat(Cgroup.file(pid, "cpu", "cpu.cfs_quota_us", "cpu.max"))
        .isIn("100000", "100000 100000");
    assertThat(
            vch.docker(
                    "inspect",
                    "-f",
                    "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}",
                    "bound")
                .ok())
        .isEqualTo("50331648 1000000000 20");
    vch.docker("rm", "-f", "bound").ok();
    run("for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait", "--pids-limit", "4")
        .refused("can't fork");
    run("true", "-m", "1m").refused("Minimum memory limit allowed is 6MB");
    run("true", "--cpus", "1000").refused("ange of CPUs is from 0.01 to");
    run("true", "--cpuset-cpus", "77")
        .refused("Requested CPUs are not available - requested 77, available: 0");
  }

  @Test
  void who_takes_too_much_memory_is_killed_and_it_is_told() {
    vch.docker(
            "run",
            "--name",
            "greedy",
            "-m",
            "16m",
            "busybox",
            "sh",
            "-c",
            "x=$(head -c 100000000 /dev/zero | tr '\\0' a); echo no")
        .exits(137);
    assertThat(
            vch.docker("inspect", "-f", "{{.State.OOMKilled}} {{.State.ExitCode}}", "greedy").ok())
        .isEqualTo("true 137");
    vch.docker("rm", "greedy").ok();
  }

  @Test
  void capabilities_are_dockers_and_change_as_asked() throws IOException {
    long machineHas =
        hex(
            Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(l -> l.startsWith("CapBnd"))
                .findFirst()
                .orElseThrow());
    var status = "grep -E '^Cap(Eff|Bnd|Prm|Inh|Amb)' /proc/self/status";
    assertThat(inside(status).lines().map(SettingsTest::hex).toList())
        .containsExactly(
            0L,
            DEFAULT_CAPABILITIES & machineHas,
            DEFAULT_CAPABILITIES & machineHas,
            DEFAULT_CAPABILITIES & machineHas,
            0L);
    var effective = "grep CapEff /proc/self/status";
    assertThat(hex(inside(effective, "--cap-drop", "ALL"))).isZero();
    assertThat(hex(inside(effective, "--cap-drop", "ALL", "--cap-add", "CAP_CHOWN"))).isEqualTo(1);
    assertThat(hex(inside(effective, "--cap-drop", "chown")))
        .isEqualTo(DEFAULT_CAPABILITIES & machineHas & ~1L);
    assertThat(hex(inside(effective, "--cap-add", "ALL"))).isEqualTo(machineHas);
    assertThat(hex(inside(effective, "-u", "1000"))).isZero();
    run("true", "--cap-add", "NOSUCH")
        .refused("invalid CapAdd: unknown capability: \"CAP_NOSUCH\"");
  }

  private static long hex(String line) {
    return Long.parseUnsignedLong(line.split("\\s+")[1], 16);
  }

  @Test
  void the_default_profile_refuses_what_docker_refuses() {
    assertThat(
            inside(
                """
                        for try in 'unshare -m true' 'unshare -U true' 'mount -t tmpfs x /tmp' 'mknod /tmp/sda b 8 0' 'chroot / true' 'sysctl -w kernel.hostname=x' 'dmesg'; do
                          $try >/dev/null 2>&1 && echo "allowed $try"
                        done
                        grep '^Seccomp:' /proc/self/status
                        for hidden in /proc/kcore /proc/keys /proc/latency_stats /proc/timer_list /proc/sched_debug /proc/scsi /sys/firmware /proc/acpi /proc/asound; do
                          [ ! -e $hidden ] || [ -z "$(cat $hidden/* $hidden 2>/dev/null | head -c 1 | tr -d '\\000')" ] || echo "shown $hidden"
                        done
                        for sealed in /proc/sys/vm/swappiness /proc/sysrq-trigger /proc/irq /proc/bus /sys/kernel/mm; do
                          [ -w $sealed ] && touch $sealed 2>/dev/null && echo "writable $sealed"
                        done
                        true"""))
        .isEqualTo("allowed mknod /tmp/sda b 8 0\nallowed chroot / true\nSeccomp:\t2");
  }

  @Test
  void the_profile_can_be_lifted_and_privileges_can_be_given() {
    assertThat(
            inside(
                "unshare -U true && grep '^Seccomp:' /proc/self/status",
                "--security-opt",
                "seccomp=unconfined"))
        .isEqualTo("Seccomp:\t0");
    assertThat(
            inside(
                "unshare -m true && mount -t tmpfs x /tmp && echo mounted",
                "--cap-add",
                "SYS_ADMIN"))
        .isEqualTo("mounted");
    assertThat(
            inside(
                "mount -t tmpfs x /tmp && echo mounted; grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status; [ $(ls /dev | wc -l) -gt 20 ] && echo devices; [ -w /proc/sys/vm/swappiness ] && echo writable",
                "--privileged"))
        .isEqualTo("mounted\nNoNewPrivs:\t0\nSeccomp:\t0\ndevices\nwritable");
    assertThat(inside("grep NoNewPrivs /proc/self/status", "--security-opt", "no-new-privileges"))
        .isEqualTo("NoNewPrivs:\t1");
    run("true", "--security-opt", "nonsense=1").refused("invalid --security-opt");
  }

  @Test
  void a_read_only_root_leaves_mounts_writable() {
    assertThat(
            inside(
                "touch /x || echo sealed; touch /t/x && touch /v/x && touch /dev/shm/x && echo open; echo x >/etc/hosts || echo sealed too",
                "--read-only",
                "--tmpfs",
                "/t",
                "-v",
                "/v"))
        .isEqualTo("sealed\nopen\nsealed too");
  }

  @Test
  void limits_of_processes_and_settings_of_the_kernel() {
    assertThat(
            inside(
                "ulimit -Sn; ulimit -Hn; ulimit -Sc",
                "--ulimit",
                "nofile=100:200",
                "--ulimit",
                "core=0"))
        .isEqualTo("100\n200\n0");
    assertThat(
            inside(
                "cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/msgmax",
                "--sysctl",
                "net.ipv4.ip_unprivileged_port_start=77",
                "--sysctl",
                "kernel.msgmax=4096"))
        .isEqualTo("77\n4096");
    assertThat(inside("cat /proc/sys/net/ipv4/ip_unprivileged_port_start"))
        .as("as with Docker")
        .isEqualTo("0");
    vch.api(
            "POST",
            "/containers/create",
            "-H",
            "Content-Type: application/json",
            "-d",
            "{\"Image\":\"busybox\",\"HostConfig\":{\"Sysctls\":{\"vm.swappiness\":\"1\"}}}")
        .saying("400")
        .saying("vm.swappiness");
    run("true", "--ulimit", "nofile=300:200")
        .refused("ulimit soft limit must be less than or equal to hard limit: 300 > 200");
  }

  @Test
  void an_init_takes_in_orphans() {
    assertThat(inside("ps -o pid,args | head -2 | tail -1", "--init"))
        .matches("1 /sbin/docker-init -- sh -c .*");
    run("exit 6", "--init").exits(6);
  }

  @Test
  void names_and_resolvers_can_be_added() {
    assertThat(
            inside(
                "cat /etc/hosts",
                "--add-host",
                "db.example:10.1.2.3",
                "--add-host",
                "six=2001:db8::1",
                "--add-host",
                "machine:host-gateway"))
        .contains("10.1.2.3\tdb.example")
        .contains("2001:db8::1\tsix")
        .containsPattern("(?m)^192\\.168\\.218\\.1\tmachine$");
    assertThat(
            inside(
                "cat /etc/resolv.conf",
                "--dns",
                "192.0.2.1",
                "--dns-search",
                "one.example",
                "--dns-search",
                "two.example",
                "--dns-option",
                "ndots:3"))
        .isEqualTo("nameserver 172.16.0.1\nsearch one.example two.example\noptions ndots:3");
    run("true", "--add-host", "nonsense").refused("bad format for add-host: \"nonsense\"");
    run("true", "--dns", "nonsense").refused("nonsense");
  }

  @Test
  void devices_are_given_one_by_one() {
    assertThat(
            inside(
                "ls -l /dev/xnull; echo x >/dev/xnull && echo written",
                "--device",
                "/dev/null:/dev/xnull:rw"))
        .contains("1,   3")
        .contains("written");
    assertThat(inside("ls /dev").lines())
        .contains(
            "null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm", "mqueue",
            "fd", "stdin", "stdout", "stderr")
        .hasSizeLessThan(20);
    run("true", "--device", "/dev/nosuch")
        .refused("error gathering device information while adding custom device \"/dev/nosuch\"");
  }

  @Test
  void what_was_asked_for_can_be_read_back(@TempDir Path here) throws IOException {
    var file = here.resolve("cid");
    var id =
        vch.docker(
                "create",
                "--name",
                "asked",
                "--cidfile",
                file.toString(),
                "--stop-signal",
                "SIGQUIT",
                "--stop-timeout",
                "3",
                "--restart",
                "on-failure:5",
                "-l",
                "a=b",
                "-h",
                "hh",
                "--cap-add",
                "NET_ADMIN",
                "--dns",
                "192.0.2.1",
                "-v",
                "vv:/v:ro",
                "--tmpfs",
                "/t",
                "-p",
                "127.0.0.1:8080:80/tcp",
                "--expose",
                "81/udp",
                "-it",
                "busybox",
                "sh")
            .ok();
    assertThat(file).hasContent(id);
    assertThat(
            vch.docker(
                    "inspect",
                    "-f",
                    "{{.Config.StopSignal}} {{.Config.StopTimeout}} {{.HostConfig.RestartPolicy.Name}}:{{.HostConfig.RestartPolicy.MaximumRetryCount}} {{.Config.Labels.a}} {{.Config.Hostname}} {{json .HostConfig.CapAdd}} {{json .HostConfig.Dns}} {{json .HostConfig.Binds}} {{json .HostConfig.Tmpfs}} {{json .HostConfig.PortBindings}} {{json .Config.ExposedPorts}} {{.Config.Tty}} {{.Config.OpenStdin}}",
                    "asked")
                .ok())
        .isEqualTo(
            "SIGQUIT 3 on-failure:5 b hh [\"CAP_NET_ADMIN\"] [\"192.0.2.1\"] [\"vv:/v:ro\"] {\"/t\":\"\"} {\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"8080\"}]} {\"80/tcp\":{},\"81/udp\":{}} true true");
    assertThat(
            vch.docker(
                    "inspect",
                    "-f",
                    "{{range .Mounts}}{{.Type}} {{.Name}} {{.Destination}} {{.RW}};{{end}}",
                    "asked")
                .ok())
        .contains("volume vv /v false;");
    vch.docker("rm", "asked").ok();
    vch.docker("volume", "rm", "vv").ok();
  }

  @Test
  void what_is_not_offered_is_refused_by_name() {
    run("true", "--gpus", "all").refused("not offered");
    run("true", "--runtime", "nosuch").refused("nosuch");
    run("true", "--network", "host").refused("host");
    run("true", "--device-cgroup-rule", "nonsense").refused("nonsense");
    run("true", "--log-driver", "syslog").refused("syslog");
  }
}
