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
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import vch.engine.desired.LinkNames;
import vch.engine.fake.Samples;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Family;
import vch.portlayer.address.Mac;
import vch.portlayer.container.Container;

/// The same for IPv6. All scopes but the first have it: 2 with other, torn and mixed, the internal
/// 3 with db, model and mixed, 4 with mute and deaf, 5 with open.
abstract class SharedIpv6Promises extends SharedPromises {
  final NeighbourMessages messages = new NeighbourMessages(machine);

  @BeforeAll
  void count() {
    all().forEach(container -> countSenders(in(container)));
  }

  /// Counts frames of IPv6 by the Ethernet address of who sent them.
  void countSenders(NamespaceName namespace) {
    machine.run(
        "ip netns exec "
            + machine.ns(namespace)
            + " nft 'table netdev counting { set senders { type ether_addr; size 64; flags dynamic; };"
            + " chain count { type filter hook ingress device eth0 priority 0;"
            + " meta protocol ip6 update @senders { ether saddr counter }; }; }'");
  }

  /// Frames of IPv6 that came from one to the other.
  long between(Container from, Container to) {
    return counted(in(to), mac(from));
  }

  private long gateways(Container to) {
    return counted(in(to), LinkNames.sharedMac(Samples.BLUE).toString());
  }

  long counted(NamespaceName namespace, String sender) {
    var match =
        Pattern.compile(sender + " counter packets ([0-9]+)")
            .matcher(machine.in(namespace, "nft list set netdev counting senders").output());
    return match.find() ? Long.parseLong(match.group(1)) : 0;
  }

  static String ipv6(Container container, int place) {
    return container.endpoints().get(place).address(Family.IPV6).orElseThrow().address().toString();
  }

  private String asks6(Container from, String to) {
    return asks(in(from), "[" + to + "]:80").replace("[", "");
  }

  /// A message by `from` under its first address, which its own neighbours would hear.
  private void says(Container from, int kind, String to, String about) {
    messages.send(in(from), kind, ipv6(from, 0), to, about, hardware(kind, mac(from)));
  }

  @Test
  void members_of_a_scope_talk_by_ipv6_and_others_do_not() {
    assertThat(asks6(other, ipv6(torn, 1))).isEqualTo(ipv6(other, 0));
    assertThat(asks6(other, ipv6(mixed, 1))).isEqualTo(ipv6(other, 0));
    assertThat(asks6(mixed, ipv6(db, 0))).isEqualTo(ipv6(mixed, 0));
    assertThat(asks6(mixed, ipv6(other, 0))).isEqualTo(ipv6(mixed, 1));
    for (var to : List.of(ipv6(db, 0), ipv6(mixed, 0), ipv6(open, 0), ipv6(deaf, 0))) {
      assertThat(curl(in(other), "[" + to + "]:80").status()).as(to).isEqualTo(REFUSED);
      assertThat(ping(in(other), to)).as(to).isNotZero();
    }
    assertThat(ping(in(other), "fd00:0:0:2::1")).isZero();
    assertThat(ping(in(other), "fd00:0:0:3::1")).isNotZero();
    assertThat(curl(in(mute), "[" + ipv6(deaf, 0) + "]:80").status()).isNotZero();
    assertThat(ping(in(mute), "fd00:0:0:4::1")).isZero();
  }

  @Test
  void the_one_nic_has_no_link_local_address_and_one_that_it_takes_leads_nowhere() {
    assertThat(machine.in(in(mixed), "ip -6 addr show dev eth0").output())
        .contains(ipv6(mixed, 0) + "/64", ipv6(mixed, 1) + "/64")
        .doesNotContain("fe80");
    var own = Mac.parse(mac(other)).linkLocal() + "/64";
    machine.in(in(other), "ip addr add " + own + " dev eth0 nodad");
    long before = between(other, torn);
    machine.in(in(other), "ping -6 -c 1 -W 1 ff02::1%eth0");
    assertThat(between(other, torn)).isEqualTo(before);
    assertThat(machine.in(in(other), "ping -6 -c 1 -W 1 " + gateway() + "%eth0").status())
        .isNotZero();
    machine.in(in(other), "ip addr del " + own + " dev eth0");
  }

  private String gateway() {
    return machine
        .in(ENDPOINT, "ip -6 -o addr show dev " + segment() + " scope link")
        .output()
        .replaceAll("(?s).*inet6 ([^/]+)/.*", "$1");
  }

  private static String segment() {
    return LinkNames.shared(Samples.BLUE);
  }

  @Test
  void frames_of_ipv6_sent_straight_to_a_container_of_another_scope_do_not_arrive() {
    pin(other, ipv6(torn, 1), mac(torn));
    assertThat(asks6(other, ipv6(torn, 1))).isEqualTo(ipv6(other, 0));
    unpin(other, ipv6(torn, 1));
    for (var target : List.of(db, open)) {
      pin(other, ipv6(target, 0), mac(target));
      long before = between(other, target);
      assertThat(curl(in(other), "[" + ipv6(target, 0) + "]:80").status()).isEqualTo(SILENCE);
      for (int kind : List.of(QUESTION, ANSWER)) {
        says(other, kind, ipv6(target, 0), ipv6(target, 0));
        says(other, kind, ipv6(target, 0), ipv6(other, 0));
      }
      assertThat(between(other, target)).isEqualTo(before);
      unpin(other, ipv6(target, 0));
    }
    // Nor to the other address of a neighbour, past the gateway.
    pin(other, ipv6(mixed, 0), mac(mixed));
    assertThat(curl(in(other), "[" + ipv6(mixed, 0) + "]:80").status()).isEqualTo(SILENCE);
    unpin(other, ipv6(mixed, 0));
  }

  @Test
  void a_question_for_an_ipv6_address_is_heard_on_its_scope_only() {
    for (var target : List.of(db, open, mixed)) {
      long before = between(other, target);
      says(other, QUESTION, asked(ipv6(target, 0)), ipv6(target, 0));
      assertThat(between(other, target)).isEqualTo(before);
    }
    long before = between(other, torn);
    says(other, QUESTION, asked(ipv6(torn, 1)), ipv6(torn, 1));
    assertThat(between(other, torn)).isGreaterThan(before);
    long outside = gateways(db);
    long inside = gateways(other);
    ping(ENDPOINT, "fd00:0:0:2::63");
    assertThat(gateways(other)).isGreaterThan(inside);
    assertThat(gateways(db)).isEqualTo(outside);
  }

  @Test
  void an_answer_names_an_address_of_its_sender_and_is_heard_on_its_scope_only() {
    long before = between(other, torn);
    for (var address : List.of(ipv6(mixed, 1), "fd00:0:0:2::1", ipv6(db, 0))) {
      says(other, ANSWER, ALL_NODES, address);
    }
    says(other, ROUTER, ALL_NODES, "::");
    says(other, REDIRECT, ALL_NODES, "fd00:0:0:2::1");
    assertThat(between(other, torn)).isEqualTo(before);
    long others = between(other, db);
    says(other, ANSWER, ALL_NODES, ipv6(other, 0));
    assertThat(between(other, torn)).isEqualTo(before + 1);
    assertThat(between(other, db)).isEqualTo(others);
  }

  @Test
  void what_goes_to_many_by_ipv6_is_heard_on_its_own_scope_only() {
    long heard = between(other, torn);
    long others = between(other, db);
    machine.in(in(other), "ping -6 -c 1 -W 1 ff02::1%eth0");
    assertThat(between(other, torn)).isGreaterThan(heard);
    assertThat(between(other, db)).isEqualTo(others);
  }

  @Test
  void members_do_not_ask_each_other_by_ipv6_where_the_scope_forbids_it() {
    long before = between(mute, deaf);
    says(mute, QUESTION, asked(ipv6(deaf, 0)), ipv6(deaf, 0));
    says(mute, ANSWER, ALL_NODES, ipv6(mute, 0));
    pin(mute, ipv6(deaf, 0), mac(deaf));
    assertThat(ping(in(mute), ipv6(deaf, 0))).isNotZero();
    unpin(mute, ipv6(deaf, 0));
    assertThat(between(mute, deaf)).isEqualTo(before);
  }

  /// The gateway refuses, and does not say that the other is on the same link.
  @Test
  void no_gateway_tells_who_else_is_on_the_link() {
    machine.in(
        in(other),
        "nft 'table netdev told { chain c { type filter hook ingress device eth0 priority 0;"
            + " icmpv6 type nd-redirect counter; }; }'");
    assertThat(ping(ENDPOINT, ipv6(db, 0))).isZero(); // so it knows where that is
    ping(in(other), ipv6(db, 0));
    assertThat(machine.in(in(other), "nft list table netdev told").output()).contains("packets 0 ");
    machine.in(in(other), "nft delete table netdev told");
  }

  @Test
  void what_leaves_by_ipv6_has_the_address_of_the_scope_whose_gateway_it_takes() {
    assertThat(machine.in(in(mixed), "ip -6 route get 2001:db8::1").output())
        .contains("via fd00:0:0:2::1", "src " + ipv6(mixed, 1));
  }
}
