package vch.app.compat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import vch.kernel.packet.PacketSocket;

/// A LAN with two hosts, and two members of a container network on it, of which one forges frames
/// by raw sockets, as Docker's containers have them.
final class ForgersLan implements AutoCloseable {
  final TestMachine machine = new TestMachine();
  final Traffic traffic = new Traffic();

  /// What came to port 4000 of the host and of the peer, but for what [#fence] sends.
  final Set<String> heard = new ConcurrentSkipListSet<>();

  /// First host of the LAN and gateway of the network; the second one is [#PRINTER].
  static final String HOST = "10.33.0.1";

  static final String HOST6 = "fd33::1";
  static final String PRINTER = "10.33.0.2";
  static final String PRINTER6 = "fd33::2";

  final TestVch blue;
  final Spot host;
  final Spot printer;
  final Spot forger;
  final Spot peer;

  private ForgersLan(boolean onNic) {
    try {
      machine.startDaemon();
      var lan =
          onNic ? Lan.onNic(machine, "lan", "nic0", "10.33.0.9/24") : Lan.create(machine, "lan");
      host = lan.host("h", HOST + "/24", HOST6 + "/64");
      printer = lan.host("p", PRINTER + "/24", PRINTER6 + "/64");
      blue =
          machine.create(
              "blue",
              "-cn",
              "lan",
              "-cng",
              "lan:" + HOST + "/24",
              "-cng",
              "lan:" + HOST6 + "/64",
              "-cnr",
              "lan:10.33.0.100-199",
              "-cnr",
              "lan:fd33::100-fd33::1ff");
      forger = member(blue, "forger");
      peer = member(blue, "peer");
      traffic.serve(printer, 80, "printer");
      traffic.serve(peer, 80, "peer");
      for (var spot : List.of(host, peer)) {
        // Else the kernel does not believe what comes within a second after something else.
        spot.run("sysctl", "-q", "-w", "net.ipv4.neigh.eth0.locktime=0").ok();
        traffic.datagrams(
            spot,
            4000,
            (said, _) -> {
              heard.add(new String(said, StandardCharsets.US_ASCII));
              return new byte[0];
            });
      }
    } catch (RuntimeException | AssertionError e) {
      close();
      throw e;
    }
  }

  static ForgersLan onBridge() {
    return new ForgersLan(false);
  }

  static ForgersLan onNic() {
    return new ForgersLan(true);
  }

  private static Spot member(TestVch blue, String name) {
    blue.docker(
            "run",
            "-d",
            "--name",
            name,
            "--net",
            "lan",
            "-p",
            "80",
            "-p",
            "80/udp",
            "-p",
            "4000/udp",
            "busybox",
            "sleep",
            "3600")
        .ok();
    return Spot.in(blue, name);
  }

  @Override
  public void close() {
    traffic.close();
    machine.close();
  }

  /// Sets the trust level. All members and hosts know each other then, as far as the level lets
  /// them.
  void at(String level) {
    machine.vch("configure", "blue", "-cnf", "lan:published").ok();
    for (var spot : List.of(host, peer)) {
      spot.run("ip", "neigh", "flush", "dev", "eth0").ok();
    }
    host.run("ip", "-6", "route", "flush", "proto", "ra").ok();
    for (var address : List.of(PRINTER, PRINTER6, blue.address("peer"))) {
      TestMachine.until(address + " answers", () -> host.pings(address));
    }
    for (var address : List.of(HOST, PRINTER, HOST6, blue.address("forger"))) {
      TestMachine.until(address + " answers", () -> peer.pings(address));
    }
    machine.vch("configure", "blue", "-cnf", "lan:" + level).ok();
    heard.clear();
  }

  /// Frames that are sent before this returns have come as far as they come. The host has heard
  /// "printer" then.
  void fence() {
    TestMachine.until(
        "the printer is heard",
        () -> {
          traffic.send(printer, HOST, 4000, "printer".getBytes(StandardCharsets.US_ASCII));
          return heard.contains("printer");
        });
  }

  /// Types of the frames that have come, as digits. Among them is an ARP question of the printer,
  /// which is asked after whatever was sent before.
  Set<String> types(PacketSocket frames) {
    var types = new TreeSet<String>();
    for (int i = 0; i < 100; i++) {
      frames.receive(64, 0).map(f -> HexFormat.of().formatHex(f, 12, 14)).ifPresent(types::add);
      if (i % 20 == 0) {
        printer.send("eth0", Frames.arp(printer.mac(), printer.mac(), PRINTER));
      }
    }
    return types;
  }

  /// Ethernet addresses by the addresses that somebody knows.
  static Map<String, String> neighbours(Spot of) {
    var out = new HashMap<String, String>();
    for (var line : of.run("ip", "neigh", "show", "dev", "eth0").ok().lines().toList()) {
      var words = line.split(" ");
      if (words.length > 2 && words[1].equals("lladdr")) {
        out.put(words[0], words[2]);
      }
    }
    return out;
  }
}
