package vch.engine.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.SerializationFeature;
import vch.engine.fake.Samples;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerSpec;
import vch.portlayer.container.Device;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.HealthCheck;
import vch.portlayer.container.Lease;
import vch.portlayer.container.Limits;
import vch.portlayer.container.Mount;
import vch.portlayer.container.NameLink;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Resolver;
import vch.portlayer.container.RestartPolicy;
import vch.portlayer.container.Ulimit;
import vch.portlayer.container.Volume;
import vch.portlayer.port.Port;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.PortSet;
import vch.portlayer.port.Ports;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.PublishRequest;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.GatewayMode;
import vch.portlayer.scope.GatewayModes;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.state.AddressCursor;
import vch.portlayer.state.Change;
import vch.portlayer.state.ImageNote;
import vch.portlayer.state.ImageTag;
import vch.testkit.Golden;

/// The wire format of the record. A changed golden file is a changed format: it needs the next
/// SqliteJournal.SCHEMA and a step that reads the old one.
class EntityCodecTest {
  private final EntityCodec codec = new EntityCodec();

  record Sample(String name, Change change) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Sample> samples() {
    return Stream.of(
        new Sample("portgroup-nat", new Change.PortGroupPut(Samples.vmNetwork())),
        new Sample("portgroup-internal", portGroup(new PortGroupKind.Internal(), "pl0000000001")),
        new Sample("portgroup-bridge", portGroup(new PortGroupKind.Bridge("br0"), "br0")),
        new Sample("portgroup-nic", portGroup(new PortGroupKind.Nic("eth1", true), "eth1")),
        new Sample("vch", new Change.VchPut(Samples.blue())),
        new Sample("scope", new Change.ScopePut(fullScope())),
        new Sample("scope-none", new Change.ScopePut(Samples.scope(2, new ScopeKind.None()))),
        new Sample(
            "cursor",
            new Change.AddressCursorPut(
                new AddressCursor(Samples.scopeId(1), Ip.parse("fd00::7")))),
        new Sample("container", Samples.put(fullContainer())),
        new Sample("container-none", Samples.put(Samples.container(2))),
        new Sample(
            "container-shared",
            Samples.put(Samples.container(3, new NetworkMode.Shared("web1"), List.of()))),
        new Sample(
            "volume",
            new Change.VolumePut(
                new Volume(
                    Samples.BLUE,
                    "data",
                    Samples.NOON,
                    Map.of("b", "2", "a", "1"),
                    Map.of("o", "bind"),
                    true))),
        new Sample(
            "tag",
            new Change.TagPut(
                new ImageTag(
                    Samples.BLUE, "docker.io/library/busybox:latest", "sha256:1", "sha256:2"))),
        new Sample(
            "imagenote",
            new Change.ImageNotePut(
                ImageNote.none(Samples.BLUE, "sha256:1")
                    .made("sha256:2", "a step")
                    .named(Samples.NOON))));
  }

  private static Change portGroup(PortGroupKind kind, String link) {
    return new Change.PortGroupPut(
        new PortGroup(
            new PortGroupId("000000000001"),
            "lan",
            kind,
            link,
            Optional.of(Samples.BLUE),
            Samples.NOON));
  }

  private static Scope fullScope() {
    return new Scope(
        Samples.scopeId(1),
        Samples.BLUE,
        "web",
        new ScopeKind.Bridge(
            true,
            false,
            true,
            new GatewayModes(GatewayMode.ISOLATED, GatewayMode.NAT_UNPROTECTED),
            Optional.of(Ip.parse("192.168.218.2")),
            true,
            Optional.of("lan")),
        List.of(
            new SubnetConfig(
                Subnet.parse("10.4.0.0/16"),
                Ip.parse("10.4.0.1"),
                Optional.of(Subnet.parse("10.4.1.0/24")),
                Map.of("router", Ip.parse("10.4.1.9"), "host", Ip.parse("10.4.1.8")),
                true,
                false),
            new SubnetConfig(
                Subnet.parse("fd00::/64"),
                Ip.parse("fd00::1"),
                Optional.empty(),
                Map.of(),
                false,
                true)),
        9000,
        false,
        false,
        true,
        true,
        Map.of("z", "1", "a", "2"),
        Map.of("com.docker.network.driver.mtu", "9000"),
        Samples.NOON,
        Optional.of("template"));
  }

  private static Lease lease() {
    return new Lease(
        Cidr.parse("10.4.0.9/16"),
        Ip.parse("10.4.0.1"),
        List.of(Ip.parse("10.4.0.1")),
        List.of(Ip.parse("10.4.0.2")),
        List.of(new Lease.StaticRoute(Subnet.parse("10.9.0.0/16"), Ip.parse("10.4.0.3"))),
        Optional.of(1400),
        Optional.of("lan.example"),
        Samples.NOON,
        Samples.NOON.plusSeconds(3600));
  }

  private static Container fullContainer() {
    var endpoint =
        new Endpoint(
            new EndpointId("e".repeat(64)),
            "web",
            Optional.of(Samples.scopeId(1)),
            List.of(Ip.parse("10.4.0.9")),
            List.of(Ip.parse("169.254.7.9")),
            List.of(Cidr.parse("10.4.0.9/16"), Cidr.parse("fd00::9/64")),
            Mac.parse("02:42:0a:04:00:09"),
            true,
            List.of("db", "sql"),
            List.of(new NameLink("other", "cache")),
            7,
            0,
            Optional.of("lan0"),
            Map.of("k", "v"),
            Map.of("net/ipv4/conf/IFNAME/forwarding", "1"),
            false,
            Optional.of(lease()));
    var unresolved =
        new Endpoint(
            new EndpointId("d".repeat(64)),
            "later",
            Optional.empty(),
            List.of(),
            List.of(Ip.parse("169.254.7.9")),
            List.of(),
            Mac.parse("02:00:00:00:00:01"),
            false,
            List.of(),
            List.of(),
            0,
            1,
            Optional.empty(),
            Map.of(),
            Map.of(),
            true,
            Optional.empty());
    var spec =
        new ContainerSpec(
            "sha256:" + "1".repeat(64),
            "busybox:1.36",
            List.of("sh", "-c", "echo \"ü\"\n"),
            List.of("PATH=/bin", "EMPTY="),
            "/work",
            "1000:1000",
            List.of("audio"),
            true,
            true,
            true,
            "QUIT",
            Optional.of(30),
            List.of(
                new Mount(Mount.Kind.BIND, "/srv", "/srv", true, List.of("rslave"), ""),
                new Mount(Mount.Kind.TMPFS, "", "/tmp", false, List.of("size=1m"), ""),
                new Mount(Mount.Kind.VOLUME, "v", "/v", false, List.of(), "a/b"),
                Mount.ofImage("sha256:" + "2".repeat(64), "tools:1", "/tools", "bin")),
            new Limits(
                1L << 40, -1, 5, 1_500_000_000L, 512, 50_000, 100_000, "0-1", "0", 100, -500),
            List.of(new Ulimit("nofile", 1024, -1)),
            List.of(new Device("/dev/kvm", "/dev/kvm", "rw")),
            Map.of("net.core.somaxconn", "1024"),
            Map.of("org.example.why", "test"),
            List.of("NET_ADMIN"),
            List.of("ALL"),
            true,
            true,
            true,
            Optional.of("unconfined"),
            Optional.of(List.of("/proc/kcore")),
            Optional.of(List.of()),
            1 << 20,
            Map.of("pid", "host"),
            new RestartPolicy(RestartPolicy.When.ON_FAILURE, 3),
            true,
            true,
            Map.of("max-size", "10m"),
            Optional.of(
                new HealthCheck(
                    List.of("/bin/sh", "-c", "true"),
                    Duration.ofMillis(1500),
                    Duration.ofSeconds(2),
                    Duration.ZERO,
                    Duration.ofNanos(1),
                    3)));
    var bare = Samples.container(1, new NetworkMode.Scoped("web"), List.of(endpoint, unresolved));
    var full =
        new Container(
            bare.id(),
            bare.vch(),
            "db",
            Samples.NOON,
            "db",
            "example.org",
            bare.mode(),
            bare.endpoints(),
            List.of(
                new PublishRequest(
                    Protocol.TCP,
                    new PortRange(80, 81),
                    Optional.of(Ip.parse("192.168.218.2")),
                    Optional.of(new PortRange(8080, 8081))),
                new PublishRequest(
                    Protocol.SCTP, PortRange.of(9), Optional.empty(), Optional.empty())),
            new PortSet(
                List.of(
                    new Ports(new PortRange(8000, 57_999), Protocol.TCP),
                    Ports.of(new Port(80, Protocol.TCP)),
                    Ports.of(new Port(53, Protocol.UDP)))),
            true,
            List.of(
                Samples.publication("192.168.218.2:8080-8081:80-81/tcp"),
                Samples.publication("32768:9/sctp")),
            List.of(new NameLink("web1", "web")),
            new Resolver(
                List.of(Ip.parse("9.9.9.9")),
                List.of("example.org"),
                List.of("ndots:1"),
                List.of("a:10.0.0.1")),
            Map.of("com.example", "1"),
            spec,
            bare.state(),
            "{\"Hostname\":\"db\"}");
    return Samples.stopped(Samples.running(full))
        .with(Samples.stopped(Samples.running(full)).state().withRestarts(2));
  }

  private static EntityCodec.RowChange.Put row(EntityCodec codec, Change change) {
    return (EntityCodec.RowChange.Put) codec.rows(change).getFirst();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void the_format_of_an_entity_is_what_was_reviewed(Sample sample) {
    var row = row(codec, sample.change);
    var mapper = RecordJson.mapper().rebuild().enable(SerializationFeature.INDENT_OUTPUT).build();
    Golden.check(
        "entity/" + sample.name + ".json", mapper.readTree(row.json()).toPrettyString() + "\n");
  }

  @ParameterizedTest
  @MethodSource("samples")
  void what_is_written_is_read_back(Sample sample) throws EntityCodec.Unreadable {
    var row = row(codec, sample.change);
    assertThat(codec.read(row.kind(), row.id(), row.json())).isEqualTo(sample.change);
  }

  private void unreadable(String name, String from, String to, String... words) {
    var change = samples().filter(s -> s.name.equals(name)).findFirst().orElseThrow().change;
    var row = row(codec, change);
    assertThat(row.json()).contains(from);
    assertThatThrownBy(() -> codec.read(row.kind(), row.id(), row.json().replace(from, to)))
        .isInstanceOf(EntityCodec.Unreadable.class)
        .hasMessageStartingWith("row " + row.kind() + " " + row.id() + " cannot be read: ")
        .hasMessageContainingAll(words);
  }

  @Test
  void nothing_is_guessed() {
    unreadable("scope", "\"mtu\":9000,", "", "mtu");
    unreadable("scope", "\"mtu\":9000", "\"mtu\":\"9000\"", "String");
    unreadable("scope", "\"mtu\":9000", "\"mtu\":9000.5", "9000.5");
    unreadable("scope", "\"mtu\":9000", "\"mtu\":null", "null");
    unreadable("scope", "\"mtu\":9000", "\"mtu\":9000,\"mtu\":1", "mtu");
    unreadable("scope", "\"mtu\":9000", "\"mtu\":9000,\"colour\":1", "colour");
    unreadable("scope", "\"type\":\"bridge\"", "\"type\":\"overlay\"", "overlay");
    unreadable("scope", "\"type\":\"bridge\",", "", "type");
    unreadable("scope", "\"10.4.0.0/16\"", "\"10.4.0.9/16\"", "host bits");
    unreadable("scope", "\"10.4.0.1\"", "\"10.4.0\"", "'10.4.0' is not an IP address");
    unreadable("container", "\"exposed\":[", "\"exposed\":[null,", "null");
    unreadable("container", "\"80/tcp\"", "\"80\"", "'80' is not a port");
  }
}
