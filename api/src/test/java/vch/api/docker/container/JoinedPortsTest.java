package vch.api.docker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.FakeVch;
import vch.api.docker.Json;
import vch.engine.fake.Samples;
import vch.portlayer.refusal.Refusal;

/// Ranges of ports on their way through the personality.
class JoinedPortsTest {
  @TempDir Path dir;

  private static JsonNode read(String body) {
    try (JsonParser parser = JsonMapper.shared().createParser(body)) {
      parser.nextToken();
      return PortsReader.read(parser);
    }
  }

  private static String bindings(String members) {
    return read("{\"hostconfig\":{\"portBindings\":{" + members + "},\"Memory\":1}}")
        .path("hostconfig")
        .path("portBindings")
        .toString();
  }

  private static String binding(int port, String ip, Object host) {
    return "\"" + port + "/tcp\":[{\"HostIp\":\"" + ip + "\",\"HostPort\":\"" + host + "\"}]";
  }

  @Test
  void consecutive_members_are_one() {
    assertThat(
            bindings(
                binding(81, "", 9081) + "," + binding(80, "", 9080) + "," + binding(82, "", 9082)))
        .isEqualTo("{\"80..82/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"9080..9082\"}]}");
    assertThat(bindings(binding(80, "::", "") + "," + binding(81, "::", "")))
        .isEqualTo("{\"80..81/tcp\":[{\"HostIp\":\"::\",\"HostPort\":\"\"}]}");
    assertThat(
            read(
                "{\"ExposedPorts\":{\"7/tcp\":{},\"8/tcp\":{\"x\":[]},\"8/udp\":{},\"9/tcp\":{}},\"Image\":\"i\"}"))
        .hasToString("{\"ExposedPorts\":{\"7..9/tcp\":{},\"8/udp\":{}},\"Image\":\"i\"}");
  }

  @Test
  void what_differs_stays_apart() {
    for (var member :
        new String[] {
          "\"81/tcp\":[]",
          "\"81/tcp\":null",
          "\"81/tcp\":[null]",
          "\"81/tcp\":[{}]",
          "\"81/tcp\":[{\"HostPort\":\"81\"}]",
          "\"81/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"81\",\"x\":{\"y\":[1]}}]",
          "\"81/tcp\":[{\"HostIp\":\"\",\"HostPort\":81}]",
          "\"81/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"81-90\"}]",
          "\"81/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"081\"}]",
          "\"81/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"70000\"}]",
          "\"81/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"81\"},{\"HostIp\":\"\",\"HostPort\":\"82\"}]",
          "\"81\":[{\"HostIp\":\"\",\"HostPort\":\"81\"}]",
          "\"081/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"81\"}]",
          "\"81/TCP\":[{\"HostIp\":\"\",\"HostPort\":\"81\"}]",
          "\"x\":17",
          binding(81, "::", 81),
          binding(81, "", 82)
        }) {
      assertThat(JsonMapper.shared().readTree(bindings(binding(80, "", 80) + "," + member)))
          .as(member)
          .isEqualTo(JsonMapper.shared().readTree("{" + binding(80, "", 80) + "," + member + "}"));
    }
  }

  @Test
  void the_last_one_counts() {
    assertThat(
            bindings(
                binding(80, "", 80)
                    + ","
                    + binding(81, "", 81)
                    + ",\"81/tcp\":[],"
                    + binding(80, "", 8080)))
        .isEqualTo("{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"}],\"81/tcp\":[]}");
    assertThat(bindings("\"80/tcp\":[]," + binding(80, "", 80)))
        .isEqualTo("{" + binding(80, "", 80) + "}");
  }

  @Test
  void the_sign_of_joined_ones_is_ours_alone() {
    assertThatThrownBy(() -> bindings("\"80..90/tcp\":[]"))
        .isInstanceOf(Refusal.Invalid.class)
        .hasMessage("invalid port specification: \"80..90/tcp\"");
    assertThatThrownBy(() -> read("{\"ExposedPorts\":{\"80..90/tcp\":{}}}"))
        .isInstanceOf(Refusal.Invalid.class);
  }

  private static String members(String value) {
    return IntStream.rangeClosed(9000, 58_999)
        .mapToObj(n -> "\"" + n + "/tcp\":" + value.formatted(n))
        .collect(Collectors.joining(",", "{", "}"));
  }

  @Test
  void fifty_thousand_ports_are_a_few_words_inside_and_a_line_each_outside() throws Exception {
    try (var vch = new FakeVch(dir)) {
      var exposed = members("{}");
      var bindings = members("[{\"HostIp\":\"\",\"HostPort\":\"%d\"}]");
      var reply =
          vch.post(
              "/containers/create?name=wide",
              "{\"Image\":\"busybox\",\"ExposedPorts\":"
                  + exposed
                  + ",\"HostConfig\":{\"PortBindings\":"
                  + bindings
                  + "}}");
      assertThat(reply.status()).as(reply.body()).isEqualTo(201);
      assertThat(vch.post("/containers/wide/start", "").status()).isEqualTo(204);
      var container = vch.host.image().containerNamed(Samples.BLUE, "wide").orElseThrow();
      assertThat(container.document()).contains("\"9000..58999/tcp\"").hasSizeLessThan(5_000);
      assertThat(container.exposed()).hasToString("[80/tcp, 9000-58999/tcp]"); // the image's, too
      assertThat(container.publish()).hasSize(1);
      assertThat(container.publications()).hasSize(1);

      var inspect = JsonMapper.shared().readTree(vch.get("/containers/wide/json").body());
      assertThat(inspect.path("Config").path("ExposedPorts"))
          .isEqualTo(
              ((ObjectNode) JsonMapper.shared().readTree(exposed)).set("80/tcp", Json.object()));
      assertThat(inspect.path("HostConfig").path("PortBindings"))
          .isEqualTo(JsonMapper.shared().readTree(bindings));
      assertThat(inspect.path("NetworkSettings").path("Ports"))
          .isEqualTo(
              ((ObjectNode)
                      JsonMapper.shared()
                          .readTree(members("[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"%d\"}]")))
                  .putNull("80/tcp"));
      var listed = JsonMapper.shared().readTree(vch.get("/containers/json").body());
      assertThat(listed.path(0).path("Ports")).hasSize(50_001);
      assertThat(listed.path(0).path("Ports").path(50_000))
          .hasToString(
              "{\"IP\":\"0.0.0.0\",\"PrivatePort\":58999,\"PublicPort\":58999,\"Type\":\"tcp\"}");
    }
  }

  @Test
  void documents_that_name_each_port_are_shown_as_before() {
    var old = (ObjectNode) Json.read("{\"ExposedPorts\":{\"8/tcp\":{},\"7/tcp\":{}}}").raw();
    JoinedPorts.writeExpanded(old, "ExposedPorts");
    assertThat(Json.text(old)).isEqualTo("{\"ExposedPorts\":{\"8/tcp\":{},\"7/tcp\":{}}}");
  }

  @Test
  void joined_ports_are_shown_one_by_one() {
    var config = Json.object();
    config.set("ExposedPorts", Json.object().set("7..8/udp", Json.object()));
    JoinedPorts.writeExpanded(config, "ExposedPorts");
    assertThat(Json.text(config)).isEqualTo("{\"ExposedPorts\":{\"7/udp\":{},\"8/udp\":{}}}");
  }
}
