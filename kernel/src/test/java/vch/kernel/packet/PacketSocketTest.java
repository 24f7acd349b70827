package vch.kernel.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import vch.kernel.libc.Errno;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.netlink.Ack;
import vch.kernel.netlink.Message;
import vch.kernel.netns.Gate;
import vch.kernel.rtnl.LinkMessages;
import vch.kernel.rtnl.LinkSettings;
import vch.kernel.rtnl.Rtnl;

/// Frames over a pair between two namespaces.
@Tag("lab")
final class PacketSocketTest {
  private static final byte[] HERE = {2, 0, 0, 0, 0, 1};
  private static final byte[] THERE = {2, 0, 0, 0, 0, 2};
  private static final byte[] ALL = {-1, -1, -1, -1, -1, -1};
  private static final byte[] ANOTHER = {2, 0, 0, 0, 0, 3};
  private static final int OF_EXPERIMENTS = 0x88b5; // IEEE 802 local experimental EtherType 1
  private static final int WAIT_MS = 10_000;

  private final Gate gate = Gate.open();
  private Optional<Fd> near = Optional.empty();
  private Optional<Fd> far = Optional.empty();

  @BeforeEach
  void open() throws Exception {
    near = Optional.of(gate.make(() -> {}));
    far = Optional.of(gate.make(() -> {}));
    ask(
        near.get(),
        LinkMessages.veth("v0", 1500, "v1", far.get(), THERE),
        LinkSettings.of(true).withMac(HERE).message("v0"));
    ask(far.get(), LinkSettings.of(true).message("v1"));
    try (var from = socket(near.get(), "v0", PacketSocket.NO_PROTOCOL);
        var to = socket(far.get(), "v1", OF_EXPERIMENTS)) {
      settle(from, to);
    }
  }

  /// A pair that was just set up loses frames for some milliseconds, until the kernel has told
  /// everybody of its carrier.
  private static void settle(PacketSocket from, PacketSocket to) {
    int tries = 0;
    do {
      assertThat(tries++).as("frames lost").isLessThan(1000);
      from.send(frame(ALL, OF_EXPERIMENTS, 0));
    } while (to.receive(2048, 10).isEmpty());
  }

  @AfterEach
  void close() {
    near.ifPresent(Fd::close);
    far.ifPresent(Fd::close);
    gate.close();
  }

  private void ask(Fd namespace, Message... messages) throws Exception {
    try (var rtnl = gate.in(namespace, Rtnl::open)) {
      assertThat(rtnl.batch(List.of(messages))).allMatch(Ack::ok, "done");
    }
  }

  private PacketSocket socket(Fd namespace, String link, int protocol) throws Exception {
    try (var rtnl = gate.in(namespace, Rtnl::open)) {
      int index = rtnl.link(link).orElseThrow().index();
      return gate.in(namespace, () -> PacketSocket.open(index, protocol));
    }
  }

  private static byte[] frame(byte[] to, int protocol, int content) {
    return ByteBuffer.allocate(60)
        .put(to)
        .put(HERE)
        .putShort((short) protocol)
        .putInt(content)
        .array();
  }

  @Test
  void a_frame_arrives_as_it_was_sent() throws Exception {
    try (var from = socket(near.orElseThrow(), "v0", PacketSocket.NO_PROTOCOL);
        var to = socket(far.orElseThrow(), "v1", OF_EXPERIMENTS)) {
      assertThat(from.send(frame(THERE, OF_EXPERIMENTS, 7))).isTrue();
      assertThat(to.receive(2048, WAIT_MS)).hasValue(frame(THERE, OF_EXPERIMENTS, 7));
      assertThat(to.receive(2048, 0)).isEmpty();
    }
  }

  @Test
  void only_the_protocol_that_was_asked_for_is_heard_and_only_what_is_for_this_link()
      throws Exception {
    try (var from = socket(near.orElseThrow(), "v0", OF_EXPERIMENTS);
        var to = socket(far.orElseThrow(), "v1", OF_EXPERIMENTS)) {
      from.send(frame(ALL, OF_EXPERIMENTS + 1, 1));
      from.send(frame(ANOTHER, OF_EXPERIMENTS, 2));
      from.send(frame(ALL, OF_EXPERIMENTS, 3));
      assertThat(to.receive(2048, WAIT_MS)).hasValue(frame(ALL, OF_EXPERIMENTS, 3));
      assertThat(from.receive(2048, 0)).as("what was sent from here").isEmpty();
    }
  }

  /// IPv6 and, where the message begins, ICMPv6.
  private static byte[] icmpv6(byte[] to, int nextHeader, int type) {
    var frame = Arrays.copyOf(frame(to, PacketSocket.ETH_P_IPV6, 6 << 28), 78);
    frame[20] = (byte) nextHeader;
    frame[54] = (byte) type;
    return frame;
  }

  @Test
  void a_filter_takes_neighbour_discovery_alone() throws Exception {
    try (var from = socket(near.orElseThrow(), "v0", PacketSocket.NO_PROTOCOL);
        var rtnl = gate.in(far.orElseThrow(), Rtnl::open)) {
      int index = rtnl.link("v1").orElseThrow().index();
      byte[] group = {0x33, 0x33, 0, 0, 0, 1};
      try (var to =
          gate.in(
              far.orElseThrow(),
              () ->
                  PacketSocket.open(
                      index,
                      PacketSocket.ETH_P_IPV6,
                      PacketFilter.NEIGHBOUR_DISCOVERY,
                      List.of(group)))) {
        from.send(icmpv6(group, 17, 135)); // UDP
        from.send(icmpv6(group, 58, 134)); // a router
        from.send(icmpv6(group, 58, 137)); // a redirect
        from.send(icmpv6(group, 58, 135));
        from.send(icmpv6(group, 58, 136));
        assertThat(to.receive(2048, WAIT_MS)).hasValue(icmpv6(group, 58, 135));
        assertThat(to.receive(2048, WAIT_MS)).hasValue(icmpv6(group, 58, 136));
        assertThat(to.receive(2048, 0)).isEmpty();
      }
    }
  }

  @Test
  void what_is_too_long_is_cut() throws Exception {
    try (var from = socket(near.orElseThrow(), "v0", PacketSocket.NO_PROTOCOL);
        var to = socket(far.orElseThrow(), "v1", OF_EXPERIMENTS)) {
      from.send(frame(ALL, OF_EXPERIMENTS, 1));
      assertThat(to.receive(20, WAIT_MS).orElseThrow()).hasSize(20);
    }
  }

  @Test
  void a_link_that_was_down_is_heard_again_and_one_that_vanished_is_not() throws Exception {
    try (var from = socket(near.orElseThrow(), "v0", PacketSocket.NO_PROTOCOL);
        var to = socket(far.orElseThrow(), "v1", OF_EXPERIMENTS)) {
      ask(far.orElseThrow(), LinkSettings.of(false).message("v1"));
      assertThatThrownBy(() -> to.receive(2048, WAIT_MS)).matches(e -> is(e, Errno.ENETDOWN));
      assertThat(to.receive(2048, 0)).isEmpty();
      ask(far.orElseThrow(), LinkSettings.of(true).message("v1"));
      settle(from, to);
      remove();
      assertThatThrownBy(() -> from.send(frame(ALL, OF_EXPERIMENTS, 1)))
          .matches(e -> is(e, Errno.ENXIO) || is(e, Errno.ENODEV));
      assertThatThrownBy(() -> to.receive(2048, WAIT_MS)).matches(e -> is(e, Errno.ENETDOWN));
      assertThat(to.receive(2048, 0)).isEmpty();
    }
  }

  private void remove() throws Exception {
    try (var rtnl = gate.in(near.orElseThrow(), Rtnl::open)) {
      int index = rtnl.link("v0").orElseThrow().index();
      assertThat(rtnl.request(LinkMessages.remove(index)).ok()).isTrue();
    }
  }

  @Test
  void what_is_no_frame_is_refused() throws Exception {
    try (var from = socket(near.orElseThrow(), "v0", PacketSocket.NO_PROTOCOL)) {
      assertThatThrownBy(() -> from.send(new byte[0])).isInstanceOf(KernelException.class);
      assertThatThrownBy(() -> from.send(new byte[5000])).matches(e -> is(e, Errno.EMSGSIZE));
    }
    assertThatThrownBy(
            () -> gate.in(near.orElseThrow(), () -> PacketSocket.open(9999, OF_EXPERIMENTS)))
        .matches(e -> is(e, Errno.ENODEV));
  }

  private static boolean is(Throwable e, Errno errno) {
    return e instanceof KernelException k && k.is(errno);
  }
}
