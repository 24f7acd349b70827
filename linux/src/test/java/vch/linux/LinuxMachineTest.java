package vch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.MachineObject.Sysctl;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.engine.machine.Step;
import vch.engine.plan.PlanText;
import vch.engine.plan.Planner;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.port.Protocol;

/// The machine with the kernel, beyond the contract: what lasts, what happens inside a namespace,
/// what is refused.
final class LinuxMachineTest extends SegmentInLab {
  @Test
  void another_process_on_the_same_run_directory_finds_everything() {
    reach(segment());
    reopen();
    assertThat(PlanText.of(Planner.plan(segment(), machine().observe(segment())))).isEmpty();
  }

  @Test
  void what_a_killed_process_left_half_made_is_finished() throws Exception {
    reach(segment());
    command(CONTAINER, "ip", "link", "set", "eth0", "alias", "");
    assertThat(machine().observe(segment())).doesNotContain(VETH, ADDRESS);
    reach(segment());

    command(NamespaceName.MACHINE, "ip", "link", "add", "uplink", "type", "bridge");
    var nic =
        new Link(
            ENDPOINT,
            "public",
            new LinkKind.Macvlan("uplink"),
            Optional.empty(),
            Optional.of(MAC),
            1500,
            true);
    reach(with(segment(), nic));
    command(ENDPOINT, "ip", "link", "set", "public", "alias", "");
    reach(with(segment(), nic));
    reach(segment());
  }

  @Test
  void sockets_opened_inside_stay_inside() throws Exception {
    reach(segment());
    var any = new InetSocketAddress(InetAddress.getByName("172.17.0.2"), 80);
    try (var listener = machine().open(CONTAINER, () -> ServerSocketChannel.open().bind(any, 16));
        var client = machine().open(ENDPOINT, SocketChannel::open)) {
      client.connect(any);
      try (var accepted = listener.accept()) {
        accepted.write(ByteBuffer.wrap(new byte[] {42}));
        var into = ByteBuffer.allocate(4);
        assertThat(client.read(into)).isEqualTo(1);
      }
    }
    var nowhere = new NamespaceName("c-nowhere-1");
    assertThatThrownBy(() -> machine().open(nowhere, SocketChannel::open))
        .hasMessageContaining("c-nowhere-1 does not exist");
  }

  @Test
  void datagram_connections_to_a_publication_are_forgotten() throws Exception {
    reach(segment());
    try (var sender =
        machine().open(CONTAINER, () -> DatagramChannel.open(StandardProtocolFamily.INET))) {
      for (int port : new int[] {5000, 5001}) {
        var to = new InetSocketAddress(InetAddress.getByName("172.17.0.1"), port);
        try (var listener =
            machine()
                .open(ENDPOINT, () -> DatagramChannel.open(StandardProtocolFamily.INET).bind(to))) {
          sender.send(ByteBuffer.wrap(new byte[] {1}), to);
          listener.receive(ByteBuffer.allocate(1)); // now it has arrived
        }
      }
    }
    assertThat(command(ENDPOINT, "conntrack", "-L", "-p", "udp"))
        .contains("dport=5000", "dport=5001");
    machine()
        .forgetConnections(
            ENDPOINT,
            List.of(
                element(
                    "pub",
                    List.of(new Part.Proto(Protocol.TCP), port(5001)),
                    ip("172.17.0.2"),
                    port(1)),
                element(
                    "pub",
                    List.of(new Part.Proto(Protocol.UDP), port(5000)),
                    ip("172.17.0.2"),
                    port(1))));
    assertThat(command(ENDPOINT, "conntrack", "-L", "-p", "udp"))
        .contains("dport=5001")
        .doesNotContain("dport=5000");
  }

  @Test
  void settings_of_others_than_a_namespace_are_refused() {
    reach(List.of(new Namespace(ENDPOINT)));
    assertThat(error(new Step.Add(new Sysctl(ENDPOINT, "kernel/hostname", "x"))).orElseThrow())
        .contains("no setting of a network namespace");
    assertThat(error(new Step.Add(new Sysctl(ENDPOINT, "net/../kernel/hostname", "x"))))
        .isPresent();
    assertThat(
            error(new Step.Add(new Sysctl(ENDPOINT, "net/ipv4/ip_forward", "maybe"))).orElseThrow())
        .isEqualTo(
            "add setting net/ipv4/ip_forward = maybe in e-1ab000000001: invalid argument (EINVAL)");
    assertThat(error(new Step.Add(new Sysctl(ENDPOINT, "net/nosuch/thing", "1")))).isEmpty();
  }

  @Test
  void many_threads_start_and_stop_containers_at_once() throws Exception {
    reach(segment());
    machine().watch(_ -> {});
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var all = new ArrayList<Future<?>>();
      for (int i = 0; i < 24; i++) {
        var namespace = new NamespaceName("c-" + i + "-1");
        var veth =
            new Link(
                ENDPOINT,
                "v" + i + "x1",
                new LinkKind.Veth(namespace, "eth0", new Mac(0x02420000_0000L + i)),
                Optional.of(BRIDGE.name()),
                Optional.empty(),
                1500,
                true);
        var network =
            List.<MachineObject>of(
                new Namespace(namespace),
                loopback(namespace),
                veth,
                element("names", List.of(new Part.Name(veth.name()))),
                new Address(namespace, "eth0", new Cidr(Ip.parse("172.17.1.0").plus(i), 16)),
                new Route(namespace, DEFAULT.to(), DEFAULT.via(), "eth0"));
        all.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < 3; round++) {
                    for (var plan :
                        List.of(
                            Planner.plan(network, List.of()), Planner.plan(List.of(), network))) {
                      plan.stages()
                          .forEach(
                              s ->
                                  machine()
                                      .apply(s.steps())
                                      .forEach(o -> assertThat(o.error()).isEmpty()));
                    }
                  }
                }));
      }
      for (var one : all) {
        one.get();
      }
    }
    assertThat(PlanText.of(Planner.plan(segment(), machine().observe(segment())))).isEmpty();
  }
}
