package vch.api.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import vch.api.docker.table.DockerApi;
import vch.api.http.HttpServer;
import vch.api.http.Wire;
import vch.engine.RunningEngine;
import vch.engine.fake.Cuts;
import vch.engine.fake.FakeMachine;
import vch.engine.fake.FakeProcesses;
import vch.engine.fake.FakeVolumes;
import vch.engine.fake.ManualScheduler;
import vch.engine.fake.Samples;
import vch.engine.ledger.MemoryJournal;
import vch.engine.lifecycle.ContainerLives;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Resolver;
import vch.portlayer.port.PortSet;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.rule.ContainerNetworkOptions;
import vch.portlayer.rule.CreateContainer;
import vch.portlayer.rule.CreateVch;
import vch.portlayer.rule.DefaultBridge;
import vch.portlayer.rule.EndpointRequest;
import vch.portlayer.rule.VchRules;
import vch.portlayer.vch.BridgeSettings;
import vch.portlayer.vch.TlsMode;

/// A VCH over a machine, processes and images in memory, with its Docker API on a Unix socket.
public final class FakeVch implements AutoCloseable {
  public final ManualScheduler time = new ManualScheduler(Samples.NOON);
  public final FakeImages images = new FakeImages();
  public final RunningEngine engine;
  public final ContainerLives lives;
  public final DockerHost host;
  public final Path socket;
  private final HttpServer server = new HttpServer(Duration.ofSeconds(2));

  public FakeVch(Path dir) throws IOException {
    engine = RunningEngine.start(new MemoryJournal(), new FakeMachine(), time);
    var volumes = new FakeVolumes(new Cuts());
    var processes = new FakeProcesses(time);
    lives =
        new ContainerLives(
            engine,
            processes,
            volumes,
            time,
            new Random(7),
            time,
            new vch.engine.fake.FakeDhcp(),
            _ -> {});
    lives.recover();
    engine.decide(
        image ->
            VchRules.create(
                image,
                new CreateVch(
                    Samples.BLUE,
                    "blue",
                    List.of(),
                    BridgeSettings.DEFAULT,
                    DefaultBridge.ANY,
                    List.of(),
                    TlsMode.VERIFY,
                    List.of("reg:5000"),
                    false,
                    ContainerNetworkOptions.NONE,
                    List.of(Samples.VM_NETWORK, new PortGroupId("0000000000bb")),
                    List.of("pl00000000aa", "pl00000000bb"),
                    List.of(Samples.scopeId(1), Samples.scopeId(2)),
                    1,
                    List.of(),
                    Samples.NOON)));
    time.settle();
    var settings =
        new DockerSettings(
            "0.1.0",
            "abcdef0",
            "2026-11-21T00:00:00Z",
            "6.18.0",
            "Debian GNU/Linux 12 (bookworm)",
            "12",
            "x86_64",
            2,
            1,
            4L << 30,
            Path.of("/var/lib/portlayer"),
            "runc",
            List.of("crun", "runc"),
            "cgroupfs",
            "1");
    host =
        new DockerHost(
            Samples.BLUE,
            engine,
            lives,
            lives.attachments(),
            images,
            volumes,
            processes,
            time,
            new Random(5),
            settings,
            dir.resolve("docker.sock"));
    images.happened =
        (action, name) -> host.publish("image", action, FakeImages.BUSYBOX, Map.of("name", name));
    socket = dir.resolve("docker.sock");
    server.listen(socket, DockerApi.handler(host));
  }

  /// Starts container number `n`, called `c<n>`, on these networks.
  public ContainerId run(int n, String... networks) {
    var id = create(n, networks);
    lives.start(id);
    return id;
  }

  public ContainerId create(int n, String... networks) {
    var id = Samples.containerId(n);
    var requests = new java.util.ArrayList<EndpointRequest>();
    for (var network : networks) {
      requests.add(
          new EndpointRequest(
              new EndpointId(
                  String.format(java.util.Locale.ROOT, "%08x", n * 10 + requests.size())
                      + "e".repeat(56)),
              network,
              List.of(),
              List.of(),
              Optional.empty(),
              List.of(),
              List.of(),
              0,
              Optional.empty(),
              Map.of(),
              Optional.empty(),
              1000 + n));
    }
    var mode = networks.length == 0 ? new NetworkMode.None() : new NetworkMode.Scoped(networks[0]);
    lives.create(
        new CreateContainer(
            id,
            Samples.BLUE,
            Optional.of("c" + n),
            List.of(),
            "",
            "",
            mode,
            requests,
            List.of(),
            PortSet.EMPTY,
            false,
            List.of(),
            Resolver.NONE,
            Map.of(),
            Samples.spec(),
            "{}",
            time.instant()));
    return id;
  }

  /// An answer.
  ///
  /// @param body without framing
  public record Reply(int status, String head, String body) {
    public String message() {
      return Json.read(body).text("message");
    }

    public Fields json() {
      return Json.read(body);
    }
  }

  public Reply get(String path) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
  }

  public Reply call(String method, String path) throws IOException {
    return send(
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  }

  public Reply delete(String path) throws IOException {
    return send("DELETE " + path + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
  }

  public Reply post(String path, String json) throws IOException {
    return post(path, "application/json", json);
  }

  public Reply post(String path, String contentType, String body) throws IOException {
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    return send(
        "POST "
            + path
            + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Type: "
            + contentType
            + "\r\nContent-Length: "
            + length
            + "\r\n\r\n"
            + body);
  }

  /// Sends bytes as they are; the connection must end by itself.
  public Reply send(String request) throws IOException {
    try (var wire = Wire.unix(socket)) {
      wire.send(request);
      var head = wire.head();
      var body = wire.rest();
      if (head.contains("Transfer-Encoding: chunked")) {
        body = unchunked(body);
      }
      return new Reply(head.isEmpty() ? 0 : Integer.parseInt(head.substring(9, 12)), head, body);
    }
  }

  private static String unchunked(String text) {
    var out = new StringBuilder();
    int at = 0;
    while (true) {
      int line = text.indexOf("\r\n", at);
      int length = line < 0 ? 0 : Integer.parseInt(text.substring(at, line), 16);
      if (length == 0) {
        return line < 0 ? out + "(cut)" : out.toString();
      }
      out.append(text, line + 2, line + 2 + length);
      at = line + 2 + length + 2;
    }
  }

  @Override
  public void close() {
    server.close();
    time.settle();
    lives.close();
    engine.close();
  }
}
