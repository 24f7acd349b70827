package vch.engine.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.engine.lab.NeighbourMessages.ALL_NODES;
import static vch.engine.lab.NeighbourMessages.ANSWER;
import static vch.engine.lab.NeighbourMessages.QUESTION;
import static vch.engine.lab.NeighbourMessages.REDIRECT;
import static vch.engine.lab.NeighbourMessages.ROUTER;
import static vch.engine.lab.NeighbourMessages.asked;
import static vch.engine.lab.NeighbourMessages.hardware;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import vch.engine.desired.LinkNames;
import vch.engine.fake.Samples;
import vch.portlayer.address.Mac;
import vch.portlayer.container.Container;

/// The host outside by IPv6: all scopes but the first know it as fd00:0:0:x::c8.
class JoinedPromisesLabTest extends JoinedPromises {
  private static final String HOST = "fd00:0:0:2::c8";
  private static final String STRANGER = "fd00:0:0:2::c9";

  @BeforeAll
  void addresses() {
    for (int n = 2; n <= 5; n++) {
      machine.run(
          "ip -n " + machine.ns(NAS) + " addr add fd00:0:0:" + n + "::c8/64 dev eth0 nodad");
    }
    countSenders(NAS);
  }

  private void says(int kind, String source, String to, String about, String mac) {
    messages.send(NAS, kind, source, to, about, mac.isEmpty() ? "" : hardware(kind, mac));
  }

  private long heardBy(Container container) {
    return counted(in(container), NAS_MAC);
  }

  @Test
  void a_host_that_a_scope_knows_is_a_neighbour_by_ipv6_too() {
    assertThat(asks(NAS, "[" + ipv6(other, 0) + "]:80").replace("[", "")).isEqualTo(HOST);
    assertThat(asks(in(other), "[" + HOST + "]:80").replace("[", "")).isEqualTo(ipv6(other, 0));
    assertThat(asks(NAS, "[" + ipv6(open, 0) + "]:80").replace("[", ""))
        .isEqualTo("fd00:0:0:5::c8");
    assertThat(ping(in(other), "fd00:0:0:5::c8")).isNotZero();
    assertThat(ping(NAS, "fd00:0:0:2::1")).isNotZero();
  }

  @Test
  void internal_scopes_and_those_whose_members_may_not_talk_are_not_entered_by_ipv6() {
    for (var target : List.of(db, mute)) {
      pinned(
          ipv6(target, 0),
          mac(target),
          () -> {
            long before = heardBy(target);
            assertThat(curl(NAS, "[" + ipv6(target, 0) + "]:80").status()).isEqualTo(SILENCE);
            assertThat(heardBy(target)).isEqualTo(before);
          });
      long before = counted6();
      var nas = ipv6(target, 0).replaceAll("[^:]+$", "c8");
      pin(target, nas, NAS_MAC);
      assertThat(ping(in(target), nas)).isNotZero();
      unpin(target, nas);
      assertThat(counted6()).isEqualTo(before);
    }
  }

  @Test
  void a_host_that_no_scope_knows_is_not_heard_by_ipv6() {
    machine.in(NAS, "ip addr add " + STRANGER + "/64 dev eth0 nodad");
    pinned(
        ipv6(other, 0),
        mac(other),
        () -> {
          long before = heardBy(other);
          var from = "curl -s --connect-timeout 1 --interface %s http://[%s]/";
          assertThat(machine.in(NAS, from.formatted(STRANGER, ipv6(other, 0))).status())
              .isEqualTo(SILENCE);
          says(QUESTION, STRANGER, asked(ipv6(other, 0)), ipv6(other, 0), NAS_MAC);
          says(ANSWER, STRANGER, ALL_NODES, STRANGER, NAS_MAC);
          says(ANSWER, STRANGER, ALL_NODES, HOST, NAS_MAC);
          says(ANSWER, HOST, ALL_NODES, STRANGER, NAS_MAC);
          assertThat(heardBy(other)).isEqualTo(before);
        });
    machine.in(NAS, "ip addr del " + STRANGER + "/64 dev eth0");
    long before = counted6();
    pin(other, STRANGER, NAS_MAC);
    assertThat(ping(in(other), STRANGER)).isNotZero();
    unpin(other, STRANGER);
    assertThat(counted6()).isEqualTo(before);
  }

  @Test
  void a_host_outside_does_not_say_that_an_ipv6_address_of_ours_is_elsewhere() {
    long before = heardBy(other);
    for (var about : List.of(ipv6(torn, 1), ipv6(mixed, 1), "fd00:0:0:2::1")) {
      says(ANSWER, HOST, ALL_NODES, about, NAS_MAC);
    }
    for (var mac : List.of(mac(torn), LinkNames.sharedMac(Samples.BLUE).toString())) {
      says(ANSWER, HOST, ALL_NODES, HOST, mac);
      says(QUESTION, HOST, asked(ipv6(other, 0)), ipv6(other, 0), mac);
    }
    says(QUESTION, HOST, asked(ipv6(other, 0)), ipv6(open, 0), NAS_MAC);
    says(ROUTER, HOST, ALL_NODES, "::", NAS_MAC);
    says(REDIRECT, HOST, ALL_NODES, HOST, NAS_MAC);
    // A second option, one of another kind, none at its place.
    for (var options :
        List.of(
            hardware(ANSWER, NAS_MAC) + hardware(ANSWER, mac(torn)),
            "0e01" + mac(torn),
            "0e01" + NAS_MAC + hardware(ANSWER, mac(torn)))) {
      messages.send(NAS, ANSWER, HOST, ALL_NODES, HOST, options);
    }
    assertThat(heardBy(other)).isEqualTo(before);
    says(ANSWER, HOST, ALL_NODES, HOST, NAS_MAC);
    says(QUESTION, HOST, asked(ipv6(other, 0)), ipv6(other, 0), NAS_MAC);
    says(QUESTION, HOST, asked(ipv6(other, 0)), ipv6(other, 0), "");
    assertThat(heardBy(other)).isGreaterThanOrEqualTo(before + 3);
  }

  @Test
  void a_link_local_address_outside_is_nobodys() {
    var own = Mac.parse(NAS_MAC).linkLocal().toString();
    long before = heardBy(other);
    says(QUESTION, own, asked(ipv6(other, 0)), ipv6(other, 0), NAS_MAC);
    says(ANSWER, own, ALL_NODES, HOST, NAS_MAC);
    machine.in(NAS, "ping -6 -c 1 -W 1 ff02::1%eth0");
    assertThat(heardBy(other)).isEqualTo(before);
  }

  /// Frames of IPv6 that the host has heard of containers and gateways.
  private long counted6() {
    return all().stream().mapToLong(c -> counted(NAS, mac(c))).sum()
        + counted(NAS, LinkNames.sharedMac(Samples.BLUE).toString());
  }

  @Test
  void what_containers_say_to_many_by_ipv6_is_not_heard_outside_but_what_hosts_need() {
    long before = counted6();
    machine.in(in(other), "ping -6 -c 1 -W 1 ff02::1%eth0");
    messages.send(in(other), QUESTION, ipv6(other, 0), asked(ipv6(torn, 1)), ipv6(torn, 1), "");
    messages.send(in(db), ANSWER, ipv6(db, 0), ALL_NODES, ipv6(db, 0), "");
    ping(ENDPOINT, "fd00:0:0:2::62");
    assertThat(counted6()).isEqualTo(before);
    messages.send(in(other), ANSWER, ipv6(other, 0), ALL_NODES, ipv6(other, 0), "");
    messages.send(in(other), QUESTION, ipv6(other, 0), asked(HOST), HOST, "");
    assertThat(counted6()).isGreaterThanOrEqualTo(before + 2);
  }
}
