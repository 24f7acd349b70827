package vch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vch.engine.RunningEngine;
import vch.engine.desired.LinkNames;
import vch.engine.fake.Samples;
import vch.engine.ledger.MemoryJournal;
import vch.engine.machine.NamespaceName;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;

/// What becomes of TCP connections when a publication goes from container 1 to container 2. The
/// machine is 192.168.218.1, the VCH 192.168.218.2.
@Tag("lab")
class PublicationMovesTest {
  private static final String MACHINE = "192.168.218.1";
  private static final String PUBLIC = "192.168.218.2";
  private static final int PORT = 8080;
  private static final String PUBLICATION = "8080:80/tcp";
  private static final int CLIENT_PORT = 40_000;

  /// Far beyond what it takes; a test that runs into it has met silence.
  private static final int PATIENCE_MS = 10_000;

  private Optional<Lab> lab = Optional.empty();
  private Optional<LinuxMachine> machine = Optional.empty();
  private Optional<RunningEngine> engine = Optional.empty();

  @BeforeEach
  void start() throws Exception {
    lab = Optional.of(new Lab());
    machine = Optional.of(lab.get().machine());
    engine =
        Optional.of(
            RunningEngine.start(new MemoryJournal(), machine.get(), InstantSource.system()));
    var changes = new ArrayList<Change>(Samples.blueCreated());
    changes.add(publishing(1, PUBLICATION));
    decide(changes);
  }

  @AfterEach
  void stop() throws Exception {
    decide(
        List.of(
            new Change.VchRemoved(Samples.BLUE),
            new Change.PortGroupRemoved(Samples.VM_NETWORK),
            new Change.PortGroupRemoved(new PortGroupId("0000000000bb"))));
    engine.orElseThrow().close();
    machine.orElseThrow().close();
    lab.orElseThrow().close();
  }

  private static Change publishing(int n, String... publications) {
    return Samples.put(Samples.running(Samples.publishing(Samples.container(n, 1), publications)));
  }

  private void decide(List<Change> changes) {
    engine.orElseThrow().decide(_ -> new Decision<>(changes, ""));
  }

  private void move() {
    decide(List.of(publishing(1), publishing(2, PUBLICATION)));
  }

  private ServerSocketChannel listen(NamespaceName namespace, int port) throws Exception {
    return machine
        .orElseThrow()
        .open(namespace, () -> ServerSocketChannel.open().bind(at("0.0.0.0", port), 16));
  }

  private SocketChannel connect(NamespaceName from, int fromPort, String to) throws Exception {
    var client =
        machine.orElseThrow().open(from, () -> SocketChannel.open().bind(at("0.0.0.0", fromPort)));
    try {
      client.socket().connect(at(to, PORT), PATIENCE_MS);
      return client;
    } catch (IOException e) {
      client.close();
      throw e;
    }
  }

  private void comesRight() throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    var plan = engine.orElseThrow().plan();
    while (!plan.isEmpty() && System.nanoTime() < until) {
      Thread.sleep(20); // between two looks; the engine repairs by itself
      plan = engine.orElseThrow().plan();
    }
    assertThat(plan).isEmpty();
  }

  private static InetSocketAddress at(String address, int port) throws IOException {
    return new InetSocketAddress(InetAddress.getByName(address), port);
  }

  private static NamespaceName namespace(int n) {
    return LinkNames.container(Samples.running(Samples.container(n, 1)));
  }

  private static void goesOn(SocketChannel one, SocketChannel other) throws IOException {
    one.write(ByteBuffer.wrap(new byte[] {42}));
    assertThat(read(other)).isEqualTo(42);
  }

  private static int read(SocketChannel channel) throws IOException {
    channel.socket().setSoTimeout(PATIENCE_MS);
    return channel.socket().getInputStream().read();
  }

  /// After a reset by the server, connection tracking lets the next SYN from the same port pass
  /// under the old entry: whatever answers is to tell whether the two ends still agree.
  @ParameterizedTest
  @ValueSource(strings = {"8080:80/tcp", "192.168.218.2:8080:80/tcp", "127.0.0.1:8080:80/tcp"})
  void a_client_that_takes_its_port_again_reaches_who_publishes_now(String publication)
      throws Exception {
    decide(List.of(publishing(1, publication)));
    try (var listener = listen(namespace(1), 80);
        var client = connect(NamespaceName.MACHINE, CLIENT_PORT, PUBLIC)) {
      var served = listener.accept();
      served.setOption(StandardSocketOptions.SO_LINGER, 0);
      served.close();
      assertThatThrownBy(() -> read(client)).isInstanceOf(IOException.class);
    }
    decide(List.of(publishing(1), publishing(2, publication)));
    try (var listener = listen(namespace(2), 80);
        var client = connect(NamespaceName.MACHINE, CLIENT_PORT, PUBLIC);
        var served = listener.accept()) {
      goesOn(client, served);
    }
  }

  @Test
  void a_client_with_an_open_connection_is_told() throws Exception {
    try (var listener = listen(namespace(1), 80);
        var client = connect(NamespaceName.MACHINE, CLIENT_PORT, PUBLIC);
        var _ = listener.accept()) {
      move();
      client.write(ByteBuffer.wrap(new byte[] {42}));
      assertThatThrownBy(() -> read(client))
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }

  @Test
  void connections_of_others_go_on() throws Exception {
    var far = NamespaceName.MACHINE;
    try (var farListener = listen(far, PORT);
        var out = connect(namespace(1), 0, MACHINE); // to a server of the published port's number
        var farServed = farListener.accept()) {
      move();
      goesOn(farServed, out);
      try (var listener = listen(namespace(2), 80);
          var client = connect(far, CLIENT_PORT, PUBLIC);
          var served = listener.accept()) {
        var endpoint = machine.orElseThrow().path(LinkNames.endpoint(Samples.BLUE));
        Lab.command(endpoint, "nft", "flush", "ruleset");
        comesRight();
        goesOn(served, client);
        goesOn(farServed, out);
      }
    }
  }
}
