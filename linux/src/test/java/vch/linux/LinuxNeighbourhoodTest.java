package vch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Neighbourhood;
import vch.engine.machine.Neighbourhood.Heard;
import vch.engine.machine.Neighbourhood.LinkUnusable;
import vch.engine.machine.Step;
import vch.engine.plan.PlanText;
import vch.engine.plan.Planner;
import vch.kernel.netns.Strangers;
import vch.kernel.packet.PacketSocket;
import vch.kernel.rtnl.Rtnl;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

/// Neighbours with real frames, beyond the contract: hosts that send what they like on a bridge and
/// on a NIC of the machine.
@Tag("lab")
final class LinuxNeighbourhoodTest {
  private static final NamespaceName MACHINE = NamespaceName.MACHINE;
  private static final NamespaceName ONE = new NamespaceName("c-1ab000000011-1");
  private static final NamespaceName TWO = new NamespaceName("c-1ab000000012-1");
  private static final NamespaceName LAN = new NamespaceName("c-1ab000000013-1");
  private static final Mac ONE_MAC = Mac.parse("02:42:0a:02:00:02");
  private static final Mac TWO_MAC = Mac.parse("02:42:0a:02:00:03");
  private static final Mac LAN_MAC = Mac.parse("02:42:0a:02:00:04");
  private static final Mac BRIDGE_MAC = Mac.parse("02:00:00:00:00:01");
  private static final Ip ONE_IP = Ip.parse("10.2.0.2");
  private static final Ip NIC_IP = Ip.parse("10.3.0.1");
  private static final Ip FREE = Ip.parse("10.2.0.9");
  private static final Ip ONE_IP6 = Ip.parse("fd02::2");
  private static final Ip FREE6 = Ip.parse("fd02::9");
  private static final String BRIDGE = "pl1ab0000010";
  private static final String NIC = "v1ab0000nic";
  private static final Duration LONG = Duration.ofSeconds(20);

  private Optional<Lab> lab = Optional.empty();
  private Optional<LinuxMachine> opened = Optional.empty();

  private LinuxMachine machine() {
    return opened.orElseThrow();
  }

  private Neighbourhood neighbourhood() {
    return machine().neighbourhood();
  }

  @BeforeEach
  void open() throws Exception {
    lab = Optional.of(new Lab());
    opened = Optional.of(lab.get().machine());
    reach(town());
    settle();
  }

  /// A pair that was just set up loses frames for some milliseconds, until the kernel has told
  /// everybody of its carrier.
  private void settle() throws Exception {
    until(() -> neighbourhood().probe(TWO, "eth0", TWO_MAC, ONE_IP).isPresent());
    until(() -> neighbourhood().probe(LAN, "eth0", LAN_MAC, NIC_IP).isPresent());
  }

  @AfterEach
  void close() throws Exception {
    reach(List.of());
    assertThat(Strangers.find()).isEmpty();
    machine().close();
    lab.orElseThrow().close();
  }

  /// Two hosts on a bridge, and a host of a LAN that a NIC of the machine is on.
  private static List<MachineObject> town() {
    return List.of(
        new Namespace(ONE),
        new Namespace(TWO),
        new Namespace(LAN),
        new Link(
            MACHINE,
            BRIDGE,
            new LinkKind.Bridge(),
            Optional.empty(),
            Optional.of(BRIDGE_MAC),
            1500,
            true),
        pair("v1ab0000a1", ONE, ONE_MAC, Optional.of(BRIDGE)),
        pair("v1ab0000b1", TWO, TWO_MAC, Optional.of(BRIDGE)),
        pair(NIC, LAN, LAN_MAC, Optional.empty()),
        new Address(ONE, "eth0", new Cidr(ONE_IP, 16)),
        new Address(MACHINE, NIC, new Cidr(NIC_IP, 16)));
  }

  private static Link pair(String name, NamespaceName far, Mac mac, Optional<String> master) {
    return new Link(
        MACHINE, name, new LinkKind.Veth(far, "eth0", mac), master, Optional.empty(), 1500, true);
  }

  private void reach(List<MachineObject> wanted) {
    for (var stage : Planner.plan(wanted, machine().observe(wanted)).stages()) {
      for (var outcome : machine().apply(stage.steps())) {
        assertThat(outcome.error()).as(PlanText.of(outcome.step())).isEmpty();
      }
    }
    machine().finish();
  }

  private static Heard next(BlockingQueue<Heard> heard) throws InterruptedException {
    return Optional.ofNullable(heard.poll(LONG.toSeconds(), TimeUnit.SECONDS)).orElseThrow();
  }

  /// Sends the frames from TWO, over and over, while the work is done.
  private <T> T amid(List<byte[]> frames, Callable<T> work) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var result = threads.submit(work);
      while (!result.isDone()) {
        frames.forEach(f -> neighbourhood().send(TWO, "eth0", f));
        Thread.sleep(1);
      }
      return result.get();
    }
  }

  @Test
  void another_host_that_probes_at_the_same_time_contests_the_address() throws Exception {
    var others = List.of(ArpPacket.probe(TWO_MAC, FREE).broadcast());
    assertThat(amid(others, () -> neighbourhood().probe(ONE, "eth0", ONE_MAC, FREE)))
        .contains(TWO_MAC);
  }

  @Test
  void another_host_that_announces_the_address_contests_it() throws Exception {
    var others = List.of(ArpPacket.announcement(TWO_MAC, FREE).broadcast());
    assertThat(amid(others, () -> neighbourhood().probe(ONE, "eth0", ONE_MAC, FREE)))
        .contains(TWO_MAC);
  }

  @Test
  void so_do_hosts_that_probe_for_an_ipv6_address_or_announce_it() throws Exception {
    for (var others :
        List.of(
            NeighbourMessage.probe(TWO_MAC, FREE6).frame(),
            NeighbourMessage.announcement(TWO_MAC, FREE6).frame())) {
      assertThat(amid(List.of(others), () -> neighbourhood().probe(ONE, "eth0", ONE_MAC, FREE6)))
          .contains(TWO_MAC);
    }
    var broken = NeighbourMessage.announcement(TWO_MAC, FREE6).frame();
    broken[57]++; // checksum
    assertThat(amid(List.of(broken), () -> neighbourhood().probe(ONE, "eth0", ONE_MAC, FREE6)))
        .isEmpty();
  }

  /// What a broken or hostile host may send in claim of an address.
  private static List<byte[]> malformed() {
    var whole = ArpPacket.announcement(TWO_MAC, FREE).broadcast();
    return List.of(
        Arrays.copyOf(whole, 14),
        Arrays.copyOf(whole, 41),
        with(whole, 15, 6), // hardware type
        with(whole, 16, 0x86), // protocol type
        with(whole, 18, 200), // length of a hardware address
        with(whole, 19, 0), // length of an address
        with(whole, 21, 9), // operation
        with(whole, 22, 1), // the sender is a group
        ByteBuffer.allocate(1500).put(whole).position(15).put((byte) 7).array());
  }

  private static byte[] with(byte[] frame, int at, int value) {
    var out = frame.clone();
    out[at] = (byte) value;
    return out;
  }

  @Test
  void malformed_packets_contest_nothing() throws Exception {
    assertThat(amid(malformed(), () -> neighbourhood().probe(ONE, "eth0", ONE_MAC, FREE)))
        .isEmpty();
  }

  @Test
  void malformed_packets_and_probes_are_not_heard() throws Exception {
    var heard = new LinkedBlockingQueue<Heard>();
    try (var _ = neighbourhood().listen(BRIDGE, heard::add)) {
      malformed().forEach(f -> neighbourhood().send(TWO, "eth0", f));
      neighbourhood().send(TWO, "eth0", ArpPacket.probe(TWO_MAC, FREE).broadcast());
      neighbourhood().send(TWO, "eth0", ArpPacket.announcement(TWO_MAC, FREE).broadcast());
      assertThat(next(heard)).isEqualTo(new Heard(TWO_MAC, FREE));
      assertThat(heard).isEmpty();
    }
  }

  @Test
  void an_announcement_mends_what_a_neighbour_remembers() throws Exception {
    var neighbour = machine().path(ONE);
    var stale = "02:42:0a:02:00:99";
    var entry = "ip neigh replace " + FREE + " lladdr " + stale + " dev eth0 nud stale";
    Lab.command(neighbour, "sh", "-c", entry);
    neighbourhood().announce(TWO, "eth0", TWO_MAC, FREE);
    until(
        () ->
            Lab.command(neighbour, "ip", "neigh", "show", FREE.toString())
                .contains(TWO_MAC.toString()));
  }

  @Test
  void an_announcement_of_an_ipv6_address_mends_it_too() throws Exception {
    var all = new ArrayList<>(town());
    all.add(new Address(ONE, "eth0", new Cidr(ONE_IP6, 64)));
    reach(all);
    var neighbour = machine().path(ONE);
    var entry = "ip neigh replace " + FREE6 + " lladdr 02:42:0a:02:00:99 dev eth0 nud stale";
    Lab.command(neighbour, "sh", "-c", entry);
    until(
        () -> {
          neighbourhood().announce(TWO, "eth0", TWO_MAC, FREE6);
          return Lab.command(neighbour, "ip", "neigh", "show", FREE6.toString())
              .contains(TWO_MAC.toString());
        });
  }

  @Test
  void an_announcement_is_made_twice() throws Exception {
    var heard = new LinkedBlockingQueue<Heard>();
    try (var _ = neighbourhood().listen(BRIDGE, heard::add)) {
      neighbourhood().announce(TWO, "eth0", TWO_MAC, FREE);
      assertThat(List.of(next(heard), next(heard))).containsOnly(new Heard(TWO_MAC, FREE));
    }
  }

  @Test
  void the_second_announcement_is_not_made_on_another_link_of_the_same_name() throws Exception {
    var heard = new LinkedBlockingQueue<Heard>();
    var again = Ip.parse("10.2.0.10");
    try (var _ = neighbourhood().listen(BRIDGE, heard::add)) {
      neighbourhood().announce(TWO, "eth0", TWO_MAC, FREE);
      var link = pair("v1ab0000b1", TWO, TWO_MAC, Optional.of(BRIDGE));
      machine().apply(List.of(new Step.Remove(link)));
      machine().finish();
      reach(town());
      settle();
      neighbourhood().announce(TWO, "eth0", TWO_MAC, again);
      var all = List.of(next(heard), next(heard), next(heard));
      assertThat(all.stream().map(Heard::address)).containsExactly(FREE, again, again);
    }
  }

  @Test
  void a_nic_of_the_machine_is_heard_also_with_a_macvlan_on_it() throws Exception {
    var macvlan =
        new Link(
            ONE,
            "eth1",
            new LinkKind.Macvlan(NIC),
            Optional.empty(),
            Optional.of(TWO_MAC),
            1500,
            true);
    var all = new ArrayList<>(town());
    all.add(macvlan);
    all.add(new Address(LAN, "eth0", Cidr.parse("10.3.0.4/16")));
    all.add(new Address(LAN, "eth0", Cidr.parse("fd03::4/64")));
    reach(all);
    var heard = new LinkedBlockingQueue<Heard>();
    try (var _ = neighbourhood().listen(NIC, heard::add)) {
      var taken = Ip.parse("10.3.0.4");
      assertThat(neighbourhood().probe(ONE, "eth1", TWO_MAC, taken)).contains(LAN_MAC);
      assertThat(neighbourhood().probe(ONE, "eth1", TWO_MAC, Ip.parse("10.3.0.5"))).isEmpty();
      neighbourhood().announce(LAN, "eth0", LAN_MAC, taken);
      assertThat(next(heard)).isEqualTo(new Heard(LAN_MAC, taken));
    }
  }

  @Test
  void one_thread_hears_all_links_and_a_link_that_was_down_again() throws Exception {
    var bridge = new LinkedBlockingQueue<Heard>();
    var nic = new LinkedBlockingQueue<Heard>();
    try (var _ = neighbourhood().listen(BRIDGE, bridge::add);
        var _ = neighbourhood().listen(NIC, nic::add)) {
      Lab.command(machine().path(MACHINE), "ip", "link", "set", NIC, "down");
      neighbourhood().send(TWO, "eth0", ArpPacket.announcement(TWO_MAC, FREE).broadcast());
      assertThat(next(bridge)).isEqualTo(new Heard(TWO_MAC, FREE));
      Lab.command(machine().path(MACHINE), "ip", "link", "set", NIC, "up");
      settle();
      neighbourhood().send(LAN, "eth0", ArpPacket.announcement(LAN_MAC, FREE).broadcast());
      assertThat(next(nic)).isEqualTo(new Heard(LAN_MAC, FREE));
      assertThat(
              Thread.getAllStackTraces().keySet().stream()
                  .filter(t -> t.getName().equals("sockets")))
          .hasSize(1);
    }
  }

  @Test
  void a_listener_that_fails_is_called_again() throws Exception {
    var heard = new LinkedBlockingQueue<Heard>();
    try (var _ =
        neighbourhood()
            .listen(
                BRIDGE,
                h -> {
                  heard.add(h);
                  throw new IllegalStateException("for the test");
                })) {
      neighbourhood().send(TWO, "eth0", ArpPacket.announcement(TWO_MAC, FREE).broadcast());
      neighbourhood().send(TWO, "eth0", ArpPacket.announcement(TWO_MAC, ONE_IP).broadcast());
      assertThat(List.of(next(heard).address(), next(heard).address()))
          .containsExactly(FREE, ONE_IP);
    }
  }

  @Test
  void a_frame_goes_out_as_it_is() throws Exception {
    int protocol = 0x88b5; // IEEE 802 local experimental EtherType 1
    var frame =
        ByteBuffer.allocate(64)
            .put(TWO_MAC.bytes())
            .put(BRIDGE_MAC.bytes())
            .putShort((short) protocol)
            .putInt(7)
            .array();
    int index;
    try (var rtnl = machine().open(TWO, Rtnl::open)) {
      index = rtnl.link("eth0").orElseThrow().index();
    }
    try (var socket = machine().open(TWO, () -> PacketSocket.open(index, protocol))) {
      neighbourhood().send(MACHINE, BRIDGE, frame);
      assertThat(socket.receive(2048, (int) LONG.toMillis())).hasValue(frame);
    }
    assertThatThrownBy(() -> neighbourhood().send(MACHINE, BRIDGE, new byte[5000]))
        .isInstanceOf(LinkUnusable.class)
        .hasMessageContaining("message too long");
  }

  @Test
  void many_probe_at_once_and_each_gets_its_own_answer() throws Exception {
    var taken = new ArrayList<MachineObject>(town());
    for (int i = 0; i < 32; i++) {
      taken.add(new Address(ONE, "eth0", new Cidr(Ip.parse("10.2.1.0").plus(2 * i), 16)));
    }
    reach(taken);
    long before = sockets();
    var results = new ArrayList<Future<Optional<Mac>>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 64; i++) {
        var address = Ip.parse("10.2.1.0").plus(i);
        results.add(threads.submit(() -> neighbourhood().probe(TWO, "eth0", TWO_MAC, address)));
      }
    }
    for (int i = 0; i < 64; i++) {
      assertThat(results.get(i).get())
          .isEqualTo(i % 2 == 0 ? Optional.of(ONE_MAC) : Optional.empty());
    }
    until(() -> sockets() <= before);
  }

  private static long sockets() throws Exception {
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(LinuxNeighbourhoodTest::isSocket).count();
    }
  }

  private static boolean isSocket(Path fd) {
    try {
      return Files.readSymbolicLink(fd).toString().startsWith("socket:");
    } catch (java.io.IOException _) { // the directory that was read, for one
      return false;
    }
  }

  private static void until(Callable<Boolean> condition) throws Exception {
    var end = Instant.now().plus(LONG);
    while (!condition.call()) {
      assertThat(Instant.now()).as("waited long enough").isBefore(end);
      Thread.sleep(5);
    }
  }

  @Test
  void what_is_closed_with_the_machine_ends_quietly() throws Exception {
    var other = lab.orElseThrow().other("lab1");
    var heard = new LinkedBlockingQueue<Heard>();
    var listening = other.neighbourhood().listen(BRIDGE, heard::add);
    other.neighbourhood().announce(MACHINE, BRIDGE, BRIDGE_MAC, FREE);
    other.close();
    listening.close();
    var living = new LinkedBlockingQueue<Heard>();
    try (var _ = neighbourhood().listen(BRIDGE, living::add)) {
      neighbourhood().announce(TWO, "eth0", TWO_MAC, FREE);
      next(living); // else it might only not have come yet
    }
    assertThat(heard).isEmpty();
    assertThatThrownBy(() -> other.neighbourhood().probe(MACHINE, BRIDGE, BRIDGE_MAC, FREE))
        .isInstanceOf(LinkUnusable.class);
  }
}
