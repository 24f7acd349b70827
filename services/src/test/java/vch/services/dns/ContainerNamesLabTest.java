package vch.services.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;
import vch.engine.desired.Desired;
import vch.engine.desired.LinkNames;
import vch.engine.fake.Samples;
import vch.engine.machine.MachineObject;
import vch.engine.machine.NamespaceName;
import vch.engine.plan.Planner;
import vch.kernel.libc.Fd;
import vch.kernel.libc.Mount;
import vch.kernel.netns.Gate;
import vch.linux.LinuxDatagrams;
import vch.linux.LinuxMachine;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;

/// Names inside real namespaces. Containers 1 and 2 are on container network net200 (10.200.0.0/24)
/// only; its name server is 10.200.0.5, another host of the LAN (container 4 plays it), which
/// nobody reaches but by that LAN.
@Tag("lab")
@Timeout(60)
class ContainerNamesLabTest {
  private static final Ip LAN_DNS = Ip.parse("10.200.0.5");
  private static final int PATIENCE_MILLIS = 20_000;

  private final Gate gate = Gate.open();
  private final Fd home = gate.make(() -> {});
  private Path run;
  private LinuxMachine machine;
  private FakeUpstream upstream;
  private DnsService service;
  private volatile Image image = Image.EMPTY;

  @BeforeEach
  void open() throws Exception {
    run = Files.createTempDirectory("vch-lab");
    machine = LinuxMachine.openAt(run, "lab0", home);
    image = image.after(town());
    reach(wanted());
    upstream =
        new FakeUpstream(
            machine.open(namespace(4), () -> FakeUpstream.open(LAN_DNS.toString(), 53)));
    service =
        new DnsService(
            () -> image,
            machine::open,
            LinuxDatagrams::open,
            run.resolve("none"),
            DnsSettings.DEFAULT,
            InstantSource.system(),
            new Random(5));
    for (var container : image.containers()) {
      service.containers().follow(container.id());
    }
  }

  private static List<Change> town() {
    var changes = new ArrayList<>(Samples.blueCreated());
    changes.add(new Change.PortGroupPut(Samples.lan(new PortGroupKind.Internal(), "pllan")));
    var kind =
        new ScopeKind.External(Samples.LAN, TrustLevel.OPEN, List.of(), List.of(LAN_DNS), false);
    changes.add(new Change.ScopePut(Samples.scope(200, kind)));
    for (int n : new int[] {1, 2, 4}) {
      changes.add(Samples.put(container(n)));
    }
    return changes;
  }

  private static Container container(int n) {
    return Samples.running(Samples.container(n, 200));
  }

  private static NamespaceName namespace(int n) {
    return LinkNames.container(container(n));
  }

  private List<MachineObject> wanted() {
    return Desired.all(image).values().stream().flatMap(List::stream).toList();
  }

  private void reach(List<MachineObject> wanted) {
    for (var stage : Planner.plan(wanted, machine.observe(wanted)).stages()) {
      machine.apply(stage.steps()).forEach(o -> assertThat(o.error()).isEmpty());
    }
    machine.finish();
  }

  @AfterEach
  void close() throws Exception {
    service.close();
    upstream.close();
    reach(List.of());
    machine.close();
    home.close();
    gate.close();
    var pins = run.resolve("netns");
    if (Files.isDirectory(pins)) {
      try (var left = Files.list(pins)) {
        left.forEach(p -> Mount.unmount(p, Mount.MNT_DETACH));
      }
      Files.delete(pins);
    }
    Files.delete(run);
  }

  private static InetSocketAddress own() {
    return new InetSocketAddress("127.0.0.11", 53);
  }

  private static Message query(String name, int type) {
    return Message.newQuery(Record.newRecord(Name.fromConstantString(name + "."), type, DClass.IN));
  }

  private DatagramSocket client(int n, InetSocketAddress server) throws Exception {
    var channel =
        machine.open(namespace(n), () -> DatagramChannel.open(StandardProtocolFamily.INET));
    channel.connect(server);
    channel.socket().setSoTimeout(PATIENCE_MILLIS);
    return channel.socket();
  }

  private static Message ask(DatagramSocket socket, Message query) throws IOException {
    var wire = query.toWire();
    socket.send(new DatagramPacket(wire, wire.length));
    var packet = new DatagramPacket(new byte[4096], 4096);
    socket.receive(packet);
    return new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
  }

  private List<String> ask(int n, String name, int type) throws Exception {
    try (var socket = client(n, own())) {
      return data(ask(socket, query(name, type)));
    }
  }

  private static List<String> data(Message answer) {
    return answer.getSection(Section.ANSWER).stream().map(Record::rdataToString).toList();
  }

  @Test
  void programs_ask_at_port_53_of_their_own_loopback_link() throws Exception {
    assertThat(ask(1, "web2", Type.A)).containsExactly("10.200.0.3");
    assertThat(ask(1, "web2.net200", Type.AAAA)).containsExactly("fd10:0:0:c8:0:0:0:3");
    assertThat(ask(2, "web1", Type.A)).containsExactly("10.200.0.2");
    assertThat(ask(2, "2.0.200.10.in-addr.arpa", Type.PTR)).containsExactly("web1.net200.");
    assertThat(upstream.asked).isEmpty();
  }

  @Test
  void other_names_are_asked_from_the_container_s_own_address() throws Exception {
    assertThat(ask(1, "printer.lan.example", Type.A)).containsExactly("9.9.9.9");
    assertThat(upstream.askers)
        .extracting(a -> ((InetSocketAddress) a).getAddress().getHostAddress())
        .containsExactly("10.200.0.2");
  }

  @Test
  void port_53_is_free_for_a_name_server_of_the_container_s_own() throws Exception {
    var sockets = machine.open(namespace(1), () -> FakeUpstream.open("0.0.0.0", 53));
    try (var mine = new FakeUpstream(sockets)) {
      assertThat(ask(1, "web2", Type.A)).containsExactly("10.200.0.3");
      try (var socket = client(1, new InetSocketAddress("127.0.0.1", 53))) {
        assertThat(data(ask(socket, query("mine", Type.A)))).containsExactly("9.9.9.9");
      }
      assertThat(mine.asked).hasSize(1);
    }
  }

  @Test
  void asks_over_tcp_too() throws Exception {
    var channel = machine.open(namespace(1), () -> SocketChannel.open(StandardProtocolFamily.INET));
    try (var socket = channel.socket()) {
      socket.connect(own(), PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      var wire = query("web2", Type.A).toWire();
      socket
          .getOutputStream()
          .write(
              ByteBuffer.allocate(wire.length + 2).putShort((short) wire.length).put(wire).array());
      var in = new DataInputStream(socket.getInputStream());
      var bytes = new byte[in.readUnsignedShort()];
      in.readFully(bytes);
      assertThat(data(new Message(bytes))).containsExactly("10.200.0.3");
    }
  }

  @Test
  void while_there_is_no_daemon_the_port_is_refused_and_the_lan_s_server_answers()
      throws Exception {
    service.close();
    try (var socket = client(1, own())) {
      assertThatThrownBy(() -> ask(socket, query("web2", Type.A)))
          .isInstanceOf(PortUnreachableException.class);
    }
    try (var socket = client(1, new InetSocketAddress(LAN_DNS.toString(), 53))) {
      assertThat(data(ask(socket, query("printer.lan.example", Type.A))))
          .containsExactly("9.9.9.9");
    }
  }

  @Test
  void a_container_that_ends_leaves_nothing_open() throws Exception {
    upstream.says = _ -> List.of();
    try (var socket = client(1, own())) {
      var wire = query("silent.example", Type.A).toWire();
      socket.send(new DatagramPacket(wire, wire.length));
      while (service.openInside(namespace(1)) < 3) {
        Thread.onSpinWait(); // until the question is on its way
      }
      image = image.after(List.of(Samples.put(Samples.stopped(container(1)))));
      service.changed(image, List.of(Samples.put(Samples.stopped(container(1)))));
      assertThat(service.openInside(namespace(1))).isZero();
      reach(wanted());
    }
    assertThat(ask(2, "web1", Type.A)).isEmpty();
  }
}
