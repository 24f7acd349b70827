package vch.bench.engine;

import java.nio.file.Path;
import java.util.List;
import vch.bench.os.Shell;

/// A host on several LANs, one for each way in which containers can be on one, all over a plain
/// cable: Portlayer on a NIC, on a bridge, on a NIC with DHCP; dockerd and podman with macvlan on a
/// NIC; and the end of a cable without anything more. The host has the first address of each.
public final class Lan implements AutoCloseable {
  /// The network of each engine whose containers are on a NIC.
  public static final String ON_NIC = "lan";

  /// Portlayer's on a bridge that has the cable for a port.
  public static final String ON_BRIDGE = "lanbridge";

  /// Portlayer's on a NIC, with addresses by DHCP.
  public static final String BY_DHCP = "landhcp";

  private final Place place;
  private final Portlayer portlayer;
  private final Dockerd dockerd;
  private final Podman podman;

  public Lan(Place place, Portlayer portlayer, Dockerd dockerd, Podman podman) {
    this.place = place;
    this.portlayer = portlayer;
    this.dockerd = dockerd;
    this.podman = podman;
  }

  /// The LANs, by the third number of their addresses and the name of the NIC.
  private enum Segment {
    NIC(1),
    BRIDGE(2),
    DHCP(3),
    DOCKERD(4),
    PODMAN(5),
    BARE(6);

    private final String net;
    private final String nic;

    Segment(int number) {
      this.net = "10.220." + number + ".";
      this.nic = "nic" + number;
    }
  }

  /// Makes the cables and the networks.
  public void build() {
    place.addNamespace("lan");
    place.addNamespace("end");
    for (var segment : Segment.values()) {
      cable(segment, machine(segment));
    }
    ip(end(), "addr", "add", bareAddress() + "/24", "dev", Segment.BARE.nic);
    ip(portlayer.namespace(), "link", "add", "lan0", "type", "bridge");
    ip(portlayer.namespace(), "link", "set", Segment.BRIDGE.nic, "master", "lan0");
    ip(portlayer.namespace(), "link", "set", "lan0", "up");
    buildPortlayer();
    macvlan(dockerd, Segment.DOCKERD, "64/32");
    macvlan(podman, Segment.PODMAN, "64/31"); // it leaves out the first address of a range
  }

  private void buildPortlayer() {
    vch("portgroup", "create", "onnic", "--uplink", Segment.NIC.nic);
    vch("portgroup", "create", "onbridge", "--bridge", "lan0");
    vch("portgroup", "create", "bydhcp", "--uplink", Segment.DHCP.nic);
    var configure =
        portlayer.configuring(
            "-cn",
            "onnic:" + ON_NIC,
            "-cng",
            "onnic:" + Segment.NIC.net + "1/24",
            "-cnr",
            "onnic:" + address(portlayer) + "/32",
            "-cn",
            "onbridge:" + ON_BRIDGE,
            "-cng",
            "onbridge:" + Segment.BRIDGE.net + "1/24",
            "-cnr",
            "onbridge:" + bridgeAddress() + "/32",
            "-cn",
            "bydhcp:" + BY_DHCP);
    place.shell().ok(configure);
  }

  private static void macvlan(Engine engine, Segment segment, String range) {
    engine.ok(
        "network",
        "create",
        "-d",
        "macvlan",
        "-o",
        "parent=" + segment.nic,
        "--subnet",
        segment.net + "0/24",
        "--gateway",
        segment.net + "1",
        "--ip-range",
        segment.net + range,
        ON_NIC);
  }

  private void cable(Segment segment, String machine) {
    var end = "to" + segment.nic;
    ip(host(), "link", "add", end, "type", "veth", "peer", "name", segment.nic, "netns", machine);
    ip(host(), "addr", "add", segment.net + "1/24", "dev", end);
    ip(host(), "link", "set", end, "up");
    ip(machine, "link", "set", segment.nic, "up");
    place.askOften(host(), end);
  }

  private String machine(Segment segment) {
    return switch (segment) {
      case NIC, BRIDGE, DHCP -> portlayer.namespace();
      case DOCKERD -> dockerd.namespace();
      case PODMAN -> podman.namespace();
      case BARE -> end();
    };
  }

  /// Starts a DHCP server on the host. It does not look first whether an address is free.
  ///
  /// @param leases where it keeps them, a line each
  public Process serveDhcp(Path leases) {
    var only = dhcpAddress();
    return place
        .shell()
        .start(
            "dhcp.log",
            fromHost(
                "dnsmasq",
                "--keep-in-foreground",
                "--port=0",
                "--no-ping",
                "--dhcp-authoritative",
                "--interface=to" + Segment.DHCP.nic,
                "--bind-interfaces",
                "--dhcp-range=" + only + "," + only + ",255.255.255.0,1h",
                "--dhcp-leasefile=" + leases,
                "--user=root",
                "--conf-file=/dev/null",
                "--pid-file=" + place.directory("dhcp.pid")));
  }

  /// Makes the host forget whom it has heard of: containers that come have new Ethernet addresses,
  /// and not all engines tell.
  public void forget() {
    ip(host(), "neigh", "flush", "all");
  }

  /// The one address that containers get on the engine's network on a NIC.
  public String address(Engine engine) {
    return switch (engine) {
      case Dockerd _ -> Segment.DOCKERD.net + "64";
      case Podman _ -> Segment.PODMAN.net + "65";
      default -> Segment.NIC.net + "64";
    };
  }

  public String bridgeAddress() {
    return Segment.BRIDGE.net + "64";
  }

  public String dhcpAddress() {
    return Segment.DHCP.net + "64";
  }

  /// The end of the cable that has no engine.
  public String bareAddress() {
    return Segment.BARE.net + "64";
  }

  /// Words that run a program on the LAN's host.
  public List<String> fromHost(String... words) {
    return Place.within(host(), words);
  }

  /// Words that run a program at the end of the cable that has no engine.
  public List<String> atBareEnd() {
    return Place.within(end());
  }

  /// The host's end of the cable to Portlayer's NIC.
  public String cableToNic() {
    return "to" + Segment.NIC.nic;
  }

  private String host() {
    return place.namespace("lan");
  }

  private String end() {
    return place.namespace("end");
  }

  private void vch(String... words) {
    place.shell().ok(portlayer.vch(words));
  }

  private void ip(String namespace, String... words) {
    place.shell().ok(Shell.words(List.of("ip", "-n", namespace), words));
  }

  /// Removes the engines' containers and everything that [#build] made, as far as it came.
  @Override
  public void close() {
    for (var engine : List.of(portlayer, dockerd, podman)) {
      engine.clear();
    }
    var shell = place.shell();
    shell.run(dockerd.words("network", "rm", ON_NIC));
    shell.run(podman.words("network", "rm", ON_NIC));
    for (var network : List.of(ON_NIC, ON_BRIDGE, BY_DHCP)) {
      shell.run(portlayer.configuring("--remove-container-network", network));
    }
    shell.run(portlayer.vch("portgroup", "rm", "onnic", "onbridge", "bydhcp"));
    shell.run(List.of("ip", "-n", portlayer.namespace(), "link", "del", "lan0"));
    shell.run(List.of("ip", "netns", "del", host()));
    shell.run(List.of("ip", "netns", "del", end()));
  }
}
