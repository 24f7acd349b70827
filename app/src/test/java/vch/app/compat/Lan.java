package vch.app.compat;

import java.util.List;

/// A LAN of a test: a port group of the machine, and hosts on it, each a namespace of its own.
///
/// @param name of the port group
/// @param link its Linux bridge in the machine
record Lan(TestMachine machine, String name, String link) {
  /// @param options of `vch portgroup create`
  static Lan create(TestMachine machine, String name, String... options) {
    machine
        .vch(Command.words(List.of("portgroup", "create", name), options).toArray(String[]::new))
        .ok();
    var link = machine.vch("portgroup", "inspect", name, "--format", "{{.Link}}").ok();
    return new Lan(machine, name, link);
  }

  /// The same by a NIC of the machine, which has this address: hosts are at the other end of its
  /// cable.
  static Lan onNic(TestMachine machine, String name, String nic, String address) {
    var wire = "wire-" + nic;
    machine.here("ip", "link", "add", wire, "type", "bridge").ok();
    machine.here("ip", "link", "add", nic, "type", "veth", "peer", "name", "far-" + nic).ok();
    machine.here("ip", "link", "set", "far-" + nic, "master", wire, "up").ok();
    machine.here("ip", "link", "set", wire, "up").ok();
    machine.here("ip", "link", "set", nic, "up").ok();
    machine.here("ip", "addr", "add", address, "dev", nic).ok();
    machine.vch("portgroup", "create", name, "--uplink", nic).ok();
    return new Lan(machine, name, wire);
  }

  /// A host with the link `eth0`.
  ///
  /// @param name short, of its own on the machine
  /// @param address with prefix length
  /// @param more addresses, of either family
  Spot host(String name, String address, String... more) {
    var spot = Spot.named(machine.host(name, link, address).namespace());
    for (var one : more) {
      var words = List.of("ip", "addr", "add", one, "dev", "eth0");
      spot.run((one.contains(":") ? Command.words(words, "nodad") : words).toArray(String[]::new))
          .ok();
    }
    return spot;
  }
}
