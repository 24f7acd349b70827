package vch.kernel.rtnl;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import vch.kernel.libc.Errno;
import vch.kernel.libc.Fd;
import vch.kernel.netlink.Ack;
import vch.kernel.netlink.Message;
import vch.kernel.netns.Gate;

@Tag("lab")
final class RtnlTest {
  private static final byte[] MAC = {2, 0x42, 10, 0, 0, 2};
  private final Gate gate = Gate.open();
  private Optional<Fd> one = Optional.empty();
  private Optional<Fd> two = Optional.empty();
  private Optional<Rtnl> rtnl = Optional.empty();

  @BeforeEach
  void open() throws Exception {
    one = Optional.of(gate.make(() -> {}));
    two = Optional.of(gate.make(() -> {}));
    rtnl = Optional.of(gate.in(one.get(), Rtnl::open));
  }

  @AfterEach
  void close() {
    rtnl.ifPresent(Rtnl::close);
    one.ifPresent(Fd::close);
    two.ifPresent(Fd::close);
    gate.close();
  }

  private Rtnl rtnl() {
    return rtnl.orElseThrow();
  }

  private void done(Message... messages) {
    assertThat(rtnl().batch(List.of(messages))).allMatch(Ack::ok, "done");
  }

  @Test
  void a_pair_reaches_into_another_namespace() throws Exception {
    done(
        LinkMessages.bridge("br0"),
        LinkSettings.of(true).withMac(MAC).withMtu(1400).message("br0"),
        LinkMessages.veth("v0", 1400, "eth0", two.orElseThrow(), MAC));
    int bridge = rtnl().link("br0").orElseThrow().index();
    done(LinkSettings.of(true).withMaster(bridge).withAlias("ours").message("v0"));
    var v0 = rtnl().link("v0").orElseThrow();
    assertThat(v0)
        .returns("veth", LinkInfo::kind)
        .returns(bridge, LinkInfo::master)
        .returns(1400, LinkInfo::mtu)
        .returns("ours", LinkInfo::alias)
        .returns(true, LinkInfo::up);
    try (var far = gate.in(two.orElseThrow(), Rtnl::open)) {
      var eth0 = far.link("eth0").orElseThrow();
      assertThat(eth0)
          .returns(0x02420a000002L, LinkInfo::mac)
          .returns(v0.index(), LinkInfo::lower)
          .returns(false, LinkInfo::up);
      assertThat(eth0.index()).isEqualTo(v0.lower());
    }
    done(LinkMessages.isolated(v0.index(), true), LinkMessages.hairpin(v0.index(), true));
    done(LinkMessages.group(v0.index(), 77), LinkMessages.removeGroup(77));
    assertThat(rtnl().link("v0")).isEmpty();
    done(LinkMessages.remove(bridge));
    assertThat(rtnl().link(bridge)).isEmpty();
  }

  @Test
  void each_request_of_a_batch_is_answered_on_its_own() {
    var acks =
        rtnl()
            .batch(
                List.of(
                    LinkMessages.bridge("br0"),
                    LinkMessages.bridge("br0"),
                    LinkSettings.of(true).message("nosuch"),
                    LinkMessages.bridge("a-name-that-is-too-long"),
                    LinkMessages.bridge("br1")));
    assertThat(acks).extracting(Ack::ok).containsExactly(true, false, false, false, true);
    assertThat(acks.get(1).is(Errno.EEXIST)).isTrue();
    assertThat(acks.get(2).is(Errno.ENODEV)).isTrue();
  }

  @Test
  void a_thousand_requests_go_in_one_batch() {
    done(LinkMessages.bridge("br0"), LinkSettings.of(true).message("br0"));
    int link = rtnl().link("br0").orElseThrow().index();
    var messages = new ArrayList<Message>();
    for (int i = 0; i < 1000; i++) {
      messages.add(
          AddressMessages.set(
              link, AddressInfo.address(new byte[] {10, 0, (byte) (i >> 8), (byte) i}), 32, 7));
    }
    assertThat(rtnl().batch(messages)).hasSize(1000).allMatch(Ack::ok);
    assertThat(rtnl().addresses().stream().filter(a -> a.protocol() == 7)).hasSize(1000);
  }

  @Test
  void addresses_and_routes_carry_who_set_them() throws Exception {
    done(LinkMessages.bridge("br0"), LinkSettings.of(true).message("br0"));
    int link = rtnl().link("br0").orElseThrow().index();
    var address = InetAddress.getByName("10.1.0.1");
    var gateway = InetAddress.getByName("10.1.0.9");
    var subnet = InetAddress.getByName("10.9.0.0");
    done(
        AddressMessages.set(link, address, 16, 0x9a), AddressMessages.set(link, address, 16, 0x9a));
    done(
        RouteMessages.add(subnet, 16, Optional.of(gateway), link, RouteInfo.TABLE_MAIN, 0x9a),
        RouteMessages.add(
            InetAddress.getByName("0.0.0.0"),
            0,
            Optional.of(gateway),
            link,
            RouteInfo.TABLE_MAIN,
            0x9a));
    assertThat(
            rtnl()
                .request(
                    RouteMessages.add(
                        subnet, 16, Optional.empty(), link, RouteInfo.TABLE_MAIN, 0x9a))
                .is(Errno.EEXIST))
        .isTrue();
    assertThat(rtnl().routes().stream().filter(r -> r.protocol() == 0x9a))
        .extracting(RouteInfo::to)
        .containsExactlyInAnyOrder(subnet, InetAddress.getByName("0.0.0.0"));
    var bad = rtnl().request(AddressMessages.set(link, address, 99, 0x9a));
    assertThat(bad.reason()).isEqualTo("invalid argument (EINVAL): ipv4: Invalid prefix length");
    done(
        RouteMessages.remove(subnet, 16, Optional.of(gateway), link, RouteInfo.TABLE_MAIN, 0x9a),
        AddressMessages.remove(link, address, 16));
    assertThat(rtnl().addresses().stream().filter(a -> a.protocol() == 0x9a)).isEmpty();
  }
}
