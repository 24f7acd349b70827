package vch.api.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import vch.engine.fake.Samples;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Range;
import vch.portlayer.container.Container;
import vch.portlayer.container.Lease;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.rule.ExternalRules;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.testkit.Golden;

/// Container networks as Docker's clients see them.
class ContainerNetworksTest {
  private static final JsonMapper PRETTY =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
  private static final PortGroupId SEGMENT = new PortGroupId("0000000000cc");

  @TempDir Path dir;
  private FakeVch vch;

  @BeforeEach
  void open() throws Exception {
    vch = new FakeVch(dir);
    var group =
        new PortGroup(
            SEGMENT,
            "segment 7",
            new PortGroupKind.Internal(),
            "pl00000000cc",
            Optional.empty(),
            Samples.NOON);
    vch.engine.decide(_ -> Decision.of(group, new Change.PortGroupPut(group)));
    network(11, "lan", TrustLevel.PUBLISHED, List.of("10.2.0.1/16"), "10.2.8.0-10.2.8.255");
    network(12, "dhcp", TrustLevel.PUBLISHED, List.of());
    network(
        13,
        "dual",
        TrustLevel.OPEN,
        List.of("208.91.3.1/24", "fd03::1/64"),
        "208.91.3.10-208.91.3.20",
        "208.91.3.30-208.91.3.30",
        "fd03::100-fd03::1ff");
    network(14, "shut", TrustLevel.CLOSED, List.of("10.4.0.1/24"));
  }

  @AfterEach
  void close() {
    vch.close();
  }

  private void network(
      int n, String name, TrustLevel trust, List<String> gateways, String... pools) {
    var subnets =
        gateways.stream()
            .map(Cidr::parse)
            .map(
                g ->
                    new SubnetConfig(
                        g.subnet(), g.address(), Optional.empty(), Map.of(), true, true))
            .toList();
    var scope =
        new Scope(
            Samples.scopeId(n),
            Samples.BLUE,
            name,
            new ScopeKind.External(
                SEGMENT,
                trust,
                Arrays.stream(pools).map(Range::parse).toList(),
                n == 11 ? List.of(Ip.parse("10.2.0.2"), Ip.parse("9.9.9.9")) : List.of(),
                n == 12),
            subnets,
            1500,
            true,
            false,
            gateways.size() > 1,
            false,
            Map.of(),
            Map.of(),
            Samples.NOON,
            Optional.empty());
    vch.engine.decide(_ -> Decision.of(scope, new Change.ScopePut(scope)));
  }

  private Container create(String name, String body) throws Exception {
    var reply = vch.post("/v1.50/containers/create?name=" + name, body);
    assertThat(reply.status()).as(reply.body()).isEqualTo(201);
    return container(name);
  }

  private Container container(String name) {
    return vch.host.image().containerNamed(Samples.BLUE, name).orElseThrow();
  }

  /// Live without a machine: what is looked at here is the record.
  private Container run(String name, String network, String host, String... more) throws Exception {
    var c =
        create(
            name,
            "{\"Image\":\"busybox\",\"HostConfig\":{\"NetworkMode\":\""
                + network
                + "\""
                + host
                + "}"
                + String.join("", more)
                + "}");
    vch.engine.decide(i -> ContainerRules.starting(i, c.id(), true, new Random(1)));
    vch.engine.decide(i -> ContainerRules.started(i, c.id(), 77, Samples.NOON));
    return container(name);
  }

  private static String bindings(String... portsAndHosts) {
    var out = new StringBuilder(",\"PortBindings\":{");
    for (int i = 0; i < portsAndHosts.length; i += 2) {
      out.append(i == 0 ? "" : ",")
          .append("\"" + portsAndHosts[i] + "\":[{\"HostIp\":\"\",\"HostPort\":\"")
          .append(portsAndHosts[i + 1] + "\"}]");
    }
    return out + "}";
  }

  private String ports(String name) throws Exception {
    return vch.get("/containers/" + name + "/json")
        .json()
        .object("NetworkSettings")
        .raw()
        .path("Ports")
        .toString();
  }

  private String listed(String filters) throws Exception {
    var reply = vch.get("/containers/json?all=1&filters=" + URLEncoder.encode(filters, UTF_8));
    assertThat(reply.status()).as(reply.body()).isEqualTo(200);
    return StreamSupport.stream(PRETTY.readTree(reply.body()).spliterator(), false)
        .map(c -> c.path("Names").path(0).asString().substring(1) + c.path("Ports"))
        .sorted()
        .collect(Collectors.joining("\n"));
  }

  private List<String> names(String filters) throws Exception {
    var reply = vch.get("/networks?filters=" + URLEncoder.encode(filters, UTF_8));
    assertThat(reply.status()).isEqualTo(200);
    return Json.read("{\"all\":" + reply.body() + "}").objects("all").stream()
        .map(n -> n.text("Name"))
        .toList();
  }

  @Test
  void networks_show_what_they_are() throws Exception {
    run("server", "lan", "", ",\"Hostname\":\"server\"");
    run("both", "dual", "");
    create("stopped", "{\"Image\":\"busybox\",\"HostConfig\":{\"NetworkMode\":\"lan\"}}");
    var all = new StringBuilder();
    for (var name : List.of("lan", "dhcp", "dual", "shut")) {
      var json = PRETTY.readTree(vch.get("/v1.50/networks/" + name).body());
      all.append(PRETTY.writeValueAsString(json)).append('\n');
    }
    Golden.check(
        "docker/container-networks.txt",
        all.toString()
            .replace(container("server").id().value(), "<server>")
            .replace(container("both").id().value(), "<both>")
            .replaceAll("\"EndpointID\" : \"[0-9a-f]{64}\"", "\"EndpointID\" : \"<id>\""));
  }

  @Test
  void lists_by_driver_scope_and_type() throws Exception {
    assertThat(names("{\"driver\":[\"external\"]}")).containsExactly("dhcp", "dual", "lan", "shut");
    assertThat(names("{\"scope\":[\"external\"]}")).containsExactly("dhcp", "dual", "lan", "shut");
    assertThat(names("{\"scope\":[\"local\"]}")).containsExactly("bridge", "none");
    assertThat(names("{\"type\":[\"builtin\"]}"))
        .containsExactly("bridge", "dhcp", "dual", "lan", "none", "shut");
    assertThat(names("{\"type\":[\"custom\"]}")).isEmpty();
    assertThat(names("{\"dangling\":[\"true\"]}")).isEmpty();
    assertThat(names("{\"driver\":[\"external\"],\"name\":[\"^lan$\"]}")).containsExactly("lan");
    assertThat(vch.get("/networks/lan?scope=external").status()).isEqualTo(200);
    assertThat(vch.get("/networks/lan?scope=local").status()).isEqualTo(404);
    assertThat(vch.get("/info").json().object("Plugins").texts("Network"))
        .containsExactly("bridge", "external", "null");
  }

  @Test
  void they_are_not_dockers_to_make_or_to_remove() throws Exception {
    for (var body :
        List.of(
            "{\"Name\":\"x\",\"Driver\":\"external\"}",
            "{\"Name\":\"x\",\"Driver\":\"external\",\"Scope\":\"external\",\"Options\":{\"parent\":\"eth0\"},"
                + "\"IPAM\":{\"Config\":[{\"Subnet\":\"10.2.0.0/16\"}]}}")) {
      var refused = vch.post("/networks/create", body);
      assertThat(refused.message())
          .isEqualTo(
              "cannot create external networks: container networks are the VCH's own; add one with vch configure"
                  + " --container-network PORTGROUP:x");
      assertThat(refused.status()).isEqualTo(403);
    }
    assertThat(vch.post("/networks/create", "{\"Driver\":\"external\"}").message())
        .isEqualTo("invalid name: name is empty");
    assertThat(vch.post("/networks/create", "{\"Name\":\"x\",\"Driver\":\"externals\"}").message())
        .isEqualTo("plugin \"externals\" not found");
    for (var term : List.of("lan", Samples.scopeId(11).value())) {
      var refused = vch.delete("/networks/" + term);
      assertThat(refused.message())
          .isEqualTo(
              "network lan is a container network of the VCH and cannot be removed by Docker; remove it with vch configure");
      assertThat(refused.status()).isEqualTo(403);
    }
    assertThat(vch.call("POST", "/networks/prune").body()).contains("\"NetworksDeleted\":null");
    assertThat(names("{\"driver\":[\"external\"]}")).hasSize(4);
    // The name is taken, and an address of theirs is no subnet for others.
    assertThat(vch.post("/networks/create", "{\"Name\":\"lan\"}").status()).isEqualTo(409);
    assertThat(
            vch.post(
                    "/networks/create",
                    "{\"Name\":\"n\",\"IPAM\":{\"Config\":[{\"Subnet\":\"10.2.0.0/24\"}]}}")
                .message())
        .contains("overlaps with scope lan subnet 10.2.0.0/16");
  }

  @Test
  void ports_are_those_of_the_containers_own_address() throws Exception {
    run("plain", "lan", bindings("80/tcp", ""));
    run("same", "lan", bindings("80/tcp", "80"));
    run("redirect", "lan", bindings("8080/tcp", "80", "5353/udp", "53"));
    run("exposed", "lan", "", ",\"ExposedPorts\":{\"80/tcp\":{}}");
    run(
        "all",
        "lan",
        ",\"PublishAllPorts\":true",
        ",\"ExposedPorts\":{\"443/tcp\":{},\"53/udp\":{}}");
    run(
        "range",
        "lan",
        bindings("8000/tcp", "8000", "8001/tcp", "8001", "90/tcp", "80", "91/tcp", "81"));
    run("closed", "shut", "", ",\"ExposedPorts\":{\"80/tcp\":{}}");
    create(
        "stopped",
        "{\"Image\":\"busybox\",\"HostConfig\":{\"NetworkMode\":\"lan\""
            + bindings("80/tcp", "80")
            + "}}");
    Golden.check("docker/container-network-ports.txt", listed("{}") + "\n");
    assertThat(ports("plain"))
        .isEqualTo("{\"80/tcp\":[{\"HostIp\":\"10.2.8.0\",\"HostPort\":\"80\"}]}");
    assertThat(ports("redirect"))
        .isEqualTo(
            "{\"80/tcp\":null,\"5353/udp\":[{\"HostIp\":\"10.2.8.2\",\"HostPort\":\"53\"}],"
                + "\"8080/tcp\":[{\"HostIp\":\"10.2.8.2\",\"HostPort\":\"80\"}]}");
    assertThat(ports("exposed")).isEqualTo("{\"80/tcp\":null}");
    assertThat(ports("stopped")).isEqualTo("{}");
    // What was asked stays as it was asked: a copy of it makes the same container again.
    assertThat(asked("plain")).isEqualTo("{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"\"}]}");
    assertThat(listed("{\"publish\":[\"53/udp\"]}")).startsWith("all[").contains("\nredirect[");
    assertThat(listed("{\"publish\":[\"81-82\"]}")).startsWith("range[").doesNotContain("\n");
    assertThat(listed("{\"publish\":[\"8080\"]}")).isEmpty();
    assertThat(listed("{\"expose\":[\"8080\"]}")).startsWith("redirect[").doesNotContain("\n");
    assertThat(listed("{\"network\":[\"shut\"]}"))
        .isEqualTo("closed[{\"PrivatePort\":80,\"Type\":\"tcp\"}]");
  }

  private String asked(String name) throws Exception {
    return vch.get("/containers/" + name + "/json")
        .json()
        .object("HostConfig")
        .raw()
        .path("PortBindings")
        .toString();
  }

  @Test
  void an_open_network_leaks_nothing_into_the_ports() throws Exception {
    run("open", "dual", "", ",\"ExposedPorts\":{\"80/tcp\":{}}");
    assertThat(ports("open")).isEqualTo("{\"80/tcp\":null}");
    assertThat(asked("open")).isEqualTo("null");
    assertThat(listed("{}")).isEqualTo("open[{\"PrivatePort\":80,\"Type\":\"tcp\"}]");
  }

  @Test
  void both_families_have_the_port_unless_one_was_asked_for() throws Exception {
    run("both", "dual", bindings("80/tcp", "8080"));
    run(
        "four",
        "dual",
        ",\"PortBindings\":{\"80/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"80\"}]}");
    assertThat(ports("both"))
        .isEqualTo(
            "{\"80/tcp\":[{\"HostIp\":\"208.91.3.10\",\"HostPort\":\"8080\"},{\"HostIp\":\"fd03::100\",\"HostPort\":\"8080\"}]}");
    assertThat(ports("four"))
        .isEqualTo("{\"80/tcp\":[{\"HostIp\":\"208.91.3.11\",\"HostPort\":\"80\"}]}");
  }

  @Test
  void ports_of_the_network_named_at_create() throws Exception {
    var two = ",\"NetworkingConfig\":{\"EndpointsConfig\":{\"lan\":{},\"bridge\":{}}}";
    run("direct", "lan", bindings("8080/tcp", "80"), two);
    run("natted", "bridge", bindings("8080/tcp", "80"), two);
    assertThat(ports("direct"))
        .isEqualTo(
            "{\"80/tcp\":null,\"8080/tcp\":[{\"HostIp\":\"10.2.8.0\",\"HostPort\":\"80\"}]}");
    assertThat(ports("natted"))
        .isEqualTo("{\"80/tcp\":null,\"8080/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"80\"}]}");
    // Off the network: nothing is published at the address of another one.
    for (var gone : List.of("direct lan", "natted bridge")) {
      var words = gone.split(" ");
      var id = container(words[0]).id();
      var scope = vch.host.image().scopeNamed(Samples.BLUE, words[1]).orElseThrow().id();
      vch.engine.decide(i -> EndpointRules.disconnect(i, id, scope));
      assertThat(ports(words[0])).as(gone).doesNotContain("HostPort");
    }
  }

  @Test
  void places_show_address_router_and_names() throws Exception {
    run("server", "lan", "", ",\"Hostname\":\"web1\"");
    run("both", "dual", "", ",\"Hostname\":\"web2\"");
    run("leased", "dhcp", "", ",\"Hostname\":\"web3\"");
    var leased = container("leased");
    var lease =
        new Lease(
            Cidr.parse("10.7.0.33/22"),
            Ip.parse("10.7.0.2"),
            List.of(Ip.parse("10.7.0.254"), Ip.parse("10.7.0.253")),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Samples.NOON,
            Samples.NOON.plusSeconds(600));
    assertThat(place("leased", "dhcp").text("IPAddress")).isEmpty();
    vch.engine.decide(
        i -> ExternalRules.leased(i, leased.id(), leased.endpoints().getFirst().id(), lease));
    var all = new StringBuilder();
    for (var name : List.of("server lan", "both dual", "leased dhcp")) {
      var words = name.split(" ");
      var text = PRETTY.writeValueAsString(place(words[0], words[1]).raw());
      all.append(name)
          .append(' ')
          .append(
              text.replace(container(words[0]).id().brief(), "<brief>")
                  .replaceAll("\"EndpointID\" : \"[0-9a-f]{64}\"", "\"EndpointID\" : \"<id>\""))
          .append('\n');
    }
    Golden.check("docker/container-network-places.txt", all.toString());
    // The fields beside Networks are those of the default bridge.
    var settings = vch.get("/containers/server/json").json().object("NetworkSettings");
    assertThat(settings.text("IPAddress") + settings.text("Gateway") + settings.text("MacAddress"))
        .isEmpty();
    assertThat(
            vch.get("/networks/dhcp")
                .json()
                .object("Containers")
                .object(leased.id().value())
                .text("IPv4Address"))
        .isEqualTo("10.7.0.33/22");
  }

  private Fields place(String container, String network) throws Exception {
    return vch.get("/v1.50/containers/" + container + "/json")
        .json()
        .object("NetworkSettings")
        .object("Networks")
        .object(network);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "HostConfig":{"NetworkMode":"shut","PortBindings":{"80/tcp":[{}]}} | 400 | ports cannot be published via container network shut (firewall configured as either "closed" or "outbound")
          "HostConfig":{"NetworkMode":"lan","PortBindings":{"80/tcp":[{"HostPort":"80-90"}]}} | 400 | ports published on external networks cannot include both a redirect and a range (80-90)
          "HostConfig":{"NetworkMode":"lan","Privileged":true} | 403 | container x1 would have CAP_NET_ADMIN, with which it can lift the firewall of container network lan: leave it out, or create the VCH with --allow-net-admin
          "HostConfig":{"NetworkMode":"lan","CapAdd":["cap_net_admin"]} | 403 | container x1 would have CAP_NET_ADMIN, with which it can lift the firewall of container network lan: leave it out, or create the VCH with --allow-net-admin
          "HostConfig":{"NetworkMode":"lan"},"NetworkingConfig":{"EndpointsConfig":{"lan":{"IPAMConfig":{"IPv4Address":"10.2.9.1"}}}} | 400 | 10.2.9.1 is outside the range of network lan: 10.2.8.0-10.2.8.255
          "HostConfig":{"NetworkMode":"dhcp"},"NetworkingConfig":{"EndpointsConfig":{"dhcp":{"IPAMConfig":{"IPv4Address":"10.2.9.1"}}}} | 400 | Cannot set static IP (10.2.9.1) when default gateway is not set for network dhcp: its addresses come by DHCP
          """)
  void create_refuses(String rest, int status, String message) throws Exception {
    var reply =
        vch.post("/v1.50/containers/create?name=x1", "{\"Image\":\"busybox\"," + rest + "}");
    assertThat(reply.message()).isEqualTo(message);
    assertThat(reply.status()).isEqualTo(status);
  }

  @Test
  void a_privileged_exec_is_refused_on_a_guarded_network_when_made_and_when_run() throws Exception {
    var exec = "{\"Cmd\":[\"true\"],\"Privileged\":true}";
    run("open", "dual", "");
    run("free", "bridge", "");
    assertThat(vch.post("/containers/open/exec", exec).status()).isEqualTo(201);
    var before = vch.post("/containers/free/exec", exec);
    assertThat(before.status()).isEqualTo(201);
    var free = container("free").id();
    assertThat(vch.post("/networks/lan/connect", "{\"Container\":\"free\"}").status())
        .isEqualTo(200);
    var refusal =
        "a privileged exec in container free would have CAP_NET_ADMIN, with which it can lift the firewall of container network"
            + " lan: leave it out, or create the VCH with --allow-net-admin";
    for (var reply :
        List.of(
            vch.post("/containers/" + free + "/exec", exec),
            vch.post("/exec/" + before.json().text("Id") + "/start", "{\"Detach\":true}"))) {
      assertThat(reply.message()).isEqualTo(refusal);
      assertThat(reply.status()).isEqualTo(403);
    }
    assertThat(vch.post("/containers/free/exec", "{\"Cmd\":[\"true\"]}").status()).isEqualTo(201);
  }
}
