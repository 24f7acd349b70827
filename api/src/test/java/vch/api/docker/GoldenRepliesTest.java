package vch.api.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import vch.api.docker.table.DockerApi;
import vch.testkit.Golden;

class GoldenRepliesTest {
  private static final JsonMapper PRETTY =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
  @TempDir static Path dir;
  private static FakeVch vch;

  @BeforeAll
  static void open() throws Exception {
    vch = new FakeVch(dir);
    assertThat(
            vch.post(
                    "/v1.50/networks/create",
                    """
                    {"Name":"web","Driver":"bridge","Internal":false,"Labels":{"team":"a"},"Options":{"com.docker.network.driver.mtu":"1400"},
                     "IPAM":{"Driver":"default","Config":[{"Subnet":"10.9.0.0/24","IPRange":"10.9.0.128/25","Gateway":"10.9.0.254","AuxiliaryAddresses":{"router":"10.9.0.9"}}]}}
                    """)
                .status())
        .isEqualTo(201);
    assertThat(vch.post("/volumes/create", "{\"Name\":\"data\",\"Labels\":{\"a\":\"b\"}}").status())
        .isEqualTo(201);
    vch.run(1, "bridge");
    vch.run(2, "web");
    vch.run(3);
    vch.create(4, "web");
  }

  @AfterAll
  static void close() {
    vch.close();
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

  private static void check(String file, String... paths) throws Exception {
    var all = new StringBuilder();
    for (var path : paths) {
      all.append(pretty(path));
    }
    Golden.check("docker/" + file, all.toString());
  }

  @Test
  void networks() throws Exception {
    check(
        "networks.txt",
        "/v1.50/networks",
        "/v1.50/networks/web",
        "/v1.50/networks/bridge",
        "/v1.50/networks/none",
        "/v1.27/networks?filters=%7B%22name%22%3A%5B%22web%22%5D%7D");
  }

  @Test
  void images() throws Exception {
    check(
        "images.txt",
        "/v1.24/images/json",
        "/v1.50/images/json?shared-size=1",
        "/v1.24/images/busybox/json",
        "/v1.44/images/busybox/json",
        "/v1.50/images/busybox/json",
        "/v1.50/images/busybox/history");
  }

  @Test
  void volumes() throws Exception {
    check("volumes.txt", "/v1.50/volumes", "/v1.50/volumes/data");
  }

  @Test
  void the_system() throws Exception {
    check(
        "system.txt",
        "/v1.24/version",
        "/v1.50/version",
        "/v1.24/info",
        "/v1.50/info",
        "/v1.50/system/df");
  }

  @Test
  void routes() {
    Golden.check(
        "docker/routes.txt",
        DockerApi.routes(vch.host).stream()
            .map(Object::toString)
            .collect(Collectors.joining("\n", "", "\n")));
    var paths = DockerApi.routes(vch.host).stream().map(r -> r.method() + " " + r.path()).toList();
    assertThat(paths).doesNotHaveDuplicates();
    assertThat(List.copyOf(paths)).contains("GET /swarm", "POST /build");
  }
}
