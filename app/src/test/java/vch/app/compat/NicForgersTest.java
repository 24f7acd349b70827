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
/// neighbours on the NIC: below level open nothing is drawn to it that is for another, and under
/// its own Ethernet address it sends from its own address only. Level open is the proof that the
/// forged frames would do harm.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NicForgersTest {
  private static final int ARP = 0x0806;
  private static final int IPV4 = 0x0800;
  private static final int OTHER = 0x1234;

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

  /// The last network on a NIC takes the table along; nobody else's is touched.
  @Test
  void the_table_goes_with_the_network() {
    machine.here("nft", "add table netdev theirs").ok();
    var before = tables();
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
            "lan:outbound");
    green.docker("run", "-d", "--net", "lan", "busybox", "sleep", "3600").ok();
    assertThat(tables()).hasSize(before.size() + 1).containsAll(before);
    assertThat(host.pings(blue.address("peer"))).isTrue();
    machine.vch("delete", "green", "--force").ok();
    assertThat(tables()).isEqualTo(before);
    assertThat(before).contains("table netdev theirs");
  }

  private Set<String> tables() {
    return new TreeSet<>(machine.here("nft", "list", "tables", "netdev").ok().lines().toList());
  }
}
