package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.app.compat.ForgersLan.HOST;
import static vch.app.compat.ForgersLan.HOST6;
import static vch.app.compat.ForgersLan.PRINTER;
import static vch.app.compat.ForgersLan.PRINTER6;
import static vch.app.compat.ForgersLan.neighbours;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a member of a container network on a NIC with raw sockets can do to its LAN and to its
/// neighbours on the NIC: below level open it sends under its own Ethernet address and its own
/// addresses only, to the wire, to one neighbour and to all. Level open is the proof that the
/// forged frames would do harm.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NicForgersTest {
  private static final int ARP = 0x0806;
  private static final int IPV4 = 0x0800;
  private static final int OTHER = 0x1234;
  private static final String ALL = "ff:ff:ff:ff:ff:ff";

  /// An Ethernet address of no member and no host.
  private static final String NOBODY = "02:00:00:00:00:99";

  private final ForgersLan lan = ForgersLan.onNic();
  private final TestMachine machine = lan.machine;
  private final Traffic traffic = lan.traffic;
  private final TestVch blue = lan.blue;
  private final Spot host = lan.host;
  private final Spot printer = lan.printer;
  private final Spot forger = lan.forger;
  private final Spot peer = lan.peer;

  @AfterAll
  void stop() {
    lan.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"closed", "outbound", "peers", "published", "open"})
  void datagrams_from_addresses_of_others(String level) {
    lan.at(level);
    var own = forger.mac();
    var others = blue.address("peer");
    var address = blue.address("forger");
    var forged = new LinkedHashMap<String, String>();
    forged.put("of a peer", Frames.udp(host.mac(), own, others, HOST, 4000, "of a peer"));
    forged.put("of a host", Frames.udp(host.mac(), own, PRINTER, HOST, 4000, "of a host"));
    forged.put("tagged", Frames.tagged(host.mac(), own, others, HOST, 4000, "tagged"));
    forged.put("in", Frames.udp(peer.mac(), own, PRINTER, others, 4000, "in"));
    forged.put("of nobody", Frames.udp(host.mac(), NOBODY, PRINTER, HOST, 4000, "of nobody"));
    forged.put("in as nobody", Frames.udp(peer.mac(), NOBODY, HOST, others, 4000, "in as nobody"));
    forged.put("as a peer", Frames.udp(host.mac(), peer.mac(), others, HOST, 4000, "as a peer"));
    forged.put("to all", Frames.udp(ALL, own, PRINTER, "255.255.255.255", 4000, "to all"));
    forged.put(
        "all as nobody",
        Frames.udp(ALL, NOBODY, PRINTER, "255.255.255.255", 4000, "all as nobody"));
    forged.values().forEach(frame -> forger.send("eth0", frame));
    for (var lie : List.of(ARP, IPV4, OTHER)) {
      forger.send("eth0", Frames.udp(host.mac(), own, PRINTER, HOST, 4000, "of a host"), lie);
    }
    forger.send("eth0", Frames.udp(host.mac(), own, address, HOST, 4000, "honest"));
    forger.send("eth0", Frames.udp(peer.mac(), own, address, others, 4000, "honest in"));
    lan.fence();
    var expected = new TreeSet<>(List.of("printer"));
    switch (level) {
      case "closed" -> {}
      case "outbound" -> expected.add("honest");
      case "open" -> {
        expected.addAll(forged.keySet());
        expected.addAll(List.of("honest", "honest in"));
      }
      default -> expected.addAll(List.of("honest", "honest in"));
    }
    assertThat(lan.heard).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"closed", "outbound", "peers", "published", "open"})
  void claims_to_addresses_of_others(String level) {
    lan.at(level);
    var own = forger.mac();
    var others = blue.address("peer");
    var link = Frames6.linkLocal(own);
    var peer6 = Frames6.linkLocal(peer.mac());
    var before = neighbours(host);
    assertThat(before).containsKeys(PRINTER, PRINTER6, others);
    var within = neighbours(peer);
    assertThat(within).containsKeys(HOST, HOST6, PRINTER);
    var frames = new ArrayList<String>();
    frames.add(Frames.arp(own, own, PRINTER));
    frames.add(Frames.arp(own, own, others));
    frames.add(Frames.arp(own, own, HOST));
    frames.add(Frames.arpTo(host.mac(), own, own, PRINTER, HOST));
    frames.add(Frames.arpTo(host.mac(), own, own, others, HOST));
    frames.add(Frames.arpTo(peer.mac(), own, own, HOST, others));
    frames.add(Frames.arpTo(peer.mac(), own, own, PRINTER, others));
    frames.add(Frames6.advertisement(own, own, link, PRINTER6));
    frames.add(Frames6.advertisement(own, own, link, HOST6));
    frames.add(Frames6.router(own, link));
    frames.add(Frames.question(own, own, HOST, others));
    frames.add(Frames.question(own, own, PRINTER, HOST));
    frames.add(Frames.question(NOBODY, own, HOST, others));
    frames.add(Frames6.solicitation(own, own, HOST6, peer6));
    frames.add(Frames6.solicitation(own, own, PRINTER6, HOST6));
    for (var frame : frames) {
      forger.send("eth0", frame);
      for (var lie : List.of(ARP, IPV4, OTHER)) {
        forger.send("eth0", frame, lie);
      }
    }
    lan.fence();
    var routes = host.run("ip", "-6", "route", "show", "default").ok();
    if (level.equals("open")) {
      assertThat(neighbours(host)).containsAllEntriesOf(Map.of(PRINTER, own, PRINTER6, own));
      assertThat(neighbours(peer)).containsAllEntriesOf(Map.of(HOST, own, HOST6, own));
      assertThat(routes).contains(link);
    } else {
      assertThat(neighbours(host)).containsAllEntriesOf(before);
      assertThat(neighbours(peer)).containsAllEntriesOf(within);
      assertThat(routes).isEmpty();
    }
  }

  /// What comes from the cable is as from anywhere: there a host may move to another NIC.
  @Test
  void a_host_of_the_lan_that_has_moved_is_believed() {
    lan.at("published");
    var moved = "02:00:00:00:00:77";
    host.send("eth0", Frames.arp(host.mac(), moved, PRINTER));
    TestMachine.until("it is learnt", () -> moved.equals(neighbours(peer).get(PRINTER)));
  }

  /// What is for it alone is not heard by raw sockets either.
  @Test
  void a_closed_container_hears_nothing() {
    var mac = forger.mac();
    for (var level : List.of("published", "closed")) {
      lan.at(level);
      try (var frames = traffic.frames(forger, "eth0")) {
        host.send("eth0", Frames.udp(mac, host.mac(), HOST, blue.address("forger"), 9, "for it"));
        peer.send(
            "eth0",
            Frames.udp(mac, peer.mac(), blue.address("peer"), blue.address("forger"), 9, "for it"));
        var types = lan.types(frames);
        assertThat(types).contains("0806");
        assertThat(types.contains("0800")).as(level).isEqualTo(level.equals("published"));
      }
    }
  }

  /// Such a socket sends past all guards of a namespace, and needs no more than CAP_NET_RAW.
  @Test
  void a_container_opens_no_socket_that_passes_the_guard() {
    var ran =
        blue.docker(
            "run",
            "--rm",
            "--net",
            "lan",
            "-v",
            "/:/m",
            "busybox",
            "chroot",
            "/m",
            "perl",
            "-e",
            "printf '%d:%d ', $_, socket(S, $_, 3, 0) ? 0 : $! for 17, 44");
    assertThat(ran.ok()).isEqualTo("17:0 44:1"); // EPERM
    blue.docker("run", "--rm", "--net", "lan", "--security-opt", "seccomp=unconfined", "busybox")
        .refused("would have CAP_NET_RAW without the default seccomp profile");
  }

  /// A question to all is asked in its own name, so it is answered.
  @Test
  void a_neighbour_and_a_host_answer_to_arping() {
    lan.at("published");
    for (var address : List.of(blue.address("peer"), HOST)) {
      var asked =
          forger.run("busybox", "arping", "-c", "2", "-w", "3", "-I", "eth0", address).out();
      assertThat(asked).contains("reply from " + address);
    }
  }

  /// Whoever takes the guard away, it comes back, with the addresses that may pass.
  @Test
  void a_guard_that_is_touched_is_repaired() {
    lan.at("published");
    var address = blue.address("forger");
    var guard = guard();
    assertThat(guard).contains(address);
    for (var harm :
        List.of(
            "flush ruleset",
            "delete table netdev portlayer_0",
            "flush chain netdev portlayer_0 egress",
            "add rule netdev portlayer_0 sent_arp accept")) {
      forger.run("nft", harm).ok();
      TestMachine.until("it is repaired after " + harm, () -> guard.equals(guard()));
    }
    assertThat(forger.pings(HOST)).isTrue();
  }

  /// Only what closed members hear is looked at by a table of the machine, which goes with their
  /// network; nobody else's is touched.
  @Test
  void the_machine_has_a_table_for_closed_members_only() {
    machine.here("nft", "add table netdev theirs").ok();
    lan.at("published");
    assertThat(tables()).containsExactly("table netdev theirs");
    var green =
        machine.create(
            "green",
            "-cn",
            "lan",
            "-cng",
            "lan:" + HOST + "/24",
            "-cnr",
            "lan:10.33.0.200-210",
            "-cnf",
            "lan:closed");
    green.docker("run", "-d", "--net", "lan", "busybox", "sleep", "3600").ok();
    assertThat(tables()).hasSize(2).contains("table netdev theirs");
    assertThat(host.pings(blue.address("peer"))).isTrue();
    machine.vch("delete", "green", "--force").ok();
    assertThat(tables()).containsExactly("table netdev theirs");
  }

  private String guard() {
    return forger.run("nft", "list", "table", "netdev", "portlayer_0").out();
  }

  private Set<String> tables() {
    return new TreeSet<>(machine.here("nft", "list", "tables", "netdev").ok().lines().toList());
  }
}
