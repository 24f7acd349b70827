package vch.api.docker.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import vch.api.docker.FakeVch;
import vch.engine.fake.FakeProcesses;
import vch.engine.fake.Samples;
import vch.testkit.Golden;

/// What inspect and list say, by API version, of containers in several states.
class ContainerJsonTest {
  private static final JsonMapper PRETTY =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
  @TempDir static Path dir;
  private static FakeVch vch;

  @BeforeAll
  static void open() throws Exception {
    vch = new FakeVch(dir);
    assertThat(
            vch.post(
                    "/networks/create",
                    "{\"Name\":\"web\",\"IPAM\":{\"Config\":[{\"Subnet\":\"10.9.0.0/24\"}]}}")
                .status())
        .isEqualTo(201);
    create(
        "full",
        """
        {"Image":"busybox","Cmd":["httpd","-p 80"],"Hostname":"fullhost","ExposedPorts":{"443/tcp":{}},"Labels":{"a":"b"},"Env":["X=y"],
         "HostConfig":{"NetworkMode":"web","PortBindings":{"80/tcp":[{"HostPort":"8080"}],"53/udp":[{"HostIp":"192.168.218.2","HostPort":"5353"}]},
          "Binds":["/tmp:/t:ro","data:/d"],"Tmpfs":{"/s":""},"Memory":67108864,"RestartPolicy":{"Name":"always"}},
         "NetworkingConfig":{"EndpointsConfig":{"web":{"Aliases":["www"],"IPAMConfig":{"IPv4Address":"10.9.0.7"}},"bridge":{}}}}
        """);
    create("plain", "{\"Image\":\"busybox\"}");
    create("lonely", "{\"Image\":\"busybox\",\"HostConfig\":{\"NetworkMode\":\"none\"}}");
    create(
        "guest",
        "{\"Image\":\"busybox\",\"HostConfig\":{\"NetworkMode\":\"container:full\",\"Links\":null}}");
    create("linked", "{\"Image\":\"busybox\",\"HostConfig\":{\"Links\":[\"plain:db\"]}}");
    for (var name : new String[] {"full", "plain", "lonely"}) {
      assertThat(vch.post("/containers/" + name + "/start", "").status()).isEqualTo(204);
    }
    var processes = (FakeProcesses) vch.host.processes();
    processes.end(
        vch.host.image().containerNamed(Samples.BLUE, "lonely").orElseThrow().id(), 137, true);
    vch.time.settle();
    vch.time.advance(Duration.ofSeconds(125));
  }

  @AfterAll
  static void close() {
    vch.close();
  }

  private static void create(String name, String body) throws Exception {
    var reply = vch.post("/containers/create?name=" + name, body);
    assertThat(reply.status()).as(reply.body()).isEqualTo(201);
    vch.time.advance(Duration.ofSeconds(1));
  }

  private static String pretty(String path) throws Exception {
    var reply = vch.get(path);
    return "GET "
        + path
        + "\n"
        + reply.status()
        + "\n"
        + PRETTY.writeValueAsString(PRETTY.readTree(reply.body()))
        + "\n";
  }

  @Test
  void inspect_of_a_running_container() throws Exception {
    Golden.check("docker/containers/running.txt", pretty("/v1.50/containers/full/json?size=1"));
  }

  @Test
  void inspect_of_others() throws Exception {
    Golden.check(
        "docker/containers/others.txt",
        pretty("/v1.44/containers/lonely/json")
            + pretty("/v1.50/containers/guest/json")
            + pretty("/v1.50/containers/linked/json"));
  }

  @Test
  void inspect_by_version() throws Exception {
    var old =
        vch.get("/v1.43/containers/full/json")
            .json()
            .object("NetworkSettings")
            .object("Networks")
            .object("web");
    var now =
        vch.get("/v1.50/containers/full/json")
            .json()
            .object("NetworkSettings")
            .object("Networks")
            .object("web");
    var id = vch.host.image().containerNamed(Samples.BLUE, "full").orElseThrow().id().brief();
    assertThat(old.texts("Aliases")).containsExactly("www", id, "fullhost");
    assertThat(old.given("DNSNames")).isFalse();
    assertThat(old.given("GwPriority")).isFalse();
    assertThat(now.texts("Aliases")).containsExactly("www");
    assertThat(now.texts("DNSNames")).containsExactly("full", "www", id, "fullhost");
    assertThat(now.given("GwPriority")).isTrue();
  }

  @Test
  void list() throws Exception {
    Golden.check("docker/containers/list.txt", pretty("/v1.50/containers/json?all=1"));
  }

  private static String names(String filters) throws Exception {
    return names("all=1", filters);
  }

  private static String names(String more, String filters) throws Exception {
    var reply =
        vch.get(
            "/containers/json?"
                + more
                + "&filters="
                + java.net.URLEncoder.encode(filters, java.nio.charset.StandardCharsets.UTF_8));
    if (reply.status() != 200) {
      return reply.status() + " " + reply.message();
    }
    return StreamSupport.stream(PRETTY.readTree(reply.body()).spliterator(), false)
        .map(c -> c.path("Names").path(0).asString().substring(1))
        .reduce((a, b) -> a + " " + b)
        .orElse("");
  }

  @Test
  void filters() throws Exception {
    assertThat(names("", "{}")).isEqualTo("plain full");
    assertThat(names("{}")).isEqualTo("linked guest lonely plain full");
    assertThat(names("limit=2", "{}")).isEqualTo("linked guest");
    assertThat(names("{\"name\":[\"^l\"]}"))
        .isEqualTo("linked lonely plain"); // a link is a name, too
    assertThat(names("{\"status\":[\"exited\"]}")).isEqualTo("lonely");
    assertThat(names("", "{\"status\":[\"created\"]}")).isEqualTo("linked guest");
    assertThat(names("{\"exited\":[\"137\"]}")).isEqualTo("lonely");
    assertThat(names("{\"label\":[\"a=b\"]}")).isEqualTo("full");
    assertThat(names("{\"label\":[\"vendor\"]}")).isEqualTo("linked guest lonely plain full");
    assertThat(names("{\"ancestor\":[\"busybox\"]}")).isEqualTo("linked guest lonely plain full");
    assertThat(names("{\"ancestor\":[\"nginx\"]}")).isEmpty();
    assertThat(names("{\"network\":[\"web\"]}")).isEqualTo("full");
    assertThat(names("{\"volume\":[\"data\"]}")).isEqualTo("full");
    assertThat(names("{\"volume\":[\"/t\"]}")).isEqualTo("full");
    assertThat(names("{\"publish\":[\"8000-8100\"]}")).isEqualTo("full");
    assertThat(names("{\"publish\":[\"5353/udp\"]}")).isEqualTo("full");
    assertThat(names("{\"publish\":[\"5353\"]}")).isEmpty();
    assertThat(names("{\"expose\":[\"443\"]}")).isEqualTo("full");
    assertThat(names("{\"before\":[\"plain\"]}")).isEqualTo("full");
    assertThat(names("{\"since\":[\"lonely\"]}")).isEqualTo("linked guest");
    assertThat(names("{\"health\":[\"none\"],\"is-task\":[\"false\"]}"))
        .isEqualTo("linked guest lonely plain full");
    assertThat(names("{\"is-task\":[\"true\"]}")).isEmpty();
    assertThat(names("{\"status\":[\"asleep\"]}"))
        .isEqualTo("400 invalid filter 'status=[asleep]'");
    assertThat(names("{\"colour\":[\"red\"]}")).isEqualTo("400 invalid filter 'colour'");
    assertThat(names("{\"before\":[\"nope\"]}")).isEqualTo("404 No such container: nope");
    assertThat(names("{\"publish\":[\"x\"]}")).isEqualTo("400 invalid filter 'publish=[x]'");
  }
}
