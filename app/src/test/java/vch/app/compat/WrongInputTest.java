package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Wrong input by the real docker CLI and by bytes on the socket: one clear sentence, the right
/// status, and nothing changed.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WrongInputTest {
  private final TestMachine machine = new TestMachine();
  private TestVch vch = new TestVch(machine, "blue");
  private String before = "";

  @BeforeAll
  void start() {
    machine.startDaemon();
    vch = machine.create("blue");
    vch.docker("network", "create", "--subnet", "10.1.0.0/24", "web").ok();
    vch.serve("holder", 80, "here", "--net", "web", "--ip", "10.1.0.10", "-p", "8080:80");
    before = state();
  }

  @AfterAll
  void stop() {
    try {
      assertThat(machine.vch("plan").ok()).isEmpty();
      vch.fetch("http://" + vch.publicAddress() + ":8080/").saying("here");
      assertThat(machine.log()).doesNotContain(" error ");
    } finally {
      machine.close();
    }
  }

  @AfterEach
  void nothing_has_changed() {
    assertThat(state()).isEqualTo(before);
  }

  private String state() {
    var script =
        "docker network ls --format '{{.ID}} {{.Name}} {{.Driver}}' && docker volume ls -q && docker image ls -q"
            + " && docker ps -a --format '{{.ID}} {{.Names}} {{.State}} {{.Ports}} {{.Networks}}'";
    return Command.run(Map.of("DOCKER_HOST", vch.host()), new byte[0], List.of("sh", "-c", script))
        .ok();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "run -d --net nope busybox sleep 9|network nope not found",
        "create --name holder busybox|The container name \"/holder\" is already in use by container",
        "create --name - busybox|Invalid container name (-), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
        "network create web|network with name web already exists",
        "network create bridge|bridge",
        "network create --subnet 10.1.0.128/25 x|Pool overlaps with other one on this address space",
        "network create --subnet 10.1.0.128/25 x|web",
        "network create --subnet 192.168.218.0/24 x|192.168.218.0/24",
        "network create --subnet 10.2.0.0/33 x|invalid CIDR",
        "network create --subnet 10.2.0.5/24 x|it should be 10.2.0.0/24",
        "network create --subnet 10.2.0.0/24 --gateway 10.3.0.1 x|no matching subnet for gateway", // by the client itself
        "network create --subnet 10.2.0.0/24 --ip-range 10.3.0.0/25 x|no matching subnet for range", // and so
        "network create -d nope x|nope",
        "network create --gateway 10.3.0.1 x|must have a corresponding subnet",
        "run -d --net web --ip 10.1.0.10 busybox sleep 9|Address already in use",
        "run -d --net web --ip 10.1.0.10 busybox sleep 9|holder",
        "run -d --net web --ip 10.1.0.1 busybox sleep 9|the gateway of network web",
        "run -d --net web --ip 10.9.0.1 busybox sleep 9|no configured subnet contains IP address 10.9.0.1",
        "run -d --rm --name second -p 8080:80 busybox sleep 9|port is already allocated",
        "run -d --rm --name second -p 8080:80 busybox sleep 9|holder",
        "run -d --rm --name second -p 2376:80 busybox sleep 9|the Docker API",
        "run -d --net host busybox sleep 9|host",
        "network rm web|has active endpoints",
        "network rm nope|network nope not found",
        "network rm bridge|bridge is a pre-defined network and cannot be removed",
        "network connect web nope|No such container: nope",
        "network disconnect bridge holder|is not connected to network bridge",
        "rm holder|container is running",
        "start nope|No such container: nope",
        "run nosuchimage-here:1 true|nosuchimage-here",
        "volume rm nope|no such volume",
        "rmi busybox|using",
      })
  void docker_is_refused_with_a_clear_sentence(String line, String sentence) {
    var words = line.split(" ");
    var ran = vch.docker(words);
    var left = line.contains("--name second") ? vch.docker("rm", "-f", "second") : ran;
    assertThat(left).isNotNull();
    assertThat(ran.status()).as(ran::toString).isNotZero();
    assertThat(ran.out() + ran.err())
        .as(ran::toString)
        .contains(sentence)
        .doesNotContain("Exception");
    // what could not start stays as docker leaves it: created; it goes here
    vch.docker("container", "prune", "-f");
  }

  private Ran post(String path, String body, String... further) {
    return postAs("application/json", path, body, further);
  }

  private Ran postAs(String type, String path, String body, String... further) {
    var words =
        new java.util.ArrayList<>(
            List.of(
                "curl",
                "-sS",
                "--max-time",
                "20",
                "--unix-socket",
                machine.run + "/blue/docker.sock",
                "-w",
                "\n%{http_code}",
                "-X",
                "POST",
                "-H",
                "Content-Type: " + type,
                "--data-binary",
                "@-"));
    words.addAll(List.of(further));
    words.add("http://d" + path);
    return Command.run(Map.of(), body.getBytes(StandardCharsets.UTF_8), words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1.50/networks/create|{\"Name\":|400",
        "/v1.50/networks/create|{\"Name\":\"x\"} trailing|400",
        "/v1.50/networks/create|[]|400",
        "/v1.50/networks/create|null|400",
        "/v1.50/networks/create|{\"Name\":7}|400",
        "/v1.50/networks/create|{}|400",
        "/v1.50/networks/create|{\"Name\":\"x\",\"IPAM\":{\"Config\":[{\"Subnet\":\"10.2\"}]}}|400",
        "/v1.50/networks/create|{\"Name\":\"x\",\"IPAM\":{\"Config\":[{\"Subnet\":\"10.2.0.0/24\",\"Gateway\":\"10.3.0.1\"}]}}|400",
        "/v1.50/networks/create|{\"Name\":\"x\",\"IPAM\":{\"Config\":[{\"Subnet\":\"10.2.0.0/24\",\"IPRange\":\"10.3.0.0/25\"}]}}|400",
        "/v1.50/containers/create|{\"Image\":\"busybox\",\"Cmd\":{}}|400",
        "/v1.50/containers/create|{\"Image\":\"busybox\",\"HostConfig\":{\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"99999\"}]}}}|400",
        "/v1.50/containers/create|{}|400",
        "/v1.50/containers/create?name=holder|{\"Image\":\"busybox\"}|409",
        "/v1.50/containers/create|{\"Image\":\"nope\"}|404",
        "/v1.50/containers/nope/start||404",
        "/v1.50/networks/nope/connect|{\"Container\":\"holder\"}|404",
        "/v9.99/networks/create|{\"Name\":\"x\"}|400",
        "/v1.50/nothing/here||404",
      })
  void the_status_is_right_and_the_body_is_a_message(String path, String body, String status) {
    var ran = post(path, body == null ? "" : body);
    var lines = ran.ok().lines().toList();
    assertThat(lines.getLast()).as(ran::toString).isEqualTo(status);
    assertThat(lines.getFirst())
        .as(ran::toString)
        .startsWith("{\"message\":\"")
        .doesNotContain("Exception");
  }

  @Test
  void an_api_version_that_is_not_known_says_which_are() {
    assertThat(post("/v1.99/networks/create", "{\"Name\":\"x\"}").ok())
        .contains("1.99")
        .contains("1.50");
    assertThat(post("/v1.12/networks/create", "{\"Name\":\"x\"}").ok())
        .contains("1.12")
        .contains("1.24");
  }

  @Test
  void another_content_type_is_refused() {
    assertThat(postAs("text/plain", "/v1.50/networks/create", "Name=x").ok())
        .contains("Content-Type")
        .endsWith("400");
  }

  @Test
  void an_oversized_body_is_refused() {
    var large = "{\"Name\":\"x\",\"Labels\":{\"a\":\"" + "b".repeat(20_000_000) + "\"}}";
    assertThat(post("/v1.50/networks/create", large).out()).contains("larger than").endsWith("413");
    var header = post("/v1.50/networks/create", "{}", "-H", "X-Long: " + "y".repeat(60_000)).ok();
    assertThat(header).endsWith("431");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST /v1.50/networks/create HTTP/1.1\\r\\nHost: d\\r\\nContent-Type: application/json\\r\\nContent-Length: 50\\r\\n\\r\\n{\"Name\":\"x\"",
        "POST /v1.50/networks/create HTTP/1.1\\r\\nHost: d\\r\\nContent-Ty",
        "POST /v1.50/networks/create HTTP/1.1\\r\\nHost: d\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n5\\r\\n{\"Nam",
        "POST /v1.50/networks/create HTTP/1.1\\r\\nHost: d\\r\\nContent-Length: nine\\r\\n\\r\\n{}",
        "GARBAGE",
        "\\26\\3\\1\\2\\0", // TLS
        "GET /../../etc/passwd HTTP/1.1\\r\\nHost: d\\r\\n\\r\\n",
      })
  void half_a_request_and_no_request_at_all_do_nothing(String bytes) throws IOException {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(Path.of(machine.run + "/blue/docker.sock")));
      channel.write(
          ByteBuffer.wrap(bytes.translateEscapes().getBytes(StandardCharsets.ISO_8859_1)));
      channel.shutdownOutput();
      var answer = ByteBuffer.allocate(4096);
      channel.read(answer);
      assertThat(new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1))
          .doesNotContain(" 201 ")
          .doesNotContain("root:");
    }
  }
}
