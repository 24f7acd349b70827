package vch.api.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vch.engine.fake.Samples;

/// Faults that the differential test found (`vch.app.compat.differential`), each held here without
/// dockerd.
class DifferentialFaultsTest {
  @TempDir Path dir;
  private FakeVch vch;

  @BeforeEach
  void open() throws Exception {
    vch = new FakeVch(dir);
  }

  @AfterEach
  void close() {
    vch.close();
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private JsonNode tree(String path) throws Exception {
    return vch.get(path).json().raw();
  }

  private String created(String body) throws Exception {
    var reply = vch.post("/v1.41/containers/create?name=box", body);
    assertThat(reply.status()).as(reply.body()).isEqualTo(201);
    return reply.json().text("Id");
  }

  @Test
  void what_was_not_said_of_a_host_config_is_null_and_what_was_empty_is_empty() throws Exception {
    created("{\"Image\":\"busybox\",\"Cmd\":[\"true\"],\"HostConfig\":{\"DnsSearch\":[]}}");
    var host = tree("/v1.41/containers/box/json").path("HostConfig");
    for (var name :
        new String[] {
          "PortBindings", "Dns", "DnsOptions", "Devices", "Ulimits", "BlkioWeightDevice"
        }) {
      assertThat(host.get(name).isNull()).as(name).isTrue();
    }
    assertThat(host.get("DnsSearch").isArray()).isTrue();
  }

  @Test
  void zero_values_that_go_leaves_out_are_left_out() throws Exception {
    created(
        "{\"Image\":\"busybox\",\"Cmd\":[\"true\"],\"NetworkDisabled\":false,\"StopSignal\":\"\",\"StopTimeout\":0,"
            + "\"HostConfig\":{\"Tmpfs\":{},\"Mounts\":[],\"Init\":false}}");
    var all = tree("/v1.41/containers/box/json");
    assertThat(all.path("Config").has("NetworkDisabled")).isFalse();
    assertThat(all.path("Config").has("StopSignal")).isFalse();
    assertThat(all.path("Config").path("StopTimeout").asInt(-1)).isZero(); // a pointer in Go
    assertThat(all.path("HostConfig").has("Tmpfs")).isFalse();
    assertThat(all.path("HostConfig").has("Mounts")).isFalse();
    assertThat(all.path("HostConfig").path("Init").isBoolean()).isTrue();
  }

  @Test
  void a_container_that_never_ran_has_no_log_path_and_its_network_no_id() throws Exception {
    created("{\"Image\":\"busybox\",\"Cmd\":[\"true\"]}");
    var all = tree("/v1.41/containers/box/json");
    assertThat(all.path("LogPath").asString("?")).isEmpty();
    var network = all.path("NetworkSettings").path("Networks").path("bridge");
    assertThat(network.path("NetworkID").asString("?")).isEmpty();
  }

  @Test
  void privileged_containers_show_that_labels_are_off() throws Exception {
    created("{\"Image\":\"busybox\",\"Cmd\":[\"true\"],\"HostConfig\":{\"Privileged\":true}}");
    assertThat(tree("/v1.41/containers/box/json").path("HostConfig").path("SecurityOpt").toString())
        .isEqualTo("[\"label=disable\"]");
  }

  @Test
  void aliases_are_shown_as_given_twice_where_given_twice() throws Exception {
    vch.post("/networks/create", "{\"Name\":\"web\"}");
    var id =
        created(
            "{\"Image\":\"busybox\",\"Cmd\":[\"true\"],\"HostConfig\":{\"NetworkMode\":\"web\"},"
                + "\"NetworkingConfig\":{\"EndpointsConfig\":{\"web\":{\"Aliases\":[\"a\",\"a\"]}}}}");
    var aliases = "NetworkSettings";
    assertThat(
            tree("/v1.41/containers/box/json")
                .path(aliases)
                .path("Networks")
                .path("web")
                .path("Aliases")
                .toString())
        .isEqualTo("[\"a\",\"a\",\"" + id.substring(0, 12) + "\"]");
    assertThat(
            tree("/v1.45/containers/box/json")
                .path(aliases)
                .path("Networks")
                .path("web")
                .path("Aliases")
                .toString())
        .isEqualTo("[\"a\",\"a\"]");
  }

  @Test
  void options_of_the_address_management_are_shown_again_null_where_nothing_was_said()
      throws Exception {
    vch.post("/networks/create", "{\"Name\":\"a\"}");
    vch.post("/networks/create", "{\"Name\":\"b\",\"IPAM\":{\"Options\":{}}}");
    vch.post("/networks/create", "{\"Name\":\"c\",\"IPAM\":{\"Options\":{\"x\":\"y\"}}}");
    assertThat(tree("/networks/a").path("IPAM").get("Options").isNull()).isTrue();
    assertThat(tree("/networks/b").path("IPAM").get("Options").toString()).isEqualTo("{}");
    assertThat(tree("/networks/c").path("IPAM").get("Options").toString())
        .isEqualTo("{\"x\":\"y\"}");
    assertThat(tree("/networks/c").path("Options").toString()).isEqualTo("{}");
  }

  @Test
  void the_network_filter_finds_containers_on_none() throws Exception {
    created("{\"Image\":\"busybox\",\"Cmd\":[\"true\"],\"HostConfig\":{\"NetworkMode\":\"none\"}}");
    assertThat(
            vch.get("/containers/json?all=1&filters=" + encode("{\"network\":[\"none\"]}")).body())
        .contains("/box");
    assertThat(
            vch.get("/containers/json?all=1&filters=" + encode("{\"network\":[\"bridge\"]}"))
                .body())
        .doesNotContain("/box");
  }

  @Test
  void the_isolation_filter_is_taken_and_means_nothing() throws Exception {
    created("{\"Image\":\"busybox\",\"Cmd\":[\"true\"]}");
    assertThat(
            vch.get("/containers/json?all=1&filters=" + encode("{\"isolation\":[\"hyperv\"]}"))
                .body())
        .contains("/box");
  }

  @Test
  void the_expose_filter_looks_at_ports_that_are_shown() throws Exception {
    created("{\"Image\":\"busybox\",\"Cmd\":[\"true\"],\"ExposedPorts\":{\"80/tcp\":{}}}");
    assertThat(vch.get("/containers/json?all=1&filters=" + encode("{\"expose\":[\"80\"]}")).body())
        .isEqualTo("[]\n");
  }

  @Test
  void clients_older_than_json_errors_read_plain_text() throws Exception {
    var reply = vch.get("/v1.11/nosuch");
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.body()).isEqualTo("page not found\n");
  }

  @Test
  void a_prune_takes_one_time() throws Exception {
    var reply = vch.post("/containers/prune?filters=" + encode("{\"until\":[\"1h\",\"2h\"]}"), "");
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.message()).isEqualTo("more than one until filter specified");
  }

  @Test
  void a_prune_that_removes_no_volume_says_so_by_an_empty_list() throws Exception {
    assertThat(vch.post("/volumes/prune", "").json().raw().get("VolumesDeleted").isArray())
        .isTrue();
  }

  @Test
  void numbers_and_signals_are_read_before_the_container_is_looked_for() throws Exception {
    assertThat(vch.post("/containers/nope/stop?t=x", "").status()).isEqualTo(400);
    assertThat(vch.post("/containers/nope/restart?t=x", "").status()).isEqualTo(400);
    assertThat(vch.post("/containers/nope/kill?signal=NOPE", "").message())
        .isEqualTo("cannot kill container: nope: invalid signal: NOPE");
  }

  @Test
  void top_of_a_container_that_does_not_run_says_so_whatever_the_options() throws Exception {
    created("{\"Image\":\"busybox\",\"Cmd\":[\"true\"]}");
    assertThat(vch.get("/containers/box/top?ps_args=nope").status()).isEqualTo(409);
  }

  @Test
  void disconnect_looks_for_the_container_first() throws Exception {
    assertThat(vch.post("/networks/nope/disconnect", "{\"Container\":\"c\"}").message())
        .isEqualTo("No such container: c");
    assertThat(
            vch.post("/networks/bridge/disconnect", "{\"Container\":\"c\",\"Force\":true}")
                .message())
        .isEqualTo("endpoint c not found");
    assertThat(vch.post("/networks/bridge/connect", "{}").message())
        .isEqualTo("invalid name or ID supplied: \"\"");
  }

  @Test
  void names_that_are_none_are_told_as_they_were_given() throws Exception {
    assertThat(vch.post("/containers/create?name=%2Fa%20b", "{\"Image\":\"busybox\"}").message())
        .startsWith("Invalid container name (/a b)");
    created("{\"Image\":\"busybox\",\"Cmd\":[\"true\"]}");
    assertThat(vch.post("/containers/box/rename?name=a%2Fb", "").message())
        .startsWith("Error when allocating new name: Invalid container name (/a/b)");
    assertThat(vch.post("/images/busybox/tag?repo=t&tag=a%20b", "").message())
        .isEqualTo("invalid tag format");
  }

  @Test
  void an_exec_takes_a_list_of_words_only_and_ends_with_the_run_of_its_container()
      throws Exception {
    var id = vch.run(1, "bridge");
    assertThat(vch.post("/containers/" + id + "/exec", "{\"Cmd\":\"true\"}").status())
        .isEqualTo(400);
    var exec = vch.post("/containers/" + id + "/exec", "{\"Cmd\":[\"true\"]}").json().text("Id");
    vch.lives.kill(Samples.containerId(1), "KILL");
    vch.time.settle();
    var reply = vch.post("/exec/" + exec + "/start", "{\"Detach\":true}");
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.message()).isEqualTo("No such exec instance: " + exec);
  }

  @Test
  void images_of_old_versions_without_digests_have_null_and_not_a_placeholder() throws Exception {
    vch.images.pulled = false;
    var image = JsonMapper.shared().readTree(vch.get("/v1.41/images/json").body()).path(0);
    assertThat(image.path("RepoTags").path(0).asString()).isEqualTo("busybox:latest");
    assertThat(image.get("RepoDigests").isNull()).isTrue();
  }

  @Test
  void a_container_on_none_has_an_endpoint_while_it_runs() throws Exception {
    var id = vch.run(1);
    var network =
        tree("/containers/" + id + "/json").path("NetworkSettings").path("Networks").path("none");
    assertThat(network.path("EndpointID").asString("")).matches("[0-9a-f]{64}");
    var member = tree("/networks/none").path("Containers").path(id.value());
    assertThat(member.path("EndpointID").asString(""))
        .isEqualTo(network.path("EndpointID").asString());
  }

  @Test
  void volumes_with_driver_options_are_neither_pruned_nor_counted() throws Exception {
    vch.post(
        "/volumes/create",
        "{\"Name\":\"elsewhere\",\"DriverOpts\":{\"type\":\"tmpfs\",\"device\":\"tmpfs\"}}");
    vch.post("/volumes/create", "{\"Name\":\"plain\"}");
    assertThat(tree("/v1.42/system/df?type=volume").path("Volumes").findValuesAsString("Name"))
        .containsExactly("plain");
    assertThat(vch.post("/v1.41/volumes/prune", "").json().raw().path("VolumesDeleted").toString())
        .isEqualTo("[\"plain\"]");
    assertThat(tree("/volumes").path("Volumes").findValuesAsString("Name"))
        .containsExactly("elsewhere");
  }

  @Test
  void addresses_in_the_field_of_the_other_family_are_refused_by_its_name() throws Exception {
    vch.post("/networks/create", "{\"Name\":\"web\"}");
    created("{\"Image\":\"busybox\",\"Cmd\":[\"true\"]}");
    for (var wrong : new String[] {"IPv4\":\"fd00::1", "IPv6\":\"x", "IPv6\":\"10.0.0.1"}) {
      var family = wrong.substring(0, 4);
      var field = wrong.replace(family + "\"", "\"" + family + "Address\"");
      var text = wrong.substring(wrong.lastIndexOf('"') + 1);
      assertThat(
              vch.post(
                      "/networks/web/connect",
                      "{\"Container\":\"box\",\"EndpointConfig\":{\"IPAMConfig\":{"
                          + field
                          + "\"}}}")
                  .message())
          .isEqualTo("invalid endpoint settings:\ninvalid %s address: %s", family, text);
    }
  }

  @Test
  void a_body_without_a_word_of_the_config_has_none() throws Exception {
    for (var body : new String[] {"{}", "{\"HostConfig\":{}}", "{\"Foo\":1}"}) {
      assertThat(vch.post("/containers/create", body).message())
          .isEqualTo("config cannot be empty in order to create a container");
    }
  }

  @Test
  void a_platform_that_is_none_is_refused_before_the_image_is_held_against_it() throws Exception {
    var body = "{\"Image\":\"busybox\",\"Cmd\":[\"true\"]}";
    assertThat(vch.post("/v1.41/containers/create?platform=xx", body).message())
        .isEqualTo("\"xx\": unknown operating system or architecture: invalid argument");
    assertThat(vch.post("/v1.41/containers/create?platform=a/b/c/d", body).status()).isEqualTo(400);
    assertThat(vch.post("/v1.41/containers/create?platform=linux/s390x", body).status())
        .isEqualTo(404);
  }

  @Test
  void the_process_limit_of_an_update_counts_from_api_1_40() throws Exception {
    created("{\"Image\":\"busybox\",\"Cmd\":[\"true\"]}");
    vch.post("/v1.39/containers/box/update", "{\"PidsLimit\":50}");
    assertThat(tree("/containers/box/json").path("HostConfig").get("PidsLimit").isNull()).isTrue();
    vch.post("/v1.40/containers/box/update", "{\"PidsLimit\":50}");
    assertThat(tree("/containers/box/json").path("HostConfig").get("PidsLimit").asInt())
        .isEqualTo(50);
  }

  @Test
  void an_exec_that_has_ended_is_shown_with_its_process_and_has_no_terminal_to_resize()
      throws Exception {
    var id = vch.run(1, "bridge");
    var exec = vch.post("/containers/" + id + "/exec", "{\"Cmd\":[\"true\"]}").json().text("Id");
    assertThat(vch.post("/exec/" + exec + "/start", "{\"Detach\":true}").status()).isEqualTo(200);
    var shown = tree("/exec/" + exec + "/json");
    assertThat(shown.path("Running").asBoolean(true)).isFalse();
    assertThat(shown.path("Pid").asInt()).isPositive();
    assertThat(shown.path("CanRemove").asBoolean(true)).isFalse();
    var resized = vch.post("/exec/" + exec + "/resize?h=24&w=80", "");
    assertThat(resized.status()).isEqualTo(404);
    assertThat(resized.message()).isEqualTo("no such exec");
  }
}
