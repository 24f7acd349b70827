package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.app.compat.ForgersLan.HOST;
import static vch.app.compat.ForgersLan.PRINTER;
import static vch.app.compat.ForgersLan.PRINTER6;
import static vch.app.compat.ForgersLan.neighbours;

import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a member of a container network with raw sockets, which Docker's containers have, can do to
/// its LAN: below level open it sends under its own addresses only, at level closed nothing. Level
/// open is the proof that the forged frames would do harm.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForgersTest {

  private final ForgersLan lan = ForgersLan.onBridge();
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
    var to = host.mac();
    var others = blue.address("peer");
    var forged = new LinkedHashMap<String, String>();
    forged.put("address of a peer", Frames.udp(to, own, others, HOST, 4000, "address of a peer"));
    forged.put("all of a peer", Frames.udp(to, peer.mac(), others, HOST, 4000, "all of a peer"));
    forged.put("host's address", Frames.udp(to, own, PRINTER, HOST, 4000, "host's address"));
    forged.put("tagged", Frames.tagged(to, own, others, HOST, 4000, "tagged"));
    forged.values().forEach(frame -> forger.send("eth0", frame));
    forger.send("eth0", Frames.udp(to, own, blue.address("forger"), HOST, 4000, "honest"));
    lan.fence();
    var expected = new TreeSet<>(List.of("printer"));
    if (!level.equals("closed")) {
      expected.add("honest");
    }
    if (level.equals("open")) {
      expected.addAll(forged.keySet());
    }
    assertThat(lan.heard).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"closed", "outbound", "peers", "published", "open"})
  void claims_to_addresses_of_others(String level) {
    lan.at(level);
    var own = forger.mac();
    var others = blue.address("peer");
    var before = neighbours(host);
    assertThat(before).containsKeys(PRINTER, PRINTER6, others);
    var link = Frames6.linkLocal(own);
    for (var frame :
        List.of(
            Frames.arp(own, own, PRINTER),
            Frames.arp(own, own, others),
            Frames6.advertisement(own, own, link, PRINTER6),
            Frames6.router(own, link))) {
      forger.send("eth0", frame);
    }
    lan.fence();
    var after = neighbours(host);
    var routes = host.run("ip", "-6", "route", "show", "default").ok();
    if (level.equals("open")) {
      // The peer's own address is defended by the daemon.
      assertThat(after).containsAllEntriesOf(Map.of(PRINTER, own, PRINTER6, own));
      assertThat(routes).contains(link);
    } else {
      assertThat(after).containsAllEntriesOf(before);
      assertThat(routes).isEmpty();
    }
  }

  /// Frames under the Ethernet address of another draw no traffic away from it.
  @ParameterizedTest
  @ValueSource(strings = {"closed", "outbound", "peers", "published"})
  void claims_to_ethernet_addresses_of_others(String level) {
    lan.at(level);
    for (var victim : List.of(printer.mac(), peer.mac())) {
      for (var frame :
          List.of(
              Frames.lldp(victim),
              Frames.arp(victim, victim, blue.address("forger")),
              Frames.udp("ffffffffffff", victim, PRINTER, "10.33.0.255", 9, "x"),
              Frames.tagged("ffffffffffff", victim, PRINTER, "10.33.0.255", 9, "x"))) {
        forger.send("eth0", frame);
        assertThat(traffic.udp(host, PRINTER, 80)).as(frame).startsWith("printer");
        if (level.equals("published")) {
          assertThat(traffic.udp(host, blue.address("peer"), 80)).as(frame).startsWith("peer");
        }
      }
    }
  }

  /// Or a member could make all others believe that the address which they are about to take is
  /// somebody's.
  @Test
  void questions_for_addresses_in_the_name_of_others() {
    lan.at("published");
    var own = forger.mac();
    var others = printer.mac().replace(":", "");
    try (var frames = traffic.frames(host, "eth0")) {
      forger.send("eth0", Frames.probe(own, printer.mac(), "10.33.0.150"));
      forger.send("eth0", Frames.probe(own, own, "10.33.0.150"));
      var askers = new TreeSet<String>(); // bytes 22 to 27: who asks, as it says
      TestMachine.until(
          "the honest question",
          () -> {
            frames
                .receive(64, 0)
                .map(f -> HexFormat.of().formatHex(f))
                .filter(f -> f.startsWith("0806", 24) && f.startsWith("00000000", 56))
                .ifPresent(f -> askers.add(f.substring(44, 56)));
            return askers.contains(own.replace(":", ""));
          });
      assertThat(askers).doesNotContain(others);
    }
  }

  /// Not even raw sockets hear anything but questions for addresses, without which the LAN would
  /// take the container's for free.
  @Test
  void a_closed_container_hears_nothing() {
    var mac = forger.mac();
    for (var level : List.of("published", "closed")) {
      lan.at(level);
      try (var frames = traffic.frames(forger, "eth0")) {
        host.send("eth0", Frames.udp(mac, host.mac(), HOST, blue.address("forger"), 9, "for it"));
        host.send(
            "eth0", Frames.udp("ffffffffffff", host.mac(), HOST, "10.33.0.255", 9, "for all"));
        var types = lan.types(frames);
        assertThat(types).contains("0806");
        assertThat(types.contains("0800")).as(level).isEqualTo(level.equals("published"));
      }
    }
  }
}
