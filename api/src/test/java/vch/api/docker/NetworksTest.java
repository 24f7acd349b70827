package vch.api.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworksTest {
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

  private void create(String name, String more) throws Exception {
    assertThat(vch.post("/networks/create", "{\"Name\":\"" + name + "\"" + more + "}").status())
        .isEqualTo(201);
  }

  private List<String> names(String filters) throws Exception {
    var reply = vch.get("/networks?filters=" + URLEncoder.encode(filters, UTF_8));
    assertThat(reply.status()).isEqualTo(200);
    return Json.read("{\"all\":" + reply.body() + "}").objects("all").stream()
        .map(n -> n.text("Name"))
        .toList();
  }

  @Test
  void create_answers_the_id_and_an_empty_warning() throws Exception {
    var reply =
        vch.post(
            "/v1.44/networks/create", "{\"name\":\"web\",\"CheckDuplicate\":true,\"Unknown\":[1]}");
    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.body()).matches("\\{\"Id\":\"[0-9a-f]{64}\",\"Warning\":\"\"}\n");
    assertThat(vch.get("/networks/" + reply.json().text("Id")).json().text("Name"))
        .isEqualTo("web");
    assertThat(vch.get("/networks/" + reply.json().text("Id").substring(0, 8)).json().text("Name"))
        .isEqualTo("web");
    assertThat(vch.get("/networks/").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                        | 400 | invalid name: name is empty
          {"Name":"bridge"}                                         | 403 | 'operation is not permitted on predefined bridge network '
          {"Name":"there"}                                          | 409 | network with name there already exists
          {"Name":"n","Driver":"macvlan"}                           | 404 | plugin "macvlan" not found
          {"Name":"n","Driver":"overlay"}                           | 403 | This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.
          {"Name":"n","Scope":"swarm"}                              | 403 | cannot create a swarm scoped network when swarm is not active
          {"Name":"n","Driver":"host"}                              | 403 | only one instance of "host" network is allowed
          {"Name":"n","IPAM":{"Driver":"x"}}                        | 400 | invalid ipam driver: "x"
          {"Name":"n","EnableIPv6":true,"IPAM":{"Config":[{"Subnet":"fd00::/64"},{"Subnet":"fd01::/64"}]}} | 403 | bridge driver doesn't support multiple subnets
          {"Name":"n","EnableIPv4":false,"Options":{"com.docker.network.enable_ipv6":"0"}} | 400 | IPv4 or IPv6 must be enabled
          {"Name":"n","EnableIPv6":false,"Options":{"com.docker.network.enable_ipv4":"0","com.docker.network.enable_ipv6":"1"}} | 400 | IPv4 or IPv6 must be enabled
          {"Name":"n","EnableIPv4":false}                           | 400 | IPv4 or IPv6 must be enabled
          {"Name":"n","ConfigFrom":{"Network":"c"}}                 | 404 | configuration network "c" does not exist
          {"Name":"n","Options":{"com.docker.network.driver.mtu":"x"}} | 400 | failed to parse com.docker.network.driver.mtu value: x (strconv.Atoi: parsing "x": invalid syntax)
          {"Name":"n","Options":{"com.docker.network.driver.mtu":"-1"}} | 400 | invalid MTU number: -1
          {"Name":"n","Options":{"com.docker.network.bridge.enable_icc":"maybe"}} | 400 | failed to parse com.docker.network.bridge.enable_icc value: maybe (strconv.ParseBool: parsing "maybe": invalid syntax)
          {"Name":"n","Options":{"com.docker.network.enable_ipv6":"maybe"}} | 400 | driver-opt "com.docker.network.enable_ipv6" is not a valid bool
          {"Name":"n","Options":{"com.docker.network.bridge.gateway_mode_ipv4":"x"}} | 400 | failed to parse com.docker.network.bridge.gateway_mode_ipv4 value: x (unknown gateway mode x)
          {"Name":"n","Options":{"com.docker.network.bridge.gateway_mode_ipv6":"isolated"}} | 500 | gateway mode 'isolated' can only be used for an internal network
          {"Name":"n","Options":{"com.docker.network.bridge.host_binding_ipv4":"10.0.0.1"}} | 400 | host IP for port bindings is only supported for 0.0.0.0 and the public interface IP address 192.168.218.2, not for 10.0.0.1
          {"Name":"n","Options":{"com.docker.network.bridge.host_binding_ipv4":"here"}} | 400 | failed to parse com.docker.network.bridge.host_binding_ipv4 value: here (nil ip)
          {"Name":"n","Options":{"com.docker.network.bridge.inhibit_ipv4":"true"}} | 501 | driver option com.docker.network.bridge.inhibit_ipv4=true is not offered: the gateway of a network is its VCH; for a network without a gateway use --internal with com.docker.network.bridge.gateway_mode_ipv4=isolated
          {"Name":"n","Options":{"com.docker.network.bridge.trusted_host_interfaces":"public:eth1"}} | 400 | driver option com.docker.network.bridge.trusted_host_interfaces names "eth1": containers are reached by the public role of their VCH only, so it can be "public"
          {"Name":"n","Options":{"com.docker.network.container_iface_prefix":"a/b"}} | 400 | driver option com.docker.network.container_iface_prefix=a/b: 1 to 12 characters without spaces, '/', ':' and '%' are needed
          {"Name":"n","ConfigOnly":true,"Internal":true}            | 403 | 'configuration network can only contain network specific fields. Network operator fields like [ ingress | internal | attachable | scope ] are not supported.'
          {"Name":"n","ConfigOnly":true,"ConfigFrom":{"Network":"c"}} | 403 | a configuration network cannot depend on another configuration network
          {"Name":"n","ConfigFrom":{"Network":"c"},"EnableIPv6":true} | 403 | user specified configurations are not supported if the network depends on a configuration network
          {"Name":"n","ConfigFrom":{"Network":"c"},"Labels":{"a":"b"}} | 403 | user specified configurations are not supported if the network depends on a configuration network
          {"Name":"n","ConfigFrom":{"Network":"c"},"Options":{"com.docker.network.driver.mtu":"1400"}} | 403 | network driver options are not supported if the network depends on a configuration network
          {"Name":5}                                                | 400 | invalid JSON: Name must be a string, not number
          {"Name":"n","Labels":[]}                                  | 400 | invalid JSON: Labels must be an object, not array
          {"Name":"n","IPAM":{"Config":[{"Subnet":"10.0.0.0/24"},{"Subnet":"10.1.0.0/24"}]}} | 403 | bridge driver doesn't support multiple subnets
          """)
  void create_refuses(String body, int status, String message) throws Exception {
    create("there", "");
    var reply = vch.post("/networks/create", body);
    assertThat(reply.message()).isEqualTo(message);
    assertThat(reply.status()).isEqualTo(status);
    assertThat(names("")).containsExactly("bridge", "none", "there");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ,"EnableIPv6":true,"IPAM":{"Config":[{"Subnet":"fd00::1/64"}]} | invalid subnet fd00::1/64: it should be fd00::/64
          ,"EnableIPv6":true,"IPAM":{"Config":[{"Subnet":"fd00::/64","Gateway":"fd01::1"}]} | invalid gateway fd01::1: parent subnet fd00::/64 doesn't contain this address
          ,"EnableIPv6":true,"IPAM":{"Config":[{"Subnet":"fd00::/64","Gateway":"10.0.0.1"}]} | invalid gateway 10.0.0.1: parent subnet is an IPv6 block
          ,"EnableIPv6":true,"IPAM":{"Config":[{"Subnet":"10.0.0.0/24","IPRange":"fd00::/80"}]} | invalid ip-range fd00::/80: parent subnet is an IPv4 block
          ,"EnableIPv6":true,"IPAM":{"Config":[{"Subnet":"fd00::/127"}]} | invalid subnet fd00::/127: it has no room for a gateway and a container, /126 is the smallest
          ,"EnableIPv6":false,"IPAM":{"Config":[{"Subnet":"fd00::/64"}]} | IPv6 subnet fd00::/64 needs IPv6 to be enabled on the network (--ipv6)
          ,"EnableIPv6":true,"EnableIPv4":false,"IPAM":{"Config":[{"Subnet":"10.0.0.0/24"}]} | IPv4 subnet 10.0.0.0/24 needs IPv4 to be enabled on the network (--ipv4)
          """)
  void create_refuses_subnets(String rest, String problem) throws Exception {
    var reply = vch.post("/networks/create", "{\"Name\":\"n\"" + rest + "}");
    assertThat(reply.message()).isEqualTo("invalid network config:\n" + problem);
    assertThat(reply.status()).isEqualTo(400);
  }

  @Test
  void ipv6_beside_ipv4_or_alone() throws Exception {
    create("two", ",\"EnableIPv6\":true");
    create("six", ",\"EnableIPv6\":true,\"EnableIPv4\":false");
    create("opt", ",\"Options\":{\"com.docker.network.enable_ipv6\":\"1\"}");
    var subnets = new ArrayList<String>();
    for (var name : List.of("two", "six", "opt")) {
      var json = vch.get("/networks/" + name).json();
      assertThat(json.flag("EnableIPv6")).isTrue();
      assertThat(json.flag("EnableIPv4")).isEqualTo(!name.equals("six"));
      var config = json.object("IPAM").objects("Config");
      assertThat(config).hasSize(name.equals("six") ? 1 : 2);
      subnets.add(config.getLast().text("Subnet"));
      assertThat(config.getLast().text("Gateway")).isEqualTo(subnets.getLast().replace("/64", "1"));
    }
    // One prefix of the VCH, cut in order.
    var prefix = subnets.getFirst().replace("::/64", "");
    assertThat(prefix).startsWith("fd").matches("[0-9a-f:]{9,14}");
    assertThat(subnets).containsExactly(prefix + "::/64", prefix + ":1::/64", prefix + ":2::/64");
  }

  @Test
  void create_names_the_other_side_of_an_overlap() throws Exception {
    create("there", ",\"IPAM\":{\"Config\":[{\"Subnet\":\"10.0.0.0/16\"}]}");
    var reply =
        vch.post(
            "/networks/create",
            "{\"Name\":\"n\",\"IPAM\":{\"Config\":[{\"Subnet\":\"10.0.7.0/24\"}]}}");
    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.message())
        .startsWith("invalid pool request: Pool overlaps")
        .contains("scope there subnet 10.0.0.0/16");
    var bad =
        vch.post(
            "/networks/create",
            "{\"Name\":\"n\",\"IPAM\":{\"Config\":[{\"Subnet\":\"10.9.7.1/24\",\"Gateway\":\"10.8.0.1\"}]}}");
    assertThat(bad.status()).isEqualTo(400);
    assertThat(bad.message())
        .startsWith(
            "invalid network config:\ninvalid subnet 10.9.7.1/24: it should be 10.9.7.0/24");
  }

  @Test
  void a_bridge_name_is_shown_and_said_to_be_only_that() throws Exception {
    var reply =
        vch.post(
            "/networks/create",
            "{\"Name\":\"n\",\"Options\":{\"com.docker.network.bridge.name\":\"br0\",\"x\":\"y\"}}");
    assertThat(reply.json().text("Warning"))
        .contains("com.docker.network.bridge.name=br0 is only shown");
    assertThat(vch.get("/networks/n").json().textMap("Options"))
        .containsEntry("com.docker.network.bridge.name", "br0")
        .containsEntry("x", "y");
  }

  @Test
  void lists_by_every_filter() throws Exception {
    create("web", ",\"Labels\":{\"team\":\"a\",\"tier\":\"1\"}");
    create("web-2", ",\"Labels\":{\"team\":\"b\"}");
    create("db", "");
    vch.run(1, "web");
    assertThat(names("")).containsExactly("bridge", "db", "none", "web", "web-2");
    assertThat(names("{}")).hasSize(5);
    assertThat(names("{\"name\":[\"web\"]}")).containsExactly("web", "web-2");
    assertThat(names("{\"name\":{\"^web$\":true}}")).containsExactly("web");
    assertThat(names("{\"driver\":[\"null\"]}")).containsExactly("none");
    assertThat(names("{\"scope\":[\"swarm\"]}")).isEmpty();
    assertThat(names("{\"type\":[\"custom\"]}")).containsExactly("db", "web", "web-2");
    assertThat(names("{\"type\":[\"builtin\"]}")).containsExactly("bridge", "none");
    assertThat(names("{\"label\":[\"team\"]}")).containsExactly("web", "web-2");
    assertThat(names("{\"label\":[\"team=a\",\"tier\"]}")).containsExactly("web");
    assertThat(names("{\"label!\":[\"team=a\"],\"type\":[\"custom\"]}"))
        .containsExactly("db", "web-2");
    assertThat(names("{\"dangling\":[\"true\"]}")).containsExactly("db", "web-2");
    assertThat(names("{\"dangling\":[\"0\"]}")).containsExactly("bridge", "none", "web");
    assertThat(names("{\"name\":[\"(a*)*b(\"]}")).isEmpty();
    assertThat(
            names(
                "{\"id\":[\""
                    + vch.get("/networks/db").json().text("Id").substring(0, 12)
                    + "\"]}"))
        .containsExactly("db");
    assertThat(names("{\"id\":[\"deadbeefdeadbeef\"]}")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"nope":["1"]}              | 400 | invalid filter 'nope'
          {"dangling":["maybe"]}      | 400 | invalid value for filter 'dangling', must be "true" (or "1"), or "false" (or "0")
          {"dangling":["true","1"]}   | 400 | got more than one value for filter key "dangling"
          {"type":["odd"]}            | 500 | invalid filter: 'type'='odd'
          [1]                         | 400 | invalid filter
          {"name":                    | 400 | invalid filter
          {"name":"web"}              | 400 | invalid filter
          """)
  void refuses_filters(String filters, int status, String message) throws Exception {
    var reply = vch.get("/networks?filters=" + URLEncoder.encode(filters, UTF_8));
    assertThat(reply.message()).isEqualTo(message);
    assertThat(reply.status()).isEqualTo(status);
  }

  @Test
  void a_pattern_that_would_take_for_ever_matches_nothing() throws Exception {
    create("a".repeat(60), "");
    assertThat(names("{\"name\":[\"(a+)+$x\"]}")).isEmpty();
    assertThat(names("{\"name\":[\"((a+)+)+b\"]}")).isEmpty();
  }

  @Test
  void inspect_refuses_what_is_not_there() throws Exception {
    assertThat(vch.get("/networks/nope").status()).isEqualTo(404);
    assertThat(vch.get("/networks/nope").message()).isEqualTo("network nope not found");
    assertThat(vch.get("/networks/bridge?verbose=x").message())
        .isEqualTo(
            "invalid value for verbose: x: strconv.ParseBool: parsing \"x\": invalid syntax");
    assertThat(vch.get("/networks/bridge?scope=swarm").status()).isEqualTo(404);
  }

  @Test
  void connects_and_disconnects() throws Exception {
    create("web", ",\"IPAM\":{\"Config\":[{\"Subnet\":\"10.9.0.0/24\"}]}");
    var id = vch.run(1, "bridge");
    var connected =
        vch.post(
            "/networks/web/connect",
            "{\"Container\":\"c1\",\"EndpointConfig\":{\"IPAMConfig\":{\"IPv4Address\":\"10.9.0.77\"},\"Aliases\":[\"www\"],\"MacAddress\":\"02:00:00:00:00:99\"}}");
    assertThat(connected.body()).isEmpty();
    assertThat(connected.status()).isEqualTo(200);
    var member = vch.get("/networks/web").json().object("Containers").object(id.value());
    assertThat(member.text("IPv4Address")).isEqualTo("10.9.0.77/24");
    assertThat(member.text("MacAddress")).isNotEqualTo("02:00:00:00:00:99");
    assertThat(vch.post("/networks/web/connect", "{\"Container\":\"c1\"}").message())
        .isEqualTo("endpoint with name c1 already exists in network web");
    assertThat(vch.delete("/networks/web").message())
        .startsWith("error while removing network: network web has active endpoints (name:\"c1\"");
    assertThat(
            vch.post("/networks/web/disconnect", "{\"Container\":\"" + id.brief() + "\"}").status())
        .isEqualTo(200);
    assertThat(vch.post("/networks/web/disconnect", "{\"Container\":\"c1\"}").status())
        .isEqualTo(500);
    assertThat(vch.post("/networks/web/connect", "{\"Container\":\"nobody\"}").message())
        .isEqualTo("No such container: nobody");
    assertThat(vch.post("/networks/nope/connect", "{\"Container\":\"c1\"}").message())
        .isEqualTo("network nope not found");
    assertThat(vch.post("/networks/web/connect", "{}").status()).isEqualTo(400);
    assertThat(
            vch.post(
                    "/networks/web/connect",
                    "{\"Container\":\"c1\",\"EndpointConfig\":{\"IPAMConfig\":{\"LinkLocalIPs\":[\"10.0.0.1\"]}}}")
                .status())
        .isEqualTo(400);
    assertThat(vch.delete("/networks/web").status()).isEqualTo(204);
    assertThat(vch.delete("/networks/web").status()).isEqualTo(404);
    assertThat(vch.delete("/networks/bridge").message())
        .isEqualTo("bridge is a pre-defined network and cannot be removed");
  }

  @Test
  void prunes_what_nothing_uses() throws Exception {
    create("web", ",\"Labels\":{\"keep\":\"1\"}");
    create("old", "");
    create("used", "");
    vch.run(1, "used");
    assertThat(
            vch.post(
                    "/networks/prune?filters=" + URLEncoder.encode("{\"until\":[\"1h\"]}", UTF_8),
                    "")
                .body())
        .isEqualTo("{\"NetworksDeleted\":null}\n");
    assertThat(
            vch.post(
                    "/networks/prune?filters="
                        + URLEncoder.encode("{\"until\":[\"1h\",\"2h\"]}", UTF_8),
                    "")
                .message())
        .isEqualTo("more than one until filter specified");
    assertThat(
            vch.post(
                    "/networks/prune?filters="
                        + URLEncoder.encode("{\"label!\":[\"keep\"]}", UTF_8),
                    "")
                .body())
        .isEqualTo("{\"NetworksDeleted\":[\"old\"]}\n");
    assertThat(names("{\"type\":[\"custom\"]}")).containsExactly("used", "web");
  }
}
