package vch.engine.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import vch.engine.desired.LinkNames;
import vch.engine.fake.Samples;
import vch.engine.machine.NamespaceName;
import vch.portlayer.container.Container;
import vch.portlayer.scope.Scope;
import vch.portlayer.state.Change;

/// The one segment is joined with a port group of the machine, on which there is a host that is not
/// ours. All scopes but the first know it, as 172.x.0.200; it says whatever it likes.
abstract class JoinedPromises extends SharedIpv6Promises {
  static final NamespaceName NAS = new NamespaceName("nas");
  static final String NAS_MAC = "02:00:00:00:bb:01";
  private static final Pattern PACKETS = Pattern.compile("packets ([0-9]+)");

  @Override
  List<Change> created(List<Scope> scopes) {
    return Samples.joined(Samples.sharedCreated(scopes.toArray(Scope[]::new)));
  }

  @BeforeAll
  void outside() {
    var name = machine.ns(NAS);
    var all = machine.ns(NamespaceName.MACHINE);
    machine.run(
        "ip netns add "
            + name
            + " && ip -n "
            + all
            + " link add nas type veth peer name eth0 address "
            + NAS_MAC
            + " netns "
            + name
            + " && ip -n "
            + all
            + " link set nas master pl00000000bb up && ip -n "
            + name
            + " link set eth0 up && ip -n "
            + name
            + " link set lo up");
    for (int n = 18; n <= 21; n++) {
      machine.run("ip -n " + name + " addr add 172." + n + ".0.200/16 dev eth0");
    }
    http(NAS, 80);
    count(NAS, "meta protocol { ip, arp }"); // whatever it hears of IPv4
    for (var container : all()) {
      count(in(container), "ether saddr " + NAS_MAC);
    }
    assertThat(
            machine
                .in(
                    NAS,
                    "for i in $(seq 100); do curl -s -o /dev/null 127.0.0.1/ && exit 0; sleep 0.05; done; exit 1")
                .status())
        .isZero();
  }

  private void count(NamespaceName namespace, String what) {
    machine.run(
        "ip netns exec "
            + machine.ns(namespace)
            + " nft 'table netdev heard { chain frames { type filter hook ingress device eth0 priority 0; "
            + what
            + " counter; }; }'");
  }

  private long counted(NamespaceName namespace) {
    var match = PACKETS.matcher(machine.in(namespace, "nft list table netdev heard").output());
    assertThat(match.find()).isTrue();
    return Long.parseLong(match.group(1));
  }

  private long heard() {
    return counted(NAS);
  }

  /// Frames from the host outside.
  private long reached(Container container) {
    return counted(in(container));
  }

  private int from(String source, String to) {
    return machine
        .in(
            NAS,
            "curl -s --connect-timeout 1 --interface " + source + " http://" + to + "/cgi-bin/who")
        .status();
  }

  private int asksFor(String source, String address) {
    return machine
        .in(NAS, "busybox arping -c 2 -w 2 -I eth0 -s " + source + " " + address)
        .status();
  }

  /// From the known address to the container's, behind these bytes of an Ethernet header.
  private void send(Container to, String type) {
    var frame =
        mac(to).replace(":", "")
            + NAS_MAC.replace(":", "")
            + type
            + "4500001c00000000400121f1"
            + "ac1200c8"
            + "ac120004"
            + "0800000000000000";
    var sent =
        machine.in(
            NAS,
            "python3 -c \"import socket; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(('eth0', 0));"
                + " s.send(bytes.fromhex('"
                + frame
                + "').ljust(60, bytes(1)))\"");
    assertThat(sent.status()).as(sent.output()).isZero();
  }

  /// Tells the host who is to get frames for an address, past all questions.
  void pinned(String address, String mac, Runnable work) {
    var done =
        machine.in(
            NAS,
            "ip route replace "
                + address
                + " dev eth0 && ip neigh replace "
                + address
                + " lladdr "
                + mac
                + " dev eth0 nud permanent");
    assertThat(done.status()).as(done.output()).isZero();
    work.run();
    machine.in(NAS, "ip neigh del " + address + " dev eth0; ip route del " + address);
  }

  @Test
  void a_host_that_a_scope_knows_is_a_neighbour_there() {
    assertThat(asks(NAS, address(other, 0) + ":80")).isEqualTo("172.18.0.200");
    assertThat(asks(in(other), "172.18.0.200:80")).isEqualTo("172.18.0.4");
    assertThat(asks(NAS, address(open, 0) + ":80")).isEqualTo("172.21.0.200");
    assertThat(asksFor("172.18.0.200", address(other, 0))).isZero();
    assertThat(ping(in(other), "172.18.0.200")).isZero();
  }

  @Test
  void a_host_that_no_scope_knows_is_not_heard_and_hears_nothing() {
    for (var address : List.of("172.18.0.201/16", "172.17.0.200/16", "192.168.218.77/24")) {
      machine.in(NAS, "ip addr add " + address + " dev eth0");
      var source = address.substring(0, address.indexOf('/'));
      for (var target : List.of(other, web)) {
        pinned(
            address(target, 0),
            mac(target),
            () -> {
              long before = reached(target);
              assertThat(from(source, address(target, 0))).isEqualTo(SILENCE);
              assertThat(asksFor(source, address(target, 0))).isNotZero();
              assertThat(reached(target)).isEqualTo(before);
            });
      }
      machine.in(NAS, "ip addr del " + address + " dev eth0");
    }
    long before = heard();
    pin(other, "172.18.0.201", NAS_MAC);
    assertThat(ping(in(other), "172.18.0.201")).isNotZero();
    unpin(other, "172.18.0.201");
    pin(web, "172.17.0.200", NAS_MAC);
    assertThat(ping(in(web), "172.17.0.200")).isNotZero();
    unpin(web, "172.17.0.200");
    assertThat(heard()).isEqualTo(before);
  }

  @Test
  void a_known_host_enters_no_other_scope() {
    for (var target : List.of(web, open)) {
      pinned(
          address(target, 0),
          mac(target),
          () -> {
            long before = reached(target);
            assertThat(from("172.18.0.200", address(target, 0))).isEqualTo(SILENCE);
            assertThat(reached(target)).isEqualTo(before);
          });
    }
    long before = heard();
    pin(other, "172.21.0.200", NAS_MAC);
    assertThat(ping(in(other), "172.21.0.200")).isNotZero();
    unpin(other, "172.21.0.200");
    assertThat(heard()).isEqualTo(before);
  }

  @Test
  void an_internal_scope_is_entered_by_its_members_only() {
    pinned(
        address(db, 0),
        mac(db),
        () -> {
          long before = reached(db);
          assertThat(from("172.19.0.200", address(db, 0))).isEqualTo(SILENCE);
          assertThat(reached(db)).isEqualTo(before);
        });
    long before = heard();
    pin(db, "172.19.0.200", NAS_MAC);
    assertThat(ping(in(db), "172.19.0.200")).isNotZero();
    unpin(db, "172.19.0.200");
    assertThat(heard()).isEqualTo(before);
  }

  @Test
  void where_members_may_not_talk_a_host_outside_may_not_either() {
    long before = reached(mute);
    assertThat(curl(NAS, address(mute, 0) + ":80").status()).isNotZero();
    assertThat(reached(mute)).isEqualTo(before);
    long outside = heard();
    assertThat(ping(in(mute), "172.20.0.200")).isNotZero();
    assertThat(heard()).isEqualTo(outside);
  }

  @Test
  void the_gateways_are_not_there_for_hosts_outside() {
    var gateway =
        machine
            .in(ENDPOINT, "cat /sys/class/net/" + LinkNames.shared(Samples.BLUE) + "/address")
            .output()
            .strip();
    assertThat(asksFor("172.18.0.200", "172.18.0.1")).isNotZero();
    for (var to :
        List.of("172.18.0.1:53", "172.18.0.1:8080", PUBLIC + ":8080", "192.168.218.50:80")) {
      pinned(
          to.substring(0, to.indexOf(':')),
          gateway,
          () -> assertThat(from("172.18.0.200", to)).as(to).isEqualTo(SILENCE));
    }
    machine.in(
        ENDPOINT,
        "ip neigh replace 172.18.0.200 lladdr "
            + NAS_MAC
            + " dev "
            + LinkNames.shared(Samples.BLUE));
    long before = heard();
    assertThat(ping(ENDPOINT, "172.18.0.200")).isNotZero();
    assertThat(heard()).isEqualTo(before);
  }

  @Test
  void a_host_outside_that_says_it_has_an_address_of_ours_is_not_believed() {
    assertThat(ping(in(other), "172.18.0.1")).isZero();
    long before = reached(other);
    for (var address : List.of("172.18.0.1", address(torn, 1), address(mixed, 1))) {
      machine.in(NAS, "ip addr add " + address + "/32 dev eth0");
      machine.in(NAS, "busybox arping -U -c 2 -w 2 -I eth0 -s " + address + " " + address);
      machine.in(
          NAS, "busybox arping -A -c 2 -w 2 -I eth0 -s " + address + " " + address(other, 0));
      machine.in(NAS, "ip addr del " + address + "/32 dev eth0");
    }
    assertThat(reached(other)).isEqualTo(before);
    assertThat(machine.in(in(other), "ip neigh show 172.18.0.1").output().split(" ")[4])
        .isEqualTo(
            machine
                .in(ENDPOINT, "cat /sys/class/net/" + LinkNames.shared(Samples.BLUE) + "/address")
                .output()
                .strip());
  }

  @Test
  void a_host_outside_does_not_draw_frames_away_under_an_ethernet_address_of_ours() {
    var before = received(torn);
    assertThat(asks(in(other), address(torn, 1) + ":80")).isEqualTo("172.18.0.4");
    assertThat(received(torn)).isGreaterThan(before);
    for (var mac : List.of(mac(torn), LinkNames.sharedMac(Samples.BLUE).toString())) {
      machine.in(NAS, "ip link set eth0 address " + mac + "; ip neigh flush all");
      assertThat(asksFor("172.18.0.200", address(other, 0))).isNotZero();
      long heard = heard();
      assertThat(asks(in(other), address(torn, 1) + ":80")).isEqualTo("172.18.0.4");
      assertThat(ping(in(other), "172.18.0.1")).isZero();
      assertThat(heard()).isEqualTo(heard);
    }
    machine.in(NAS, "ip link set eth0 address " + NAS_MAC + "; ip neigh flush all");
    assertThat(asks(NAS, address(other, 0) + ":80")).isEqualTo("172.18.0.200");
  }

  @Test
  void a_frame_in_another_wrapping_does_not_come_in() {
    long first = reached(other);
    // Priority and VLAN tags, a provider's tag, PPPoE; IPv6 by its name; LLC and SNAP.
    for (var type :
        List.of(
            "8100a0000800",
            "810000070800",
            "88a800070800",
            "8864",
            "86dd",
            "0028aaaa030000000800")) {
      send(other, type);
    }
    send(other, "0800"); // as it is, it does; whatever came before it has come
    machine.in(
        in(other),
        "for i in $(seq 40); do nft list table netdev heard | grep -q 'packets "
            + (first + 1)
            + " ' && exit; sleep 0.05; done");
    assertThat(reached(other)).isEqualTo(first + 1);
    assertThat(asks(NAS, address(other, 0) + ":80")).isEqualTo("172.18.0.200");
  }

  @Test
  void what_containers_say_to_many_is_not_heard_outside() {
    long before = heard();
    for (var many : List.of("172.18.255.255", "255.255.255.255", "224.0.0.1")) {
      ping(in(other), many);
    }
    machine.in(in(other), "busybox arping -c 1 -w 1 -I eth0 " + address(torn, 1));
    machine.in(in(other), "busybox arping -c 1 -w 1 -I eth0 172.18.0.99");
    ping(ENDPOINT, "172.18.0.98");
    assertThat(heard()).isEqualTo(before);
  }

  @Test
  void a_container_tells_hosts_that_its_scope_knows_who_has_its_address() {
    long before = heard();
    machine.in(in(other), "busybox arping -U -c 1 -w 1 -I eth0 172.18.0.4");
    assertThat(heard()).isEqualTo(before + 1);
    machine.in(in(web), "busybox arping -U -c 1 -w 1 -I eth0 172.17.0.2");
    machine.in(in(db), "busybox arping -U -c 1 -w 1 -I eth0 " + address(db, 0));
    assertThat(heard()).isEqualTo(before + 1);
  }
}
