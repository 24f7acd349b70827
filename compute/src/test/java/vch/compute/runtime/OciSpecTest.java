package vch.compute.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vch.portlayer.container.Limits;
import vch.portlayer.container.Mount;
import vch.portlayer.container.Ulimit;
import vch.portlayer.refusal.Refusal;
import vch.testkit.Golden;

class OciSpecTest {
  private static final String ID = "c0ffee".repeat(11).substring(0, 64);
  private static final long ALL = (1L << 41) - 1;
  private static final DeviceNode NULL = new DeviceNode("/dev/null", 'c', 1, 3, 0666, 0, 0);
  private static final DeviceNode VDA = new DeviceNode("/dev/vda", 'b', 254, 0, 0660, 0, 6);
  private static final DeviceNode FUSE = new DeviceNode("/dev/fuse", 'c', 10, 229, 0666, 0, 0);
  private static final Host V1 = new Host(false, true, true, true, "x86_64", ALL);
  private static final Host V2 = new Host(true, true, true, true, "aarch64", ALL);
  private final OciSpec spec = new OciSpec(Seccomp.standard());

  private static Specimen specimen(String... arguments) {
    return Specimen.of(ID, arguments);
  }

  private static SpecInputs inputs(
      Host host, Identity identity, Map<String, Long> joined, SpecInputs.GrantedDevice... devices) {
    var bundle = new Bundle(Path.of("/run/pl/c/c0ffeec0ffee"));
    return new SpecInputs(
        Path.of("/run/pl/m/c0ffeec0ffee"),
        Path.of("/run/pl/netns/c-c0ffee-1"),
        false,
        bundle.resolvConf(),
        bundle.hosts(),
        bundle.hostname(),
        Map.of("data", Path.of("/var/lib/pl/volumes/0123456789ab/data/_data")),
        Map.of("/tools", bundle.parts().resolve("0")),
        identity,
        List.of(devices),
        Map.of("/dev/vda", VDA),
        List.of(NULL, FUSE),
        Optional.empty(),
        joined,
        Optional.of(Path.of("/usr/bin/tini-static")),
        "/portlayer-1/" + ID,
        host);
  }

  private String json(Specimen specimen, SpecInputs in) {
    return json(spec.of(specimen.container(), in));
  }

  private static String json(ObjectNode node) {
    return JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValueAsString(node)
        + "\n";
  }

  /// The filter has a golden file of its own.
  private String withoutFilter(Specimen specimen, SpecInputs in) {
    var node = spec.of(specimen.container(), in);
    ((ObjectNode) node.get("linux"))
        .put("seccomp", node.path("linux").has("seccomp") ? "the filter" : "none");
    return json(node);
  }

  @Test
  void plain() {
    Golden.check(
        "oci/plain.json",
        withoutFilter(specimen("sh", "-c", "echo hi"), inputs(V1, Identity.ROOT, Map.of())));
  }

  @Test
  void the_default_filter() {
    Golden.check(
        "oci/seccomp.json",
        json(Seccomp.standard().compile(Capabilities.DEFAULT, "x86_64", false)));
    Golden.check(
        "oci/seccomp-admin-aarch64.json",
        json(Seccomp.standard().compile(List.of("CAP_SYS_ADMIN"), "aarch64", false)));
  }

  /// Programs of 32 bits open sockets of which no filter sees the family.
  @Test
  void who_has_raw_sockets_and_is_guarded_gets_none_that_nobody_sees() {
    var both = List.of("SCMP_ARCH_X86_64", "SCMP_ARCH_X86");
    assertThat(architectures(Capabilities.DEFAULT, false)).isEqualTo(both);
    assertThat(architectures(List.of(), true)).isEqualTo(both);
    assertThat(architectures(Capabilities.DEFAULT, true)).containsExactly("SCMP_ARCH_X86_64");
  }

  private static List<String> architectures(Collection<String> capabilities, boolean guarded) {
    var filter = Seccomp.standard().compile(capabilities, "x86_64", guarded);
    return filter.path("architectures").valueStream().map(JsonNode::asString).toList();
  }

  @Test
  void bounded_with_a_terminal_on_cgroup_2() {
    var bounded =
        specimen("sh")
            .tty()
            .environment("TERM=vt100", "A=b")
            .limits(
                new Limits(64 << 20, 0, 32 << 20, 1_500_000_000, 512, 0, 0, "0-1", "0", 100, -500))
            .ulimits(new Ulimit("nofile", 1024, -1))
            .sysctls(Map.of("net.core.somaxconn", "1024"))
            .shm(1 << 20)
            .init();
    Golden.check("oci/bounded.json", withoutFilter(bounded, inputs(V2, Identity.ROOT, Map.of())));
  }

  @Test
  void confined_user() {
    var confined =
        specimen("id")
            .user("worker")
            .workingDirectory("/work")
            .capabilities(List.of("net_admin", "CAP_SYS_TIME"), List.of("ALL"))
            .readOnlyRoot()
            .noNewPrivileges()
            .seccomp("unconfined");
    Golden.check(
        "oci/confined.json",
        withoutFilter(
            confined, inputs(V1, new Identity(1000, 1000, List.of(1000L, 29L)), Map.of())));
  }

  @Test
  void privileged() {
    Golden.check(
        "oci/privileged.json",
        withoutFilter(specimen("sh").privileged(), inputs(V1, Identity.ROOT, Map.of())));
  }

  @Test
  void mounts_and_devices() {
    var mounted =
        specimen("sh")
            .mounts(
                new Mount(Mount.Kind.BIND, "/srv/www", "/www/deep", true, List.of(), ""),
                new Mount(Mount.Kind.VOLUME, "data", "/www", false, List.of("nocopy"), ""),
                new Mount(
                    Mount.Kind.BIND, "/srv/shared", "/shared", false, List.of("rslave", "z"), ""),
                new Mount(Mount.Kind.TMPFS, "", "/scratch", false, List.of("exec", "size=1m"), ""),
                new Mount(Mount.Kind.TMPFS, "", "/dev/shm", false, List.of(), ""),
                new Mount(Mount.Kind.BIND, "/srv/hosts", "/etc/hosts", true, List.of(), ""),
                Mount.ofImage(Specimen.IMAGE, "busybox", "/tools", ""));
    Golden.check(
        "oci/mounts.json",
        withoutFilter(
            mounted,
            inputs(
                V1,
                Identity.ROOT,
                Map.of(),
                new SpecInputs.GrantedDevice(FUSE.at("/dev/myfuse"), "rw"))));
  }

  @Test
  void joined_namespaces() {
    var joined =
        specimen("sh")
            .namespaces(
                Map.of(
                    "pid", "container:" + ID, "uts", "host", "ipc", "host", "cgroup", "private"));
    Golden.check(
        "oci/joined.json", withoutFilter(joined, inputs(V1, Identity.ROOT, Map.of(ID, 4711L))));
  }

  @Test
  void what_cannot_be_is_refused_with_a_sentence() {
    var in = inputs(V1, Identity.ROOT, Map.of());
    assertRefused(
        specimen("x").capabilities(List.of("FLY"), List.of()),
        in,
        "invalid CapAdd: unknown capability: \"CAP_FLY\"");
    assertRefused(
        mount("www", "/a", "rw"), in, "invalid mount path: 'www' mount path must be absolute");
    assertRefused(mount("/", "/a", "rw"), in, "invalid specification: destination can't be '/'");
    assertRefused(mount("/www", "/a", "quickly"), in, "invalid mode: quickly");
    assertRefused(specimen("x").seccomp("{"), in, "the seccomp profile is not JSON");
    assertRefused(specimen("x").seccomp("{}"), in, "the seccomp profile has no defaultAction");
    assertRefused(
        specimen("x").namespaces(Map.of("pid", "container:dead")),
        in,
        "cannot join the pid namespace of a non running container: container dead is not running");
    var noInit =
        new SpecInputs(
            in.root(),
            in.network(),
            false,
            in.resolvConf(),
            in.hosts(),
            in.hostname(),
            Map.of(),
            Map.of(),
            in.identity(),
            List.of(),
            Map.of(),
            List.of(),
            Optional.empty(),
            Map.of(),
            Optional.empty(),
            in.cgroupsPath(),
            V1);
    assertRefused(
        specimen("x").init(),
        noInit,
        "an init process was asked for, but the machine has none to offer");
    assertRefused(
        specimen("x").mounts(new Mount(Mount.Kind.VOLUME, "lost", "/l", false, List.of(), "")),
        in,
        "get lost: no such volume");
  }

  private static Specimen mount(String target, String source, String option) {
    return specimen("x")
        .mounts(new Mount(Mount.Kind.BIND, source, target, false, List.of(option), ""));
  }

  private void assertRefused(Specimen specimen, SpecInputs in, String message) {
    assertThatThrownBy(() -> json(specimen, in))
        .isInstanceOf(Refusal.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void what_is_mounted_below_is_read_only_too_unless_it_may_not_be() {
    var new512 = inputs(new Host(true, true, true, true, "x86_64", ALL), Identity.ROOT, Map.of());
    var old = inputs(new Host(true, true, true, false, "x86_64", ALL), Identity.ROOT, Map.of());
    assertThat(readOnly(new512)).contains("rro");
    assertThat(readOnly(new512, "rprivate")).contains("rro");
    assertThat(readOnly(new512, "rslave")).contains("ro");
    assertThat(readOnly(new512, "ro-top")).contains("ro");
    assertThat(readOnly(new512, "rro", "rslave")).contains("rro");
    assertThat(readOnly(old)).contains("ro");
    assertThatThrownBy(() -> readOnly(old, "rro"))
        .hasMessage(
            "cannot mount /from read-only with all that is mounted below it: that needs Linux 5.12");
  }

  private List<String> readOnly(SpecInputs in, String... options) {
    var mount = new Mount(Mount.Kind.BIND, "/from", "/to", true, List.of(options), "");
    for (var each : spec.of(specimen("x").mounts(mount).container(), in).path("mounts")) {
      if (each.path("destination").stringValue().equals("/to")) {
        var found = new java.util.ArrayList<String>();
        each.path("options").forEach(o -> found.add(o.stringValue()));
        return found;
      }
    }
    throw new AssertionError("not mounted");
  }

  @Test
  void more_swap_than_there_can_be_is_no_limit() {
    var most = new Limits(Long.MAX_VALUE, 0, 0, 0, 0, 0, 0, "", "", -1, 0);
    var node =
        spec.of(
            specimen("x").limits(most).container(),
            inputs(new Host(true, true, true, true, "x86_64", ALL), Identity.ROOT, Map.of()));
    assertThat(node.at("/linux/resources/memory/swap").asLong()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void no_swap_bound_where_the_kernel_has_none() {
    var host = new Host(false, false, false, false, "x86_64", ALL);
    var node =
        spec.of(
            specimen("x").limits(new Limits(1 << 20, 0, 0, 0, 0, 0, 0, "", "", -1, 0)).container(),
            inputs(host, Identity.ROOT, Map.of()));
    assertThat(node.at("/linux/resources/memory").has("swap")).isFalse();
    assertThat(node.at("/linux/resources/pids/limit").asLong()).isEqualTo(-1);
    assertThat(node.path("linux").has("seccomp")).isFalse();
  }

  @Test
  void capabilities_can_be_all_but_some() {
    assertThat(Capabilities.granted(List.of("ALL"), List.of("SYS_ADMIN"), false, ALL))
        .hasSize(40)
        .doesNotContain("CAP_SYS_ADMIN");
    assertThat(Capabilities.granted(List.of(), List.of("all"), false, ALL)).isEmpty();
    assertThat(Capabilities.granted(List.of(), List.of("cap_chown"), false, ALL))
        .hasSize(13)
        .doesNotContain("CAP_CHOWN");
    assertThat(Capabilities.granted(List.of(), List.of(), true, 0b101))
        .containsExactly("CAP_CHOWN", "CAP_DAC_READ_SEARCH");
  }
}
