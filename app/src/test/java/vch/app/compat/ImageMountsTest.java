package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// `--mount type=image` by the docker CLI.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImageMountsTest {
  private final TestVch vch = TestVch.alone("blue");
  private final TestMachine machine = vch.machine();

  @AfterAll
  void stop() {
    machine.close();
  }

  /// An image over busybox, in which /etc/group is gone and links lead everywhere.
  @BeforeAll
  void image() {
    image("tools", "first");
  }

  private void image(String name, String word) {
    var script =
        "mkdir -p /opt/deep; echo "
            + word
            + " >/opt/deep/f; echo one >/opt/file; rm /etc/group;"
            + " ln -s /opt/deep /short; ln -s /../../../../../../etc/hostname /out; ln -s /../../proc/1 /gone";
    vch.docker("run", "--name", "maker", "--net", "none", "busybox", "sh", "-c", script).ok();
    vch.docker("commit", "maker", name).ok();
    vch.docker("rm", "maker").ok();
  }

  private Ran busybox(String mount, String script) {
    return vch.docker(
        "run", "--rm", "--net", "none", "--mount", mount, "busybox", "sh", "-c", script);
  }

  private static String part(String path) {
    return "type=image,source=tools,target=/t,image-subpath=" + path;
  }

  @Test
  void the_files_of_an_image_are_there_and_stay_as_they_are() {
    var all = "type=image,source=tools,target=/t";
    assertThat(busybox(all, "cat /t/opt/deep/f /t/short/f 2>&1; ls /t/etc/group 2>&1").out())
        .isEqualTo(
            "first\ncat: can't open '/t/short/f': No such file or directory\n"
                + "ls: /t/etc/group: No such file or directory\n");
    for (var change : List.of("echo x >/t/x", "rm /t/opt/file", "mkdir /t/opt/d", "chmod 0 /t")) {
      busybox(all, change).refused("Read-only file system");
    }
    busybox(all + ",readonly", "touch /t/x").refused("Read-only file system");
    vch.docker(
            "run",
            "--rm",
            "--privileged",
            "--net",
            "none",
            "--mount",
            all,
            "busybox",
            "sh",
            "-c",
            "mount -o remount,rw /t; touch /t/x")
        .refused("Read-only file system");
    assertThat(busybox(all, "ls /t/opt").ok()).isEqualTo("deep\nfile");
  }

  @Test
  void a_part_of_an_image_never_leads_out_of_it() {
    assertThat(busybox(part("opt/deep"), "ls /t").ok()).isEqualTo("f");
    assertThat(busybox(part("short"), "cat /t/f").ok()).isEqualTo("first");
    assertThat(busybox(part("opt/file"), "cat /t").ok()).isEqualTo("one");
    for (var none : List.of("none", "out", "gone", "opt/file/x")) {
      busybox(part(none), "true")
          .refused("cannot access path " + none + " of image tools: no such file or directory");
    }
    busybox(part("../x"), "true").refused("subpath must be a relative path within the volume");
    busybox(part("/opt"), "true").refused("subpath must be a relative path within the volume");
    assertThat(vch.docker("ps", "-aq", "--filter", "volume=tools").ok()).isEmpty();
  }

  @Test
  void inspect_and_lists_tell_it_and_other_containers_take_it_over() {
    vch.docker(
            "create",
            "--name",
            "first",
            "--mount",
            part("opt") + ",readonly",
            "-v",
            "/t/deep",
            "busybox",
            "ls",
            "/t")
        .ok();
    assertThat(vch.inspect("first", "{{json (index .HostConfig.Mounts 0)}}"))
        .isEqualTo(
            "{\"Type\":\"image\",\"Source\":\"tools\",\"Target\":\"/t\",\"ReadOnly\":true,\"ImageOptions\":{\"Subpath\":\"opt\"}}");
    var mount =
        "{\"Type\":\"image\",\"Name\":\"tools\",\"Source\":\"\",\"Destination\":\"/t\",\"Mode\":\"\",\"RW\":false,\"Propagation\":\"rprivate\"}";
    assertThat(vch.inspect("first", "{{json .Mounts}}")).contains(mount);
    vch.docker("create", "--name", "second", "--volumes-from", "first", "busybox", "ls", "/t").ok();
    assertThat(vch.inspect("second", "{{json .Mounts}}")).contains(mount);
    assertThat(vch.docker("start", "-a", "second").ok()).isEqualTo("deep\nfile");
    assertThat(vch.docker("ps", "-a", "--filter", "volume=tools", "--format", "{{.Names}}").ok())
        .isEqualTo("second\nfirst");
    vch.docker("rm", "-v", "first", "second").ok();
  }

  @Test
  void files_are_copied_out_whether_it_runs_or_not_and_never_in() {
    vch.docker(
            "create",
            "--name",
            "copied",
            "--net",
            "none",
            "--mount",
            part("opt"),
            "busybox",
            "sleep",
            "600")
        .ok();
    for (int i = 0; i < 2; i++) {
      assertThat(vch.docker("cp", "copied:/t/deep/f", "-").ok()).contains("first");
      var outside = machine.directory("copied-" + i);
      vch.docker("cp", "copied:/t", outside.toString()).ok();
      assertThat(outside.resolve("file")).hasContent("one");
      vch.docker("cp", outside.resolve("file").toString(), "copied:/t/new")
          .refused("mounted volume is marked read-only");
      vch.docker("start", "copied").ok();
    }
    vch.docker("rm", "-f", "copied").ok();
  }

  @Test
  void an_image_that_is_mounted_is_in_use() {
    image("used", "held");
    vch.docker("create", "--name", "keeper", "tools").ok(); // of an image that other tests need
    vch.docker(
            "create",
            "--name",
            "user",
            "--net",
            "none",
            "--mount",
            "type=image,source=used,target=/t",
            "busybox",
            "cat",
            "/t/opt/deep/f")
        .ok();
    var id = vch.inspect("user", "{{.Id}}").substring(0, 12);
    vch.docker("rmi", "used")
        .refused(
            "conflict: unable to remove repository reference \"used:latest\" (must force) - container "
                + id
                + " is using its referenced image ");
    vch.docker("image", "prune", "-af").ok();
    vch.docker("image", "prune", "-af", "--filter", "until=0s").ok();
    assertThat(vch.docker("images", "-q", "used").ok()).isNotEmpty();
    assertThat(vch.docker("start", "-a", "user").ok()).isEqualTo("held");
    image("used", "other"); // the name moves on, the container does not
    assertThat(vch.docker("start", "-a", "user").ok()).isEqualTo("held");
    vch.docker("rmi", "-f", "used").ok();
    assertThat(vch.docker("start", "-a", "user").ok()).isEqualTo("held");
    vch.docker("rm", "user", "keeper").ok();
    assertThat(vch.docker("images", "-q", "used").ok()).isEmpty();
  }

  @Test
  void an_image_that_is_not_there_is_not_found_and_older_clients_know_no_such_mount() {
    vch.docker(
            "create",
            "--name",
            "never",
            "--pull",
            "never",
            "--mount",
            "type=image,source=nosuch,target=/t",
            "busybox")
        .refused("No such image: nosuch:latest");
    var body =
        "{\"Image\":\"busybox\",\"HostConfig\":{\"Mounts\":[{\"Type\":\"image\",\"Source\":\"SOURCE\",\"Target\":\"/t\"}]}}";
    assertThat(create("/v1.48", body.replace("SOURCE", "nosuch")))
        .isEqualTo("{\"message\":\"No such image: nosuch:latest\"}\n\n404");
    assertThat(create("/v1.47", body.replace("SOURCE", "tools")))
        .isEqualTo("{\"message\":\"Mount type \\\"Image\\\" needs API v1.48 or newer\"}\n\n400");
    vch.docker("inspect", "never").refused("o such object: never");
  }

  private String create(String version, String body) {
    return vch.api(
            "POST",
            version + "/containers/create",
            "-H",
            "Content-Type: application/json",
            "-d",
            body)
        .out();
  }

  @Test
  void it_stays_over_daemons_that_end_and_nothing_is_left_of_it() throws IOException {
    var mount = "type=image,source=tools,target=/t";
    vch.docker(
            "run",
            "-d",
            "--name",
            "lasting",
            "--net",
            "none",
            "--mount",
            mount,
            "--mount",
            part("short").replace("/t", "/p"),
            "busybox",
            "sleep",
            "600")
        .ok();
    var before = mounts();
    machine.killDaemon();
    machine.startDaemon();
    assertThat(vch.in("lasting", "cat", "/t/opt/deep/f", "/p/f").ok()).isEqualTo("first\nfirst");
    assertThat(vch.docker("cp", "lasting:/p/f", "-").ok()).contains("first");
    vch.docker("restart", "-t", "0", "lasting").ok();
    assertThat(vch.in("lasting", "cat", "/t/opt/deep/f", "/p/f").ok()).isEqualTo("first\nfirst");
    assertThat(mounts()).containsExactlyInAnyOrderElementsOf(before);
    machine.stopDaemon();
    machine.startDaemon();
    vch.docker("restart", "-t", "0", "lasting").ok();
    vch.docker("rm", "-f", "lasting").ok();
    assertThat(mounts()).isEmpty();
    try (var left = Files.list(machine.run.resolve("m"))) {
      assertThat(left).isEmpty();
    }
  }

  /// Overlays and what is staged below the run directory.
  private List<String> mounts() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .map(l -> l.split(" ")[4])
        .filter(
            m ->
                m.startsWith(machine.run.resolve("m").toString())
                    || m.startsWith(machine.run.resolve("c") + "/") && m.contains("/parts/"))
        .toList();
  }
}
