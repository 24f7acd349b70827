package vch.api.docker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.ApiVersion;
import vch.api.docker.Json;
import vch.engine.compute.Images;
import vch.portlayer.container.Mount;
import vch.portlayer.container.NameLink;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.RestartPolicy;
import vch.portlayer.refusal.Refusal;
import vch.testkit.Golden;

class CreateRequestTest {
  private static final JsonMapper PRETTY =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  @Test
  void a_request_of_the_docker_cli() throws Exception {
    check(
        "cli.txt",
        "1.50",
        """
        {"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":true,"AttachStderr":true,"ExposedPorts":{"80/tcp":{}},
         "Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":["A=b","LANG=de"],"Cmd":["httpd","-f"],"Image":"busybox","Volumes":{},"WorkingDir":"",
         "Entrypoint":null,"OnBuild":null,"Labels":{"team":"x"},
         "HostConfig":{"Binds":["/tmp:/t:ro","data:/d"],"ContainerIDFile":"","LogConfig":{"Type":"","Config":{}},"NetworkMode":"default",
          "PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}],"53/udp":[{"HostIp":"127.0.0.1","HostPort":""}],"90/tcp":[]},
          "RestartPolicy":{"Name":"on-failure","MaximumRetryCount":3},"AutoRemove":false,"VolumeDriver":"","VolumesFrom":null,"ConsoleSize":[0,0],
          "CapAdd":["net_admin"],"CapDrop":["CAP_MKNOD"],"Dns":["9.9.9.9"],"DnsOptions":["ndots:1"],"DnsSearch":["example.com"],
          "ExtraHosts":["db:10.0.0.1","six:[::1]","me:host-gateway"],"GroupAdd":["audio"],"IpcMode":"","Cgroup":"","Links":["web1:db"],"OomScoreAdj":5,"PidMode":"",
          "Privileged":false,"PublishAllPorts":true,"ReadonlyRootfs":true,"SecurityOpt":["no-new-privileges","seccomp=unconfined"],"UTSMode":"","UsernsMode":"",
          "ShmSize":0,"Isolation":"","CpuShares":512,"Memory":67108864,"NanoCpus":1500000000,"CgroupParent":"","BlkioWeight":0,"BlkioWeightDevice":[],
          "BlkioDeviceReadBps":[],"BlkioDeviceWriteBps":[],"BlkioDeviceReadIOps":[],"BlkioDeviceWriteIOps":[],"CpuPeriod":0,"CpuQuota":0,
          "CpuRealtimePeriod":0,"CpuRealtimeRuntime":0,"CpusetCpus":"0-1","CpusetMems":"","Devices":[{"PathOnHost":"/dev/fuse","PathInContainer":"/dev/fuse","CgroupPermissions":"rw"}],
          "DeviceCgroupRules":null,"DeviceRequests":null,"MemoryReservation":0,"MemorySwap":0,"MemorySwappiness":-1,"OomKillDisable":false,"PidsLimit":100,
          "Ulimits":[{"Name":"nofile","Hard":2048,"Soft":1024}],"Sysctls":{"net.core.somaxconn":"1024"},"Tmpfs":{"/scratch":"size=1m,mode=700"},
          "CpuCount":0,"CpuPercent":0,"IOMaximumIOps":0,"IOMaximumBandwidth":0,"MaskedPaths":null,"ReadonlyPaths":null,"Init":true},
         "NetworkingConfig":{"EndpointsConfig":{"default":{"IPAMConfig":null,"Links":null,"Aliases":null,"MacAddress":"02:42:00:00:00:09","DriverOpts":null,"GwPriority":0}}}}
        """);
  }

  @Test
  void the_smallest_request() throws Exception {
    check("small.txt", "1.24", "{\"image\":\"busybox\"}");
  }

  @Test
  void volumes_are_null_where_neither_user_nor_image_has_any() {
    var asked =
        (ObjectNode)
            Shapes.CONFIG.read(Json.read("{\"Cmd\":[\"x\"],\"Volumes\":{}}").raw(), "Config");
    var program = ProgramPart.of(asked, Images.Config.NONE, ApiVersion.parse("1.41"));
    assertThat(program.config().get("Volumes").isNull()).isTrue();
  }

  @Test
  void a_part_of_a_volume_is_mounted_from_api_1_45() {
    var body =
        "{\"Image\":\"busybox\",\"HostConfig\":{\"Mounts\":[{\"Type\":\"volume\",\"Source\":\"v\",\"Target\":\"/v\","
            + "\"VolumeOptions\":{\"Subpath\":\"a/./b\"}}]}}";
    assertThat(Requests.translate(body, "1.45").command().spec().mounts())
        .filteredOn(m -> m.target().equals("/v"))
        .extracting(Mount::part)
        .containsExactly("a/b");
    assertThatThrownBy(() -> Requests.translate(body, "1.44"))
        .isInstanceOf(Refusal.Invalid.class)
        .hasMessage("VolumeOptions.Subpath needs API v1.45 or newer");
  }

  @Test
  void an_image_is_mounted_read_only_from_api_1_48() {
    var body =
        "{\"Image\":\"busybox\",\"HostConfig\":{\"Mounts\":[{\"Type\":\"image\",\"Source\":\"tools\",\"Target\":\"/t/\","
            + "\"ImageOptions\":{\"Subpath\":\"usr/./bin\"}},{\"Type\":\"image\",\"Source\":\"tools\",\"Target\":\"/all\"}]}}";
    var command = Requests.translate(body, "1.48").command();
    assertThat(command.spec().mounts())
        .filteredOn(m -> m.kind() == Mount.Kind.IMAGE)
        .containsExactly(
            new Mount(Mount.Kind.IMAGE, Requests.TOOLS, "/t", true, List.of(), "usr/bin", "tools"),
            new Mount(Mount.Kind.IMAGE, Requests.TOOLS, "/all", true, List.of(), "", "tools"));
    assertThat(command.spec().images()).containsExactly(Requests.image().id(), Requests.TOOLS);
    assertThat(command.document())
        .contains(
            "{\"Type\":\"image\",\"Source\":\"tools\",\"Target\":\"/t/\",\"ImageOptions\":{\"Subpath\":\"usr/./bin\"}}");
    assertThatThrownBy(() -> Requests.translate(body, "1.47"))
        .isInstanceOf(Refusal.Invalid.class)
        .hasMessage("Mount type \"Image\" needs API v1.48 or newer");
  }

  @Test
  void a_part_of_a_volume_may_begin_with_dots() {
    var body =
        "{\"Image\":\"busybox\",\"HostConfig\":{\"Mounts\":[{\"Type\":\"volume\",\"Source\":\"v\",\"Target\":\"/v\","
            + "\"VolumeOptions\":{\"Subpath\":\"..data/x\"}}]}}";
    assertThat(Requests.translate(body, "1.45").command().spec().mounts())
        .extracting(Mount::part)
        .contains("..data/x");
  }

  private static void check(String file, String version, String body) throws Exception {
    var translated = Requests.translate(body, version);
    var out = new StringBuilder();
    var command = translated.command();
    lines(out, "", command, List.of("spec", "document", "labels"));
    out.append("labels: ").append(new TreeMap<>(command.labels())).append('\n');
    lines(out, "spec.", command.spec(), List.of());
    out.append("warnings: ").append(translated.warnings()).append('\n');
    out.append(PRETTY.writeValueAsString(PRETTY.readTree(command.document()))).append('\n');
    Golden.check("docker/create/" + file, out.toString());
  }

  private static void lines(StringBuilder out, String prefix, Record of, List<String> but)
      throws Exception {
    for (RecordComponent c : of.getClass().getRecordComponents()) {
      if (!but.contains(c.getName())) {
        Object value = c.getAccessor().invoke(of);
        if (value instanceof Map<?, ?> map) {
          value = new TreeMap<>(map);
        }
        if (value instanceof java.util.Set<?> set) {
          value = new ArrayList<>(new java.util.TreeSet<>(set));
        }
        out.append(prefix).append(c.getName()).append(": ").append(value).append('\n');
      }
    }
  }

  @Test
  void entry_point_and_command_merge_as_in_docker() {
    assertThat(arguments("{}")).containsExactly("/entry", "sh");
    assertThat(arguments("{\"Cmd\":[\"a\"]}")).containsExactly("/entry", "a");
    assertThat(arguments("{\"Cmd\":\"a\"}")).containsExactly("/entry", "a");
    assertThat(arguments("{\"Entrypoint\":[\"b\"]}")).containsExactly("b");
    assertThat(arguments("{\"Entrypoint\":[\"\"],\"Cmd\":[\"a\"]}")).containsExactly("a");
    assertThat(arguments("{\"Entrypoint\":[],\"Cmd\":[\"a\"]}")).containsExactly("a");
  }

  private static List<String> arguments(String body) {
    return Requests.translate(body, "1.50").command().spec().arguments();
  }

  @Test
  void several_networks_are_attached_with_the_one_of_the_mode_first() {
    var command =
        Requests.translate(
                """
                {"HostConfig":{"NetworkMode":"net2"},"NetworkingConfig":{"EndpointsConfig":{
                 "bridge":{"GwPriority":4},"net2":{"Aliases":["db"],"IPAMConfig":{"IPv4Address":"172.18.0.9"},"Links":["web1:w"],
                 "DriverOpts":{"com.docker.network.endpoint.ifname":"lan0"}}}}}
                """,
                "1.50")
            .command();
    assertThat(command.mode()).isEqualTo(new NetworkMode.Scoped("net2"));
    assertThat(command.networks()).extracting(e -> e.network()).containsExactly("net2", "bridge");
    var first = command.networks().getFirst();
    assertThat(first.aliases()).containsExactly("db");
    assertThat(first.addresses()).containsExactly("172.18.0.9");
    assertThat(first.links()).containsExactly(new NameLink("web1", "w"));
    assertThat(first.linkName()).contains("lan0");
    assertThat(command.networks().getLast().gatewayPriority()).isEqualTo(4);
  }

  @Test
  void links_belong_to_the_network_unless_it_is_the_default_one() {
    var command =
        Requests.translate(
                "{\"HostConfig\":{\"NetworkMode\":\"net2\",\"Links\":[\"web1:db\"]}}", "1.50")
            .command();
    assertThat(command.links()).isEmpty();
    assertThat(command.networks().getFirst().links()).containsExactly(new NameLink("web1", "db"));
  }

  @Test
  void the_address_of_the_whole_container_moves_to_its_main_network() {
    var body = "{\"MacAddress\":\"02:42:00:00:00:01\"}";
    var old = Requests.translate(body, "1.43");
    assertThat(old.command().networks().getFirst().mac()).contains("02:42:00:00:00:01");
    assertThat(old.warnings()).isEmpty();
    assertThat(Requests.translate(body, "1.44").warnings())
        .singleElement()
        .asString()
        .contains("deprecated");
    var endpoint =
        "{\"NetworkingConfig\":{\"EndpointsConfig\":{\"bridge\":{\"MacAddress\":\"02:42:00:00:00:02\"}}}}";
    assertThat(Requests.translate(endpoint, "1.43").command().networks().getFirst().mac())
        .isEmpty();
    assertThat(Requests.translate(endpoint, "1.44").command().networks().getFirst().mac())
        .contains("02:42:00:00:00:02");
  }

  @Test
  void a_shared_namespace_is_that_of_an_id() {
    var id = vch.engine.fake.Samples.containerId(1);
    var command =
        Requests.translate("{\"HostConfig\":{\"NetworkMode\":\"container:web1\"}}", "1.50")
            .command();
    assertThat(command.mode()).isEqualTo(new NetworkMode.Shared(id.value()));
    assertThat(command.networks()).isEmpty();
    assertThat(command.document()).contains("\"NetworkMode\":\"container:" + id.value() + "\"");
  }

  @Test
  void mounts_override_in_docker_order() {
    var spec =
        Requests.translate(
                """
                {"Volumes":{"/data":{},"/more":{}},"HostConfig":{"Binds":["/a:/data:ro","named:/v:nocopy"],
                 "Mounts":[{"Type":"tmpfs","Target":"/x","TmpfsOptions":{"SizeBytes":1024,"Mode":448}},
                  {"Type":"bind","Source":"/there/b","Target":"/y","BindOptions":{"Propagation":"rslave"}},
                  {"Type":"volume","Source":"lab","Target":"/z","VolumeOptions":{"Labels":{"a":"b"}}}]}}
                """,
                "1.50")
            .command()
            .spec();
    assertThat(spec.mounts())
        .containsExactly(
            new Mount(Mount.Kind.BIND, "/a", "/data", true, List.of(), ""),
            new Mount(Mount.Kind.VOLUME, "named", "/v", false, List.of("nocopy"), ""),
            new Mount(Mount.Kind.TMPFS, "", "/x", false, List.of("size=1024", "mode=700"), ""),
            new Mount(Mount.Kind.BIND, "/there/b", "/y", false, List.of("nocreate", "rslave"), ""),
            new Mount(Mount.Kind.VOLUME, "lab", "/z", false, List.of(), ""),
            new Mount(Mount.Kind.VOLUME, "", "/more", false, List.of(), ""));
  }

  @Test
  void mounts_say_what_is_read_only_and_how_temporary_ones_are_made() {
    var spec =
        Requests.translate(
                """
                {"HostConfig":{"Mounts":[
                  {"Type":"bind","Source":"/there/a","Target":"/a","ReadOnly":true,"BindOptions":{"ReadOnlyForceRecursive":true}},
                  {"Type":"bind","Source":"/there/b","Target":"/b","ReadOnly":true,"BindOptions":{"ReadOnlyNonRecursive":true}},
                  {"Type":"tmpfs","Target":"/c","TmpfsOptions":{"Options":[["exec"],["uid","7"]]}}]}}
                """,
                "1.50")
            .command()
            .spec();
    assertThat(spec.mounts())
        .startsWith(
            new Mount(Mount.Kind.BIND, "/there/a", "/a", true, List.of("nocreate", "rro"), ""),
            new Mount(Mount.Kind.BIND, "/there/b", "/b", true, List.of("nocreate", "ro-top"), ""),
            new Mount(Mount.Kind.TMPFS, "", "/c", false, List.of("exec", "uid=7"), ""));
  }

  /// Nothing is kept of how a driver would be waited for: no driver is.
  @Test
  void logs_that_do_not_block_are_logs_like_others() {
    var body =
        "{\"HostConfig\":{\"LogConfig\":{\"Type\":\"json-file\",\"Config\":"
            + "{\"mode\":\"non-blocking\",\"max-buffer-size\":\"4m\",\"max-file\":\"2\"}}}}";
    var command = Requests.translate(body, "1.50").command();
    assertThat(command.spec().logOptions()).isEqualTo(Map.of("max-file", "2"));
    assertThat(command.document()).contains("\"mode\":\"non-blocking\"");
  }

  @Test
  void restart_policies_and_logs() {
    var spec =
        Requests.translate(
                "{\"HostConfig\":{\"RestartPolicy\":{\"name\":\"unless-stopped\"},\"LogConfig\":{\"Type\":\"local\",\"Config\":{\"max-file\":\"2\"}}}}",
                "1.50")
            .command()
            .spec();
    assertThat(spec.restart()).isEqualTo(new RestartPolicy(RestartPolicy.When.UNLESS_STOPPED, 0));
    assertThat(spec.logOptions())
        .isEqualTo(
            Map.of("driver", "local", "max-size", "20971520", "max-file", "2", "compress", "true"));
    assertThat(
            Requests.translate("{\"HostConfig\":{\"LogConfig\":{\"Type\":\"none\"}}}", "1.50")
                .command()
                .spec()
                .logOptions())
        .isEqualTo(Map.of("driver", "none"));
  }

  @Test
  void names_are_of_two_words() {
    var ideas = Requests.translate("{}", "1.50").command().nameIdeas();
    assertThat(ideas).hasSize(8).allMatch(n -> n.matches("[a-z]+_[a-z]+[0-9]?"));
  }
}
