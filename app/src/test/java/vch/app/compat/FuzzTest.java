package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Malformed input to every listener of a daemon: no crash, no status 500, nothing outside touched,
/// memory bounded, and the same service afterwards. One round is always the same; `-Dfuzz.rounds=N`
/// makes it longer, from another seed each time, `-Dfuzz.seed=N` repeats a run.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FuzzTest {
  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 1);
  private static final long SEED = Long.getLong("fuzz.seed", ROUNDS == 1 ? 1 : System.nanoTime());

  /// A daemon at rest needs about 140 MiB; its heap is bounded to 256 MiB.
  private static final long RESIDENT_KIB_MAX = 600 * 1024;

  private static final Pattern NOT_FOR_USERS =
      Pattern.compile("Exception|java\\.|\\bnull pointer|tools\\.jackson|\\tat ");

  private final TestMachine machine = new TestMachine();
  private TestVch vch = new TestVch(machine, "blue");
  private final Fuzz fuzz = new Fuzz(SEED);
  private Path socket = Path.of("/");
  private Path canary = Path.of("/");
  private long pid;

  /// What was answered badly since the last look.
  private final List<String> faults = new ArrayList<>();

  @BeforeAll
  void start() throws IOException {
    System.out.println("fuzz.seed=" + SEED + " fuzz.rounds=" + ROUNDS);
    machine.startDaemon();
    pid = machine.daemonPid();
    vch = machine.create("blue");
    socket = machine.run.resolve("blue/docker.sock");
    vch.docker("network", "create", "--subnet", "10.1.0.0/24", "web").ok();
    vch.docker("volume", "create", "data").ok();
    vch.docker("run", "-d", "--name", "holder", "--net", "web", "busybox", "sleep", "100000").ok();
    canary = Files.createDirectories(machine.directory("outside")).resolve("canary");
    Files.writeString(canary, "unchanged");
  }

  @AfterAll
  void stop() throws IOException {
    try {
      theDaemonIsWell("at the end");
      assertThat(vch.docker("exec", "holder", "echo", "alive").ok()).isEqualTo("alive");
      assertThat(machine.vch("plan").ok()).isEmpty();
      assertThat(machine.log())
          .as("the daemon's log")
          .doesNotContain("Exception", "OutOfMemory", "StackOverflow");
    } finally {
      machine.close();
    }
  }

  private void theDaemonIsWell(String when) throws IOException {
    var as = when + ", fuzz.seed=" + SEED;
    var found = List.copyOf(faults);
    faults.clear();
    assertThat(found).as(as).isEmpty();
    assertThat(machine.daemonPid()).as(as).isEqualTo(pid);
    var ping = RawHttp.ask(socket, RawHttp.request("GET", "/_ping", "text/plain", new byte[0]));
    assertThat(ping.body()).as(as).isEqualTo("OK");
    var java = Files.readString(machine.run.resolve("daemon.pid")).strip();
    var peak =
        Files.readAllLines(Path.of("/proc/" + java + "/status")).stream()
            .filter(l -> l.startsWith("VmHWM"))
            .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
            .sum();
    assertThat(peak).as("most memory ever, KiB; " + as).isBetween(1L, RESIDENT_KIB_MAX);
    assertThat(canary).as(as).hasContent("unchanged");
    try (var beside = Files.list(canary.getParent())) {
      assertThat(beside).as(as).hasSize(1);
    }
  }

  /// The status is none that means a fault of ours; what is said is for people.
  private void bearable(String what, RawHttp.Answer answer) {
    var status = answer.status();
    // Docker's own answer where a registry cannot be reached.
    boolean elsewhere = status == 500 && answer.body().contains("\"Get \\\"http");
    boolean failed = status == -1 || status == 500 || status == 502 || status == 504;
    boolean leaks = status >= 400 && NOT_FOR_USERS.matcher(answer.body()).find();
    boolean noMessage =
        status >= 400
            && !what.startsWith("HEAD ")
            && answer.head().contains("application/json")
            && !answer.body().startsWith("{\"message\":\"");
    if (failed && !elsewhere || leaks || noMessage) {
      faults.add(brief(what) + "\n -> " + status + " " + brief(answer.body()));
    }
  }

  private static String brief(String text) {
    return text.length() > 1500 ? text.substring(0, 1500) + "…" : text;
  }

  private void bearable(byte[] request) {
    bearable(new String(request, StandardCharsets.ISO_8859_1), RawHttp.ask(socket, request));
  }

  private void tidy() {
    for (var name : vch.docker("ps", "-aq", "--filter", "name=.").ok().lines().toList()) {
      if (!vch.docker("inspect", "--format", "{{.Name}}", name).out().contains("holder")) {
        vch.docker("rm", "-f", name);
      }
    }
    vch.docker("network", "prune", "-f").ok();
  }

  // ---- HTTP

  private static final List<String> REQUESTS =
      List.of(
          "GET /v1.41/containers/json?all=1&filters={\"status\":[\"running\"]} HTTP/1.1\r\nHost: d\r\n\r\n",
          "HEAD /_ping HTTP/1.1\r\nHost: d\r\n\r\n",
          "GET /v1.50/containers/holder/logs?stdout=1&tail=5 HTTP/1.1\r\nHost: d\r\n\r\n",
          "POST /v1.41/networks/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{\"Name\":\"fz1\"}",
          "POST /networks/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\ne\r\n{\"Name\":\"fz2\"}\r\n0\r\n\r\n",
          "POST /v1.41/containers/holder/exec HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"Cmd\":[\"true\"]}",
          "POST /v1.41/containers/holder/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n",
          "GET /v1.41/events?since=1&until=2 HTTP/1.1\r\nHost: d\r\n\r\n",
          "DELETE /v1.41/volumes/nope?force=1 HTTP/1.1\r\nHost: d\r\n\r\n",
          "GET /v1.41/images/busybox/json HTTP/1.1\r\nHost: d\r\nX-Registry-Auth: eyJ1IjoiIn0=\r\n\r\n",
          "PUT /v1.41/containers/holder/archive?path=/tmp HTTP/1.1\r\nHost: d\r\nContent-Type: application/x-tar\r\nContent-Length: 4\r\n\r\nabcd",
          "GET /v1.41/containers/holder/attach/ws?stream=1 HTTP/1.1\r\nHost: d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

  @Test
  void bytes_that_are_nearly_http() throws IOException {
    for (int i = 0; i < 300 * ROUNDS; i++) {
      bearable(fuzz.bytes(fuzz.one(REQUESTS).getBytes(StandardCharsets.UTF_8)));
    }
    for (int i = 0; i < 20 * ROUNDS; i++) {
      bearable(fuzz.bytes(1 + fuzz.below(3000)));
    }
    tidy();
    theDaemonIsWell("after HTTP");
  }

  @Test
  void heads_without_measure() throws IOException {
    for (var request :
        List.of(
            "GET /" + "a".repeat(100_000) + " HTTP/1.1\r\nHost: d\r\n\r\n",
            "GET /_ping HTTP/1.1\r\nHost: d\r\n" + "A: b\r\n".repeat(20_000) + "\r\n",
            "GET /_ping HTTP/1.1\r\nHost: d\r\nA: " + "b".repeat(1_000_000) + "\r\n\r\n",
            "GET /_ping HTTP/1.1\r\nHost: d\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
            "GET /_ping HTTP/1.1\r\nHost: d\r\nContent-Length: -1\r\n\r\n",
            "GET /_ping HTTP/1.1\r\nHost: d\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "POST /networks/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /networks/create HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nffffffffffffffff\r\n{}",
            "GET /_ping HTTP/9.9\r\nHost: d\r\n\r\n",
            "GET http://[::1/_ping HTTP/1.1\r\nHost: d\r\n\r\n",
            "GET /_ping\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "\r\n\r\n\r\n\r\n",
            "\0\0\0\0")) {
      bearable(request.getBytes(StandardCharsets.UTF_8));
    }
    theDaemonIsWell("after heads without measure");
  }

  // ---- JSON and queries

  private record Body(String path, String json) {}

  private static final List<Body> BODIES =
      List.of(
          new Body(
              "/containers/create?name=fz",
              """
              {"Image":"busybox","Cmd":["true"],"Entrypoint":["sh"],"Env":["A=b"],"Hostname":"h","Domainname":"d.test",
               "User":"0:0","WorkingDir":"/tmp","Labels":{"a":"b"},"ExposedPorts":{"80/tcp":{}},"Volumes":{"/v":{}},
               "StopSignal":"TERM","StopTimeout":1,"Tty":false,"OpenStdin":false,"StdinOnce":false,"MacAddress":"02:42:0a:01:00:09",
               "Healthcheck":{"Test":["CMD","true"],"Interval":1000000000,"Timeout":1000000000,"Retries":3,"StartPeriod":0},
               "HostConfig":{"Binds":["data:/data:ro"],"NetworkMode":"web","PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8088"}]},
                "RestartPolicy":{"Name":"on-failure","MaximumRetryCount":1},"AutoRemove":false,"Memory":67108864,"MemorySwap":-1,
                "NanoCpus":500000000,"CpuShares":10,"CpusetCpus":"0","PidsLimit":50,"ShmSize":1048576,"Ulimits":[{"Name":"nofile","Soft":10,"Hard":20}],
                "Sysctls":{"net.ipv4.ip_forward":"0"},"Tmpfs":{"/t":"size=1m"},"Dns":["10.0.0.1"],"DnsSearch":["x.test"],"DnsOptions":["ndots:1"],
                "ExtraHosts":["a:10.0.0.2"],"CapAdd":["NET_RAW"],"CapDrop":["ALL"],"SecurityOpt":["no-new-privileges"],"ReadonlyRootfs":true,
                "Devices":[{"PathOnHost":"/dev/null","PathInContainer":"/dev/n","CgroupPermissions":"r"}],"IpcMode":"private","PidMode":"",
                "UTSMode":"","UsernsMode":"","CgroupnsMode":"private","GroupAdd":["1"],"Init":false,"OomScoreAdj":1,"Privileged":false,
                "LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}},"Links":["holder:h"],"VolumesFrom":["holder:ro"],
                "Mounts":[{"Type":"volume","Source":"data","Target":"/m","ReadOnly":true,"VolumeOptions":{"NoCopy":true,"Labels":{"x":"y"}}}]},
               "NetworkingConfig":{"EndpointsConfig":{"web":{"IPAMConfig":{"IPv4Address":"10.1.0.77"},"Aliases":["al"],"Links":["holder:x"],
                "DriverOpts":{"a":"b"},"GwPriority":1,"MacAddress":"02:42:0a:01:00:08"}}}}"""),
          new Body(
              "/networks/create",
              """
              {"Name":"fzn","Driver":"bridge","Internal":false,"Attachable":true,"EnableIPv4":true,"EnableIPv6":false,"Labels":{"a":"b"},
               "IPAM":{"Driver":"default","Options":{},"Config":[{"Subnet":"10.9.0.0/24","IPRange":"10.9.0.128/25","Gateway":"10.9.0.1","AuxiliaryAddresses":{"x":"10.9.0.5"}}]},
               "Options":{"com.docker.network.driver.mtu":"1400","com.docker.network.bridge.enable_icc":"true"}}"""),
          new Body(
              "/networks/web/connect",
              "{\"Container\":\"nope\",\"EndpointConfig\":{\"IPAMConfig\":{\"IPv4Address\":\"10.1.0.9\"},\"Aliases\":[\"a\"]}}"),
          new Body("/networks/web/disconnect", "{\"Container\":\"nope\",\"Force\":true}"),
          new Body(
              "/volumes/create",
              "{\"Name\":\"fzv\",\"Driver\":\"local\",\"DriverOpts\":{\"type\":\"tmpfs\",\"device\":\"tmpfs\",\"o\":\"size=1m\"},\"Labels\":{\"a\":\"b\"}}"),
          new Body(
              "/containers/holder/exec",
              "{\"Cmd\":[\"true\"],\"AttachStdout\":true,\"Tty\":false,\"Env\":[\"a=b\"],\"User\":\"0\",\"WorkingDir\":\"/\",\"DetachKeys\":\"ctrl-p\",\"ConsoleSize\":[10,10],\"Privileged\":false}"),
          new Body(
              "/containers/holder/update",
              "{\"Memory\":0,\"CpuShares\":512,\"PidsLimit\":0,\"RestartPolicy\":{\"Name\":\"no\",\"MaximumRetryCount\":0}}"),
          new Body(
              "/commit?container=holder&repo=fzi&tag=1&pause=0",
              "{\"Cmd\":[\"sh\"],\"Env\":[\"a=b\"],\"ExposedPorts\":{\"80/tcp\":{}}}"),
          new Body(
              "/auth",
              "{\"username\":\"a\",\"password\":\"b\",\"serveraddress\":\"127.0.0.1:1\"}"));

  @Test
  void json_that_says_something_else() throws IOException {
    for (int round = 0; round < 4 * ROUNDS; round++) {
      for (int i = 0; i < 60; i++) {
        var body = i % 2 == 0 ? BODIES.getFirst() : fuzz.one(BODIES);
        var version = fuzz.one(List.of("", "/v1.24", "/v1.41", "/v1.44", "/v1.50"));
        var json = fuzz.json(body.json());
        bearable(
            RawHttp.request(
                "POST",
                version + body.path(),
                "application/json",
                json.getBytes(StandardCharsets.UTF_8)));
      }
      tidy();
    }
    theDaemonIsWell("after JSON");
  }

  private static final List<String> QUERIES =
      List.of(
          "GET /containers/json?all=@&limit=@&size=@&filters=@",
          "GET /containers/holder/logs?stdout=@&stderr=@&since=@&until=@&tail=@&timestamps=@&details=@",
          "GET /containers/holder/stats?stream=0&one-shot=@",
          "GET /containers/holder/top?ps_args=@",
          "GET /containers/holder/archive?path=@",
          "GET /containers/holder/changes?x=@",
          "GET /containers/@/json",
          "POST /containers/holder/resize?h=@&w=@",
          "POST /containers/holder/wait?condition=@",
          "POST /containers/holder/rename?name=@",
          "POST /containers/nope/stop?t=@&signal=@",
          "POST /containers/holder/kill?signal=NOPE@",
          "POST /containers/prune?filters=@",
          "GET /networks?filters=@",
          "GET /networks/@?verbose=@&scope=@",
          "DELETE /networks/@",
          "GET /volumes?filters=@",
          "GET /volumes/@",
          "DELETE /volumes/@?force=@",
          "GET /images/json?all=@&filters=@&digests=@&shared-size=@",
          "GET /images/@/json",
          "GET /images/@/history",
          "POST /images/busybox/tag?repo=@&tag=@",
          "DELETE /images/@?force=@&noprune=@",
          "POST /images/create?fromImage=127.0.0.1:1/@&tag=@&platform=@",
          "GET /images/get?names=@",
          "GET /events?since=@&until=1&filters=@",
          "GET /system/df?type=@",
          "GET /exec/@/json",
          "POST /exec/@/resize?h=@&w=@",
          "GET /distribution/127.0.0.1:1/@/json",
          "POST /build/prune?all=@&filters=@",
          "POST /build?t=@&dockerfile=@&buildargs=@&labels=@&target=@&memory=@&shmsize=@&remote=");

  @Test
  void queries_that_ask_for_nothing() throws IOException {
    for (int i = 0; i < 400 * ROUNDS; i++) {
      var words = fuzz.one(QUERIES).split(" ");
      bearable(RawHttp.request(words[0], filled(words[1]), "application/json", new byte[0]));
    }
    // a rename may have worked; the image may have new names
    vch.docker(
            "rename",
            vch.docker("ps", "-q", "--filter", "status=running").ok().lines().toList().getFirst(),
            "holder")
        .toString();
    tidy();
    theDaemonIsWell("after queries");
  }

  private String filled(String path) {
    var out = new StringBuilder();
    for (var c : path.toCharArray()) {
      out.append(c == '@' ? fuzz.query() : Character.toString(c));
    }
    return out.toString();
  }

  // ---- archives

  private List<byte[]> archives() {
    var up = "../".repeat(12) + canary.getParent().toString().substring(1);
    var there = canary.getParent().toString();
    var out = new ArrayList<byte[]>();
    out.add(new RawTar().file("../evil", "x").bytes());
    out.add(new RawTar().file(up + "/evil", "x").bytes());
    out.add(new RawTar().file(there + "/evil", "x").bytes());
    out.add(new RawTar().symbolic("l", there).file("l/evil", "x").bytes());
    out.add(new RawTar().symbolic("l", up).file("l/canary", "x").bytes());
    out.add(new RawTar().symbolic("a", "b").symbolic("b", "a").file("a/x", "x").bytes());
    out.add(new RawTar().hard("h", there + "/canary").file("h", "x").bytes());
    out.add(new RawTar().hard("h", up + "/canary").bytes());
    out.add(new RawTar().symbolic("etc", there).hard("x", "etc/canary").bytes());
    out.add(new RawTar().device("sda", '4').device("tty", '3').device("fifo", '6').bytes());
    out.add(new RawTar().directory("d").symbolic("d", there).file("d/evil", "x").bytes());
    out.add(new RawTar().file("\0", "x").file("", "x").file(".", "x").file("..", "x").bytes());
    out.add(new RawTar().file("a/".repeat(40) + "x", "x").bytes());
    out.add(new RawTar().pax("30 path=../../../evil\n").file("ok", "x").bytes());
    out.add(new RawTar().pax("99999999 path=x\n").file("ok", "x").bytes());
    out.add(new RawTar().pax("22 size=9999999999999\n").file("ok", "x").bytes());
    out.add(new RawTar().pax("x".repeat(200_000)).file("ok", "x").bytes());
    out.add(new RawTar().entry("short", '0', "", new byte[10], 1L << 32).bytes());
    out.add(new RawTar().entry("sparse", 'S', "", new byte[100], 100).bytes());
    out.add(new RawTar().entry("long", 'L', "", new byte[4096], 1L << 32).bytes());
    out.add(new RawTar().file(".wh..wh..opq", "").file(".wh...", "").file(".wh.", "").bytes());
    out.add(RawTar.bomb("zeros", 1L << 27));
    out.add(new byte[0]);
    out.add(new byte[1024]);
    out.add(new byte[] {31, (byte) 139, 8, 0, 0});
    out.add("{\"not\":\"a tar\"}".repeat(100).getBytes(StandardCharsets.UTF_8));
    return out;
  }

  private static byte[] image(String manifest, String config) {
    return new RawTar()
        .file("manifest.json", manifest)
        .file("c.json", config)
        .file("l.tar", "no tar")
        .bytes();
  }

  private static final String CONFIG =
      "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Cmd\":[\"sh\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:0000000000000000000000000000000000000000000000000000000000000000\"]}}";
  private static final String MANIFEST =
      "[{\"Config\":\"c.json\",\"RepoTags\":[\"fz:1\"],\"Layers\":[\"l.tar\"]}]";

  @Test
  void archives_that_lead_out_or_have_no_end() throws IOException {
    var all = archives();
    for (int round = 0; round < ROUNDS; round++) {
      for (var archive : all) {
        upload(archive);
        if (round > 0 && archive.length > 0 && archive.length < 100_000) {
          upload(fuzz.bytes(archive));
        }
      }
      for (int i = 0; i < 20; i++) {
        load(image(fuzz.json(MANIFEST), fuzz.json(CONFIG)));
      }
      load(image("[".repeat(10_000), CONFIG));
      load(image(MANIFEST.replace("l.tar", "../../../../" + canary), CONFIG));
      load(image(MANIFEST.replace("c.json", canary.toString()), CONFIG));
      vch.docker("image", "prune", "-f").ok();
    }
    theDaemonIsWell("after archives");
  }

  private void upload(byte[] archive) {
    bearable(
        RawHttp.request(
            "PUT", "/containers/holder/archive?path=/tmp", "application/x-tar", archive));
    bearable(
        RawHttp.request("POST", "/images/create?fromSrc=-&repo=fzi", "application/x-tar", archive));
    bearable(
        RawHttp.request("POST", "/build?t=fzb&networkmode=none", "application/x-tar", archive));
    load(archive);
  }

  private void load(byte[] archive) {
    bearable(RawHttp.request("POST", "/images/load", "application/x-tar", archive));
  }

  // ---- DNS

  private static final byte[] QUERY =
      java.util.HexFormat.of().parseHex("1234010000010000000000000468" + "6f6c640000010001");

  @Test
  void questions_that_are_none() throws IOException {
    var spot = Spot.in(vch, "holder");
    try (var traffic = new Traffic()) {
      var server = "10.1.0.1";
      for (int i = 0; i < 500 * ROUNDS; i++) {
        var packet = fuzz.below(5) == 0 ? fuzz.bytes(fuzz.below(600)) : fuzz.bytes(QUERY);
        traffic.send(spot, server, 53, packet);
      }
      for (var packet :
          List.of(
              "123401000001000000000000c00c00010001", // a name that points at itself
              "12340100ffff0000000000000000010001", // as many questions as can be said
              "1234010000010000000000003f", // a label that goes on behind the end
              "123481800001000100000000047465737400000100010000",
              "12340100000100000000000100000100010000290000000080000000")) {
        traffic.send(spot, server, 53, java.util.HexFormat.of().parseHex(packet));
      }
      for (int i = 0; i < 60 * ROUNDS; i++) {
        var query = fuzz.bytes(QUERY);
        var claimed = fuzz.one(List.of(query.length, 0, 1, 65535, query.length + 1));
        var message = ByteBuffer.allocate(2 + query.length).putShort((short) (int) claimed);
        traffic.push(spot, server, 53, message.put(query).array());
      }
      assertThat(Dns.ask(traffic, spot, server, "holder", Dns.A).data())
          .as("fuzz.seed=" + SEED)
          .isNotEmpty();
    }
    assertThat(vch.docker("exec", "holder", "nslookup", "holder").ok()).contains("10.1.0.2");
    theDaemonIsWell("after DNS");
  }

  // ---- the admin socket

  @Test
  void what_root_says_wrongly_to_the_admin_socket() throws IOException {
    var admin = machine.run.resolve("admin.sock");
    var paths =
        List.of(
            "POST /v1/portgroups?name=@&kind=@&subnet=@&bridge=@&uplink=@",
            "POST /v1/portgroups?name=fz&subnet=@&nat=@",
            "POST /v1/vchs?name=@&bridge-network-range=@&bridge-network-width=@",
            "POST /v1/vchs?name=fz&public-network=@&public-network-ip=@&public-network-gateway=@",
            "POST /v1/vchs?name=fz&client-network=@&client-network-ip=@&client-network-gateway=@&dns-server=@",
            "POST /v1/vchs?name=fz&mtu=@&icc=@&insecure-registry=@&tls-cname=@",
            "GET /v1/vch?name=@&format=@",
            "GET /v1/vch?name=blue&format=%7B%7B@%7D%7D",
            "GET /v1/vchs?format=@",
            "DELETE /v1/vch?name=@",
            "GET /v1/portgroup?name=@&format=@",
            "DELETE /v1/portgroup?name=@",
            "GET /v1/plan?@=@",
            "GET /v1/version?format=@");
    for (int i = 0; i < 100 * ROUNDS; i++) {
      var words = fuzz.one(paths).split(" ");
      var request = RawHttp.request(words[0], filled(words[1]), "text/plain", new byte[0]);
      if (i % 4 == 0) {
        request = fuzz.bytes(request);
      }
      bearable(new String(request, StandardCharsets.ISO_8859_1), RawHttp.ask(admin, request));
    }
    for (var name : machine.vch("ls", "--format", "{{.Name}}").ok().lines().toList()) {
      if (!name.equals("blue")) {
        machine.vch("delete", "--force", "--name", name);
      }
    }
    theDaemonIsWell("after the admin socket");
  }
}
