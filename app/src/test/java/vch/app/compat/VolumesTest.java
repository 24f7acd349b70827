package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Volumes by the docker CLI: options of the local driver, filters, refusals, events.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VolumesTest {
  private final TestVch vch = TestVch.alone("blue");
  private final TestMachine machine = vch.machine();

  @AfterAll
  void stop() {
    machine.close();
  }

  private Ran busybox(String mount, String script) {
    return vch.docker(
        "run", "--rm", "--net", "none", "--mount", mount, "busybox", "sh", "-c", script);
  }

  private String mountpoint(String volume) {
    return vch.docker("volume", "inspect", "-f", "{{.Mountpoint}}", volume).ok();
  }

  private boolean mounted(String volume) throws IOException {
    return Files.readString(java.nio.file.Path.of("/proc/self/mountinfo"))
        .contains(" " + mountpoint(volume) + " ");
  }

  @Test
  void a_tmpfs_volume_is_one_for_all_that_use_it_and_gone_with_the_last() throws IOException {
    vch.docker(
            "volume",
            "create",
            "-o",
            "type=tmpfs",
            "-o",
            "device=tmpfs",
            "-o",
            "o=size=5m,uid=1000",
            "mem")
        .ok();
    assertThat(vch.docker("volume", "inspect", "-f", "{{json .Options}}", "mem").ok())
        .isEqualTo("{\"device\":\"tmpfs\",\"o\":\"size=5m,uid=1000\",\"type\":\"tmpfs\"}");
    vch.docker(
            "run", "-d", "--name", "holds", "--net", "none", "-v", "mem:/m", "busybox", "sleep",
            "600")
        .ok();
    assertThat(busybox("type=volume,src=mem,dst=/m", "grep ' /m ' /proc/mounts; echo x >/m/x").ok())
        .startsWith("tmpfs /m tmpfs rw,relatime,size=5120k,uid=1000");
    assertThat(vch.docker("exec", "holds", "cat", "/m/x").ok()).isEqualTo("x");
    assertThat(mounted("mem")).isTrue();
    vch.docker("rm", "-f", "holds").ok();
    assertThat(mounted("mem")).isFalse();
    assertThat(busybox("type=volume,src=mem,dst=/m", "ls /m").ok()).isEmpty();
    vch.docker("volume", "rm", "mem").ok();
  }

  @Test
  void a_part_of_a_volume_is_mounted_and_nothing_else_whatever_links_say() {
    vch.docker("volume", "create", "parts").ok();
    busybox(
            "type=volume,src=parts,dst=/v",
            "mkdir -p /v/in/deep; echo part >/v/in/deep/f; echo beside >/v/beside;"
                + " ln -s /../../../../../../etc /v/out; ln -s in/deep /v/short")
        .ok();
    var part = "type=volume,src=parts,dst=/p,volume-subpath=";
    assertThat(busybox(part + "in/deep", "cat /p/f; ls /p; echo more >/p/g").ok())
        .isEqualTo("part\nf");
    assertThat(busybox(part + "short", "ls /p").ok()).isEqualTo("f\ng");
    assertThat(busybox(part + "beside", "cat /p").ok()).isEqualTo("beside");
    busybox(part + "out", "true")
        .refused("cannot access path out of volume parts: no such file or directory");
    busybox(part + "none", "true").refused("cannot access path none of volume parts");
    busybox(part + "../x", "true").refused("subpath must be a relative path within the volume");
    vch.docker("create", "--name", "still", "--mount", part + "in/deep", "busybox").ok();
    assertThat(vch.docker("cp", "still:/p/f", "-").ok()).contains("part");
    assertThat(
            vch.docker(
                    "inspect",
                    "-f",
                    "{{(index .HostConfig.Mounts 0).VolumeOptions.Subpath}}",
                    "still")
                .ok())
        .isEqualTo("in/deep");
    vch.docker("rm", "still").ok();
    vch.docker("volume", "rm", "parts").ok();
  }

  @Test
  void a_bind_volume_shows_a_directory_of_the_machine_which_outlives_it() throws IOException {
    var directory = Files.createDirectories(machine.directory("shared"));
    Files.writeString(directory.resolve("f"), "hi");
    var options =
        "volume-driver=local,volume-opt=type=none,\"volume-opt=o=bind\",volume-opt=device="
            + directory;
    assertThat(
            busybox("type=volume,src=shown,dst=/m," + options, "cat /m/f; echo new >/m/new").ok())
        .isEqualTo("hi");
    assertThat(directory.resolve("new")).hasContent("new");
    vch.docker("volume", "rm", "shown").ok();
    assertThat(directory.resolve("f")).hasContent("hi");
  }

  @Test
  void what_cannot_be_mounted_is_told_when_a_container_starts() {
    vch.docker(
            "volume", "create", "-o", "type=none", "-o", "device=/no/such", "-o", "o=bind", "bad")
        .ok();
    busybox("type=volume,src=bad,dst=/m", "ls")
        .refused(
            "failed to mount local volume: mount /no/such:"
                + mountpoint("bad")
                + ", flags: 0x1000: no such file or directory");
    vch.docker("volume", "create", "-o", "foo=bar", "x1")
        .refused("create x1: invalid option: \"foo\"");
    vch.docker("volume", "create", "-o", "type=tmpfs", "x2")
        .refused("create x2: missing required option: \"device\"");
    vch.docker("volume", "create", "-d", "nosuch", "x3")
        .refused("create x3: error looking up volume plugin nosuch: plugin \"nosuch\" not found");
    vch.docker("volume", "create", "x").refused("volume name is too short");
  }

  @Test
  void volumes_are_listed_kept_while_used_and_pruned() {
    vch.docker("volume", "create", "--label", "a=b", "listed").ok();
    vch.docker("volume", "create").ok();
    assertThat(vch.docker("volume", "ls", "-q", "--filter", "label=a=b").ok()).isEqualTo("listed");
    assertThat(vch.docker("volume", "ls", "-q", "--filter", "name=^listed$").ok())
        .isEqualTo("listed");
    assertThat(vch.docker("volume", "ls", "-q", "--filter", "driver=nosuch").ok()).isEmpty();
    vch.docker("create", "--name", "user", "-v", "listed:/l", "busybox").ok();
    vch.docker("volume", "rm", "listed").refused("remove listed: volume is in use - [");
    vch.docker("volume", "prune", "-f").saying("Deleted Volumes:");
    vch.docker("volume", "prune", "-af").ok();
    assertThat(vch.docker("volume", "ls", "-q", "--filter", "dangling=false").ok())
        .contains("listed");
    vch.docker("rm", "user").ok();
    vch.docker("volume", "prune", "-af", "--filter", "label!=a").ok();
    assertThat(vch.docker("volume", "ls", "-q").ok()).contains("listed");
    vch.docker("volume", "rm", "listed").ok();
    vch.docker("volume", "rm", "listed").refused("get listed: no such volume");
    vch.docker("volume", "rm", "-f", "listed").ok();
  }

  @Test
  void what_is_mounted_below_a_read_only_bind_is_read_only_too_unless_asked() {
    var write = "touch /d/shm/probe && rm /d/shm/probe && echo written";
    var bind = "type=bind,src=/dev,dst=/d,readonly";
    busybox(bind, write).refused("Read-only file system");
    busybox(bind + ",bind-recursive=readonly,bind-propagation=rprivate", write)
        .refused("Read-only file system");
    assertThat(busybox(bind + ",bind-recursive=writable", write).ok()).isEqualTo("written");
    busybox(bind + ",bind-recursive=writable", "touch /d/probe").refused("Read-only file system");
  }

  @Test
  void using_a_volume_is_an_event() {
    vch.docker("volume", "create", "told").ok();
    vch.docker("run", "--rm", "--net", "none", "-v", "told:/t:ro", "busybox", "true").ok();
    var events =
        vch.docker(
                "events",
                "--since",
                "1h",
                "--until",
                java.time.Instant.now().toString(),
                "--filter",
                "volume=told",
                "--format",
                "{{.Action}} {{.Actor.Attributes.destination}} {{index .Actor.Attributes \"read/write\"}}")
            .ok();
    assertThat(events.lines()).contains("mount /t false").anyMatch(l -> l.startsWith("unmount"));
    vch.docker("volume", "rm", "told").ok();
  }
}
